// Changes the page to what the server sent while keeping what the user is doing with it.
import { Idiomorph } from "idiomorph";
import { resync } from "./engine";
import { CONNECTION, NAVIGATING } from "./marks";

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLOptionElement;

/** Attributes that say where a field begins; the user's own value lives beside them. */
const INITIAL: Record<string, string[]> = {
  input: ["value", "checked"],
  option: ["selected"],
  textarea: ["value"],
};

function isBound(el: Element): boolean {
  return el.getAttributeNames().some((name) => /^data-bind(:|__|$)/.test(name));
}

/** True where the user has begun to type: half a word must not be taken away. */
function isTyping(el: Input): boolean {
  return (
    el === document.activeElement &&
    !(el instanceof HTMLOptionElement) &&
    !/^(checkbox|radio|range|color)$/.test(el.type) &&
    el.value !== el.defaultValue
  );
}

/** A field follows the server's HTML where that has changed, and else keeps what was entered. */
function syncField(el: Element, next: Element): void {
  const keep = isBound(el) || isTyping(el as Input);
  if (el instanceof HTMLTextAreaElement) {
    // By now `defaultValue` is the new text; a field that the user touched needs it said again.
    if (!keep && before.get(el) !== el.defaultValue) el.value = el.defaultValue;
    before.delete(el);
    return;
  }
  for (const name of INITIAL[el.localName] ?? []) {
    const value = next.getAttribute(name);
    if (el.getAttribute(name) === value) continue;
    if (value === null) el.removeAttribute(name);
    else el.setAttribute(name, value);
    if (keep) continue;
    if (name === "value") (el as HTMLInputElement).value = value ?? "";
    else (el as HTMLInputElement)[name as "checked"] = value !== null;
  }
}

/** The text that each textarea began with, while it is being morphed. */
const before = new WeakMap<HTMLTextAreaElement, string>();

const callbacks = {
  beforeNodeMorphed(node: Node, next: Node): boolean {
    if (!(node instanceof Element) || !(next instanceof Element)) return true;
    if (node instanceof HTMLTextAreaElement) before.set(node, node.defaultValue);
    const ignore = "data-ignore-morph";
    return !(node.hasAttribute(ignore) && next.hasAttribute(ignore));
  },
  beforeAttributeUpdated(name: string, el: Element): boolean {
    if (name === CONNECTION || name === NAVIGATING || INITIAL[el.localName]?.includes(name)) return false;
    return !el.getAttribute("data-preserve-attr")?.split(/\s+/).includes(name);
  },
  afterNodeMorphed(node: Node, next: Node): void {
    if (!(node instanceof Element)) return;
    if (INITIAL[node.localName]) syncField(node, next as Element);
    resync(node);
  },
};

/** Turn `target`, or only what is in it, into `content`, touching what differs. */
export function morph(target: Element, content: Node[], inner = false): void {
  Idiomorph.morph(target, content, {
    morphStyle: inner ? "innerHTML" : "outerHTML",
    head: { style: "morph" },
    callbacks,
  });
  if (inner) resync(target);
}
