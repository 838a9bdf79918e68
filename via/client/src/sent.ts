// What the server sent, where the page differs from it: scripts, the visitor and the browser
// itself change attributes and add nodes, and an update is no reason to undo that.

/** The value that the server sent last, of attributes that others have changed since. */
const changed = new WeakMap<Element, Map<string, string | null>>();
/** The elements of those attributes. */
const deviant = new Set<Element>();
/** Nodes that others put between the server's. */
const added = new Set<Node>();
/** Elements out of which others took nodes of the server's: what they put there took their place. */
const disturbed = new WeakSet<Node>();

/** Elements for which the server has sent content, and what that was where visitors edit it. */
const filled = new WeakSet<Element>();
const edited = new WeakMap<Element, string>();

/** What is written while a patch is applied, so that the rest is known to be others' doing. */
const written = new Map<Element, Map<string, string | null>>();
const placed = new Set<Node>();

/** Whether a node is none of the server's, and is to stay. */
export function isForeign(node: Node): boolean {
  return added.has(node) && !disturbed.has(node.parentNode!);
}

/** The attribute as the server sent it last. */
export function sentAttribute(el: Element, name: string): string | null {
  const before = changed.get(el)?.get(name);
  return before === undefined ? el.getAttribute(name) : before;
}

/** Take an element's children to be those that the server wants, whatever was done to them. */
export function settle(parent: Node): void {
  if (disturbed.delete(parent)) for (const node of parent.childNodes) added.delete(node);
}

/** Take a node to be put in its place by the server. */
export function placing<T extends Node>(node: T): T {
  placed.add(node);
  added.delete(node);
  return node;
}

function remember(el: Element, name: string, value: string | null): void {
  deviant.add(el);
  if (!changed.has(el)) changed.set(el, new Map());
  changed.get(el)!.set(name, value);
}

/** Who made the changes of a record: whoever is around, a patch (with whatever it set off), or
 * the parser, whose nodes are the server's. */
export type Doer = "others" | "patch" | "parser";

/** Learn from the page's records what others did. */
export function learn(records: MutationRecord[], doer: Doer = "others"): void {
  for (const { type, target, attributeName, oldValue, addedNodes, removedNodes } of records) {
    if (type === "attributes") {
      const el = target as Element;
      const name = attributeName!;
      const own = written.get(el)?.get(name);
      if (own === undefined) {
        if (changed.get(el)?.get(name) === undefined) remember(el, name, oldValue);
      } else if (own === el.getAttribute(name)) changed.get(el)?.delete(name);
      else remember(el, name, own);
    } else if (doer !== "parser") {
      // What a signal shows goes with the attribute that says so.
      if (target instanceof Element && target.hasAttribute("data-text")) continue;
      for (const node of addedNodes) if (!placed.has(node)) added.add(node);
      if (doer === "patch") continue;
      for (const node of removedNodes) if (!added.has(node)) disturbed.add(target);
    }
  }
  written.clear();
  placed.clear();
  if (doer === "patch") forgetGone();
}

/** Hold nothing that is gone from the page. */
function forgetGone(): void {
  for (const nodes of [deviant, added] as Set<Node>[]) {
    for (const node of nodes) if (!node.isConnected) nodes.delete(node);
  }
}

/** Whether an element's content is its own: it is left as it is, for the server said nothing new. */
export function ownsContent(el: Element, next: Element): boolean {
  const before = edited.get(el);
  if (before !== undefined) {
    if (before === next.innerHTML && next.hasAttribute("contenteditable")) return true;
    edited.delete(el);
  }
  if (next.firstChild) filled.add(el);
  else if (!filled.has(el)) return !!customElements.get(el.localName);
  return false;
}

/** Remember what the server sent before a visitor edits it in place. */
export function watchEditing(): void {
  document.addEventListener(
    "beforeinput",
    ({ target }) => {
      const el = (target as Element).closest?.("[contenteditable]");
      if (el && !edited.has(el)) edited.set(el, el.innerHTML);
    },
    true,
  );
}

/** The nodes that others changed or added, and all around them. */
export function deviations(): Set<Node> {
  const found = new Set<Node>();
  for (const nodes of [deviant, added] as Set<Node>[]) {
    for (const node of nodes) {
      for (let at: Node | null = node; at && !found.has(at); at = at.parentNode) found.add(at);
    }
  }
  return found;
}

