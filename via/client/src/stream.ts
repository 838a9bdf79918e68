// The long-lived stream, `@get(…, {retry: 'always'})`: reopened whenever it ends, however it ends.
import { untracked } from "@preact/signals-core";
import type { Binding } from "./engine";
import {
  abortWhenHidden, type Options, pause, prepare, receive, tell, visible,
} from "./fetch";
import { CONNECTION, REFUSED } from "./marks";
import { hasCome, connect } from "./socket";

const FIRST_WAIT = 200;
const LONGEST_WAIT = 10_000;
/** The server says something every 40 s; when it has not for this long, it is gone. */
const SILENCE = 60_000;

/** Which run of the page's document this is: browsers can duplicate tabs, and restore them. */
const DOCUMENT = [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");

/** Shown on <html>, for styles and tests. */
type State = "connecting" | "open" | "reconnecting" | "closed";

function show(state: State): void {
  document.documentElement.setAttribute(CONNECTION, state);
}

/** The nonce of this very script: the server needs it to build the page's context anew. */
function nonce(): string {
  const own = [...document.scripts].find((script) => script.src === import.meta.url);
  return own?.nonce ?? "";
}

/** Milliseconds before a page that was loaded anew is loaded anew again: it may be in vain. */
const NO_RELOAD = 30_000;

/** Whether loading the page anew may help; where cookies are refused it would be done for ever. */
function mayReload(): boolean {
  const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return load?.type !== "reload" || performance.now() > NO_RELOAD;
}

/** Full jitter on the upper half, so that tabs do not return all at the same moment. */
function backoff(first: number, failures: number): number {
  return Math.min(first * 2 ** failures, LONGEST_WAIT) * (0.5 + Math.random() / 2);
}

/** Keep a stream open until its element or attribute goes, or the server answers 204. */
export async function keepOpen(
  binding: Binding,
  evt: Event | undefined,
  method: string,
  url: string,
  options: Options,
): Promise<void> {
  const { el } = binding;
  const over = new AbortController();
  binding.cleanup(() => over.abort());
  // Signals that elements further down the page bring are to go along.
  await Promise.resolve();

  let attempt = new AbortController();
  let hurry = new AbortController();
  const on = (target: EventTarget, type: string, act: (evt: Event) => void) =>
    target.addEventListener(type, act, { signal: over.signal });
  const again = () => {
    hurry.abort();
    attempt.abort();
  };
  // The old connection may look open and be dead: the network, or the whole page, was away.
  on(window, "online", again);
  // The tab is another browser's to the server, or gone: a new stream brings one of its own.
  on(document, REFUSED, again);
  on(window, "pageshow", (shown) => (shown as PageTransitionEvent).persisted && again());
  on(document, "visibilitychange", () => !document.hidden && hurry.abort());

  let lastId = "";
  let first = FIRST_WAIT;
  show("connecting");
  tell(el, "started");
  for (let failures = 0; ; failures++) {
    if (!options.openWhenHidden) await visible(over.signal);
    if (over.signal.aborted) break;
    attempt = new AbortController();
    hurry = new AbortController();
    if (!options.openWhenHidden) abortWhenHidden(attempt);
    let silence = 0;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => attempt.abort(), SILENCE);
    };
    const prepared = untracked(() => prepare(binding, evt, method, url, options));
    if (!prepared) break;
    const { headers } = prepared.init;
    Object.assign(headers!, {
      "Via-Location": location.pathname + location.search,
      "Via-Nonce": nonce(),
      "Via-Document": DOCUMENT,
      ...(lastId && { "Last-Event-ID": lastId }),
    });
    heard();
    try {
      const signal = AbortSignal.any([over.signal, attempt.signal]);
      const response =
        (options.websocket !== undefined &&
          (await connect(prepared.url, prepared.init, signal, options.websocket))) ||
        (await fetch(prepared.url, { ...prepared.init, signal }));
      if (response.status === 204) {
        show("closed");
        break;
      }
      if (response.ok) {
        failures = -1;
        hasCome();
        show("open");
        await receive(response, el, {
          onBytes: heard,
          onId: (id) => (lastId = id),
          onRetry: (milliseconds) => (first = milliseconds),
        });
      } else if (response.status === 403 && mayReload()) {
        // Another browser's tab, to the server: the cookie that named this one is gone.
        location.reload();
        break;
      } else {
        tell(el, "error", { status: String(response.status) });
        console.warn(`via: the stream was answered with status ${response.status}`);
      }
    } catch (error) {
      if (over.signal.aborted) break;
      tell(el, "error", { message: String(error) });
    } finally {
      clearTimeout(silence);
      attempt.abort();
    }
    show("reconnecting");
    tell(el, "retrying");
    const wait = backoff(first, Math.max(failures, 0));
    await pause(wait, AbortSignal.any([over.signal, hurry.signal]));
  }
  over.abort();
  tell(el, "finished");
}
