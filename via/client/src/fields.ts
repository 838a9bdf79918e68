// What visitors enter: a field follows the server's HTML where that changed, and else keeps it.

import { isUnknown, noteEdit } from "./signals";

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLOptionElement;

/** Attributes that say where a field begins; the user's own value lives beside them. */
export const INITIAL: Record<string, string[]> = {
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

/** The number of the last edit of each field that is bound to no signal. */
const fieldEdits = new WeakMap<Element, number>();

document.addEventListener("input", ({ target }) => {
  const el = target as Element;
  if (INITIAL[el.localName] && !isBound(el)) fieldEdits.set(el, noteEdit());
});

/** Bring a field to what the server says now; `before` is the text that a textarea began with. */
export function syncField(el: Element, next: Element, before: string | undefined): void {
  const keep = isBound(el) || isTyping(el as Input) || isUnknown(fieldEdits.get(el));
  if (el instanceof HTMLTextAreaElement) {
    // By now `defaultValue` is the new text; a field that the user touched needs it said again.
    if (!keep && before !== el.defaultValue) el.value = el.defaultValue;
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

/** True where words are entered, which the focus must not be taken from. */
export function isEditable(el: Element | null): boolean {
  return (
    (el instanceof HTMLElement && el.isContentEditable) ||
    (el instanceof HTMLInputElement && !/^(button|submit|reset|image|file)$/.test(el.type)) ||
    el instanceof HTMLTextAreaElement ||
    el instanceof HTMLSelectElement
  );
}
