// Links between the app's own pages: the server sends the next view over the open stream.
import { prepare, state } from "./fetch";
import { settleEdits } from "./leaving";
import { ARRIVED, NAVIGATING } from "./marks";
import { PRIVATE } from "./signals";
import { send } from "./socket";

/** A view that takes longer than this (milliseconds) is left to the browser to load. */
const PATIENCE = 10_000;
/** What was edited before is given this long (milliseconds) to arrive before the page is left. */
const PENDING = 2_000;
/** The page rests at a scroll position after this long (milliseconds). */
const REST = 100;

interface Navigation {
  url: URL;
  popstate: boolean;
  link: Element | undefined;
  request: AbortController;
  timer: number;
}

/** The navigation under way; a newer one takes its place. */
let current: Navigation | undefined;
/** Where earlier ones were going, since their views may still arrive. */
const overtaken = new Set<string>();

/** Where to ask for views; pages without it leave every link to the browser. */
const endpoint = () => document.body.dataset["viaNavigate"];

const within = ({ pathname, search }: URL | Location) => pathname + search;
const whole = (url: URL | Location) => within(url) + url.hash;

/** The page that is shown, as opposed to the address bar during a step back. */
let here = within(location);

// Scroll positions live in the history's entries, as {via: {x, y}}.

let resting = 0;

function remember(): void {
  clearTimeout(resting);
  const state: unknown = history.state;
  here = within(location);
  if (typeof state !== "object") return;
  history.replaceState({ ...state, via: { x: scrollX, y: scrollY } }, "");
}

/** Scroll to where this entry was left; false where that is not known. */
function restore(): boolean {
  const left = (history.state as { via?: { x: number; y: number } } | null)?.via;
  if (left) scrollTo({ left: left.x, top: left.y, behavior: "instant" });
  return !!left;
}

/** Scroll to what the address names; false where it names nothing that is there. */
function scrollToHash(hash: string): boolean {
  let id = hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    // A stray percent sign: meant as it is written.
  }
  const el = id && document.getElementById(id);
  if (el) el.scrollIntoView({ behavior: "instant" });
  return !!el;
}

function stop(): void {
  clearTimeout(current?.timer);
  current?.request.abort();
  current = undefined;
  document.documentElement.removeAttribute(NAVIGATING);
}

/** Let the browser load what could not be had over the stream. */
function load(failed: Navigation): void {
  if (failed !== current) return;
  stop();
  if (failed.popstate) location.reload();
  else location.href = failed.url.href;
}

async function navigate(url: URL, popstate: boolean, link?: Element): Promise<void> {
  clearTimeout(resting);
  if (current) overtaken.add(whole(current.url));
  stop();
  const request = new AbortController();
  const timer = setTimeout(() => load(own), PATIENCE);
  const own: Navigation = { url, popstate, link, request, timer };
  current = own;
  document.documentElement.setAttribute(NAVIGATING, "");
  await settleEdits(PENDING);
  if (own !== current) return;
  const payload = {
    ...state({ exclude: PRIVATE }),
    via_url: whole(url),
    via_popstate: popstate,
  };
  const asked = prepare({ el: document.body }, undefined, "POST", endpoint()!, { payload })!;
  try {
    const response = await send(asked.url, asked.init, request.signal);
    if (response.status !== 204) load(own);
  } catch {
    load(own);
  }
}

function arrive({ url: address, popstate }: { url: string; popstate: boolean }): void {
  const url = new URL(address, location.href);
  const link = current?.link;
  clearTimeout(resting);
  // A view that was overtaken is shown, but it is not the one that is waited for.
  const early = current && whole(url) !== whole(current.url) && overtaken.has(whole(url));
  if (!early) {
    stop();
    overtaken.clear();
  }
  here = within(url);
  const focused = document.activeElement;
  if (!focused || focused === document.body || focused === link) {
    document.querySelector<HTMLElement>("[autofocus]")?.focus({ preventScroll: true });
  }
  if ((popstate && restore()) || scrollToHash(url.hash)) return;
  scrollTo({ left: 0, top: 0, behavior: "instant" });
}

/** The link that a click follows, where it is one of ours to follow. */
function linkOf(evt: MouseEvent): Element | undefined {
  if (evt.defaultPrevented || evt.button) return;
  if (evt.ctrlKey || evt.metaKey || evt.shiftKey || evt.altKey) return;
  const link = (evt.composedPath()[0] as Element).closest?.<HTMLElement>("a");
  if (!link || link.isContentEditable || link.closest("[data-via-no-boost]")) return;
  const target = link.getAttribute("target");
  if (link.hasAttribute("download") || (target && target.toLowerCase() !== "_self")) return;
  return link;
}

function onClick(evt: MouseEvent): void {
  const link = endpoint() && linkOf(evt);
  const href = link && (link.getAttribute("href") ?? link.getAttribute("xlink:href"));
  if (href == null || !URL.canParse(href, document.baseURI)) return;
  const url = new URL(href, document.baseURI);
  // Another protocol is another origin, too.
  if (url.origin !== location.origin) return;
  if (!current) remember();
  if (within(url) === within(location) && url.href.includes("#")) return;
  evt.preventDefault();
  // A double click is one wish.
  if (current && whole(current.url) === whole(url)) return;
  void navigate(url, false, link || undefined);
}

function onPopstate(): void {
  if (!endpoint()) return;
  // Forth again, before the step back has arrived: its view comes nevertheless.
  if (within(location) !== here || current?.popstate) void navigate(new URL(location.href), true);
  else if (!restore()) scrollToHash(location.hash);
}

function onScroll(): void {
  clearTimeout(resting);
  // What moves while a view is on its way says nothing about the entry.
  if (endpoint() && !current) resting = setTimeout(remember, REST);
}

/** Take over the links of the page, where the server wants that. */
export function followLinks(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("scroll", onScroll, { passive: true });
  addEventListener("popstate", onPopstate);
  addEventListener(ARRIVED, (evt) => arrive((evt as CustomEvent).detail));
  addEventListener("pageshow", takeScrolling);
  // A page that is loaded again is scrolled by the browser.
  addEventListener("pagehide", () => {
    stop();
    if (endpoint()) history.scrollRestoration = "auto";
  });
  if (endpoint() && history.scrollRestoration === "manual") restore();
  takeScrolling();
}

function takeScrolling(): void {
  if (endpoint()) history.scrollRestoration = "manual";
}
