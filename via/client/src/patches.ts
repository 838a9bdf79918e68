// Applies what the server sends: elements into the page, signals into the store.
import { flush, resync } from "./engine";
import { readSignals } from "./loose";
import { focusNew, look, morph, move as moveNode } from "./morph";
import { placing, shownAhead } from "./sent";
import { acknowledge, isPlain, merge } from "./signals";
import type { ServerEvent } from "./sse";
import { transition } from "./timing";

/** The data of an event (or a response's headers), by name; lines of one name are joined. */
export type Arguments = Record<string, string | undefined>;

const WHOLE = /^\s*(?:<!doctype[^>]*>\s*)?<(html|head|body)[\s>]/i;

/** A script that came through a parser never runs; one made anew does. */
function revive(root: ParentNode): void {
  for (const parsed of root.querySelectorAll("script")) {
    const script = document.createElement("script");
    for (const { name, value } of parsed.attributes) script.setAttribute(name, value);
    script.textContent = parsed.textContent;
    parsed.replaceWith(script);
  }
}

function parse(html: string, namespace: string | undefined): DocumentFragment {
  const template = document.createElement("template");
  const wrapper = { svg: "svg", mathml: "math" }[namespace ?? ""];
  template.innerHTML = wrapper ? `<${wrapper}>${html}</${wrapper}>` : html;
  const { content } = template;
  if (wrapper) content.replaceChildren(...content.firstElementChild!.childNodes);
  revive(content);
  return content;
}

const FOREIGN: Record<string, string> = {
  "http://www.w3.org/2000/svg": "svg",
  "http://www.w3.org/1998/Math/MathML": "mathml",
};

/** The namespace of what a patch of `target` brings: that of the element it ends up in. */
function namespaceAt(mode: string, target: Element | null | undefined): string | undefined {
  const parent = /^inner$|pend$/.test(mode) ? target : target?.parentElement;
  return parent?.localName === "foreignObject" ? undefined : FOREIGN[parent?.namespaceURI ?? ""];
}

function nodes(fragment: DocumentFragment, last: boolean): Node[] {
  return [...(last ? fragment : (fragment.cloneNode(true) as DocumentFragment)).childNodes];
}

function place(mode: string, target: Element, content: Node[]): void {
  switch (mode) {
    case "outer":
      return morph(target, content);
    case "inner":
      return morph(target, content, true);
    case "replace":
    case "prepend":
    case "append":
    case "before":
    case "after": {
      const parent = target.parentElement;
      const method = mode === "replace" ? "replaceWith" : mode;
      const home = mode.endsWith("pend") ? target : parent;
      const nodes = content.map((node) => placing((home && shownAhead(home, node)) || node));
      target[method](...(nodes as (Node & string)[]));
      look(nodes);
      // New options may be the ones that a signal chooses.
      const select = (mode.endsWith("pend") ? target : parent)?.closest("select");
      if (select) resync(select);
      return;
    }
    default:
      throw new Error(`unknown patch mode "${mode}"`);
  }
}

function patchWhole(tag: string, html: string): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  revive(page);
  if (tag === "html") morph(document.documentElement, [page.documentElement]);
  else if (tag === "head") morph(document.head, [page.head]);
  else morph(document.body, [page.body]);
}

/** Put elements that the page has, by their ids, to another place. */
function moveTo(mode: string, target: Element, ids: string): void {
  const inside = mode.endsWith("pend");
  const parent = inside ? target : target.parentNode!;
  let before = { append: null, prepend: target.firstChild, before: target }[mode];
  if (before === undefined) before = target.nextSibling;
  for (const id of ids.split(" ")) {
    const el = document.getElementById(id);
    if (!el) console.warn(`via: no element has the id "${id}" to move`);
    else if (el === before) before = el.nextSibling;
    else moveNode(parent, el, before);
  }
}

function patch({ selector, mode = "outer", elements = "", namespace, move }: Arguments): void {
  if (mode === "remove" && selector) {
    document.querySelectorAll(selector).forEach((el) => el.remove());
    return;
  }
  const whole = !selector && WHOLE.exec(elements)?.[1];
  if (whole) return patchWhole(whole.toLowerCase(), elements);
  if (selector) {
    const targets = [...document.querySelectorAll(selector)];
    if (!targets.length) console.warn(`via: no element matches the selector ${selector}`);
    if (move) return targets.forEach((target) => moveTo(mode, target, move));
    const content = parse(elements, namespace ?? namespaceAt(mode, targets[0]));
    targets.forEach((target, i) => place(mode, target, nodes(content, i === targets.length - 1)));
    return;
  }
  for (const el of [...parse(elements, namespace).children]) {
    const target = el.id && document.getElementById(el.id);
    if (!target) console.warn(`via: no element has the id "${el.id}" to patch`);
    else if (mode === "remove") target.remove();
    else {
      // A part of a drawing parses as such only inside one.
      const own = namespace ?? namespaceAt(mode, target);
      const content = own === namespace ? el : parse(el.outerHTML, own).firstElementChild!;
      place(mode, target, [content]);
    }
  }
}

/** Patch elements; gives a promise where a view transition makes it wait. */
export function patchElements(args: Arguments): void | Promise<void> {
  const change = () => {
    flush("others");
    patch(args);
    flush("patch");
    focusNew();
  };
  const { useViewTransition, viewTransitionSelector: selector } = args;
  if (useViewTransition !== "true") return change();
  return transition(change, selector ? document.querySelector(selector) : null);
}

/** Patch signals from JSON text. */
export function patchSignals(json: string, onlyIfMissing = false): void {
  const signals = readSignals(json);
  if (!isPlain(signals)) throw new TypeError("signals must be a JSON object");
  merge(signals, onlyIfMissing);
}

/** Handle one Datastar event of a stream; others are left to whoever listens for them. */
export async function applyEvent({ type, data }: ServerEvent): Promise<void> {
  const args: Record<string, string> = {};
  for (const line of data) {
    const space = line.indexOf(" ");
    const name = space < 0 ? line : line.slice(0, space);
    const value = space < 0 ? "" : line.slice(space + 1);
    args[name] = name in args ? `${args[name]}\n${value}` : value;
  }
  try {
    if (type === "datastar-patch-elements") await patchElements(args);
    else if (type === "via-edits") acknowledge(Number(data[0]));
    else if (type === "datastar-patch-signals") {
      patchSignals(args["signals"] ?? "{}", args["onlyIfMissing"] === "true");
    }
  } catch (error) {
    console.error(`via: ${type} could not be applied:`, error);
  }
}