/** The node that a script showed ahead of the server, which now says the same. */
export function shownAhead(parent: Node, next: Node): Node | undefined {
  if (!added.size) return undefined;
  return [...parent.childNodes].find((node) => isForeign(node) && node.isEqualNode(next));
}

/** Take a node for the server's, which has come to say the same. */
export function adopt(node: Node): void {
  added.delete(node);
}

const tokens = (text: string | null) => (text ?? "").split(/\s+/).filter(Boolean);

/** The classes there are, with what the server added and without what it took away. */
function mergeClasses(was: string | null, now: string | null, there: string | null) {
  const [before, after] = [new Set(tokens(was)), new Set(tokens(now))];
  const kept = tokens(there).filter((name) => after.has(name) || !before.has(name));
  const result = new Set([...kept, ...[...after].filter((name) => !before.has(name))]);
  const isSame = result.size === after.size && [...after].every((name) => result.has(name));
  return isSame ? now : [...result].join(" ");
}

function declarations(text: string | null): CSSStyleDeclaration {
  const { style } = document.createElement("i");
  style.cssText = text ?? "";
  return style;
}

/** The styles there are, with those that the server changed. */
function mergeStyles(was: string | null, now: string | null, there: string | null) {
  const [before, after, result] = [was, now, there].map(declarations) as CSSStyleDeclaration[];
  const say = (style: CSSStyleDeclaration, name: string) =>
    style.getPropertyValue(name) + style.getPropertyPriority(name);
  for (const name of new Set([...before!, ...after!])) {
    if (say(before!, name) === say(after!, name)) continue;
    result!.setProperty(name, after!.getPropertyValue(name), after!.getPropertyPriority(name));
  }
  return result!.cssText === after!.cssText ? now : result!.cssText;
}

const MERGED: Record<string, typeof mergeClasses> = { class: mergeClasses, style: mergeStyles };

function write(el: Element, name: string, value: string | null, like: Attr | null): void {
  if (!written.has(el)) written.set(el, new Map());
  if (value === null) {
    // A modal one whose attribute is merely taken away leaves the page inert.
    if (name === "open" && el instanceof HTMLDialogElement) el.close();
    el.removeAttribute(name);
  } else if (like?.namespaceURI) el.setAttributeNode(like.cloneNode() as Attr);
  else el.setAttribute(name, value);
}

/** Bring an attribute to what the server says now, where that is not what it said before. */
function mergeAttribute(el: Element, name: string, next: Element): void {
  const there = el.getAttribute(name);
  const was = sentAttribute(el, name);
  const now = next.getAttribute(name);
  if (now === was) return;
  const merge = was === there ? undefined : MERGED[name];
  const value = merge ? merge(was, now, there) : now;
  if (value !== there) write(el, name, value, next.getAttributeNode(name));
  if (value === there && value === now) changed.get(el)?.delete(name);
  else if (value === there) remember(el, name, now);
  else written.get(el)!.set(name, now);
}

/** Merge attributes three ways: what was sent, what is sent, and what is there. */
export function mergeAttributes(el: Element, next: Element, skip: (name: string) => boolean): void {
  const names = new Set([...el.getAttributeNames(), ...next.getAttributeNames()]);
  for (const name of changed.get(el)?.keys() ?? []) names.add(name);
  for (const name of names) if (!skip(name)) mergeAttribute(el, name, next);
}

declare global {
  interface Window {
    /** What the document's first script has seen, and the script that was running then. */
    viaEarly?: { seen: [Node | null, MutationRecord[]][]; observer: MutationObserver };
  }
}

/** Learn what was changed before this script ran. */
export function learnEarly(): void {
  const early = window.viaEarly;
  if (!early) return;
  const rest = early.observer.takeRecords();
  early.observer.disconnect();
  for (const [script, records] of early.seen) {
    // What comes with the script's own insertion is the parser's, which does the like.
    const isParsed = !script || records.some(({ addedNodes }) => [...addedNodes].includes(script));
    learn(records, isParsed ? "parser" : "others");
  }
  learn(rest, "parser");
  delete window.viaEarly;
}
