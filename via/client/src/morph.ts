// Changes the page to what the server sent while keeping what the visitor and scripts made of it:
// what is there again is the same element, moved where it has to, and only what differs is written.
import { resync } from "./engine";
import { INITIAL, isEditable, syncField } from "./fields";
import { areInPlace, holdsKnown, match, staying } from "./match";
import { adopt, deviations, isForeign, mergeAttributes, ownsContent, placing, settle } from "./sent";

/** Ids that what comes still needs, while it comes. */
let wanted = new Set<string>();
/** What cannot be left alone though it equals what comes; undefined where nothing can. */
let unlike: Set<Node> | undefined;
/** Holds elements on their way from one parent to another. */
let pantry: HTMLElement | undefined;
/** The first element to be focused among those that are new. */
let autofocus: HTMLElement | undefined;

type Moving = Node & { moveBefore?(node: Node, before: Node | null): void };

/** Put a node of the page elsewhere, with its state where the browser can. */
export function move(parent: Node, node: Node, before: Node | null): void {
  if (node.nextSibling === before && node.parentNode === parent) return;
  placing(node);
  try {
    (parent as Moving).moveBefore!(node, before);
  } catch {
    parent.insertBefore(node, before);
  }
}

/** Look for an element to be focused in what is new. */
export function look(nodes: Node[]): void {
  for (const node of nodes) {
    if (autofocus || !(node instanceof Element)) continue;
    const found = node.matches("[autofocus]") ? node : node.querySelector("[autofocus]");
    autofocus = (found as HTMLElement | null) ?? undefined;
  }
}

/** Insert what is new; elements of the page that are within it come along. */
function insert(parent: Node, next: Node, before: Node | null): Node {
  const known = wanted.size && next instanceof Element && holdsKnown(parent, next);
  const made = placing(known ? next.cloneNode() : next);
  parent.insertBefore(made, before);
  if (known) morphChildren(made, [...next.childNodes]);
  look([made]);
  return made;
}

/** Take out what has no place any more, save what is going to have one elsewhere. */
function remove(node: ChildNode): void {
  if (wanted.size && node instanceof Element && node.isConnected) {
    for (const el of [node, ...node.querySelectorAll("[id]")]) {
      if (!wanted.has(el.id)) continue;
      if (!pantry) {
        pantry = document.createElement("div");
        pantry.hidden = true;
        document.documentElement.append(placing(pantry));
      }
      move(pantry, el, null);
      if (el === node) return;
    }
  }
  node.remove();
}

function morphChildren(parent: Node, nexts: Node[]): void {
  // Of others' text, where there is the server's too, no one can tell what it says together.
  const isOthers = (node: Node) =>
    isForeign(node) && (node.nodeType !== Node.TEXT_NODE || !nexts.length);
  const olds = [...parent.childNodes].filter(
    (node) => !isOthers(node) || nexts.some((next) => next.isEqualNode(node)),
  );
  if (olds.length === parent.childNodes.length && areInPlace(olds, nexts)) {
    olds.forEach(adopt);
    settle(parent);
    olds.forEach((old, i) => morphNode(old, nexts[i]!));
    return;
  }
  const found = match(parent, olds, nexts);
  const stay = staying(parent, found);
  const kept = new Set(found);
  for (const node of kept) if (node) adopt(node);
  for (const old of olds) if (!kept.has(old)) remove(old);
  let at = parent.firstChild;
  nexts.forEach((next, i) => {
    const node = found[i];
    while (at && !stay.has(at)) at = at.nextSibling;
    if (!node) insert(parent, next, at);
    else if (node === at) at = at!.nextSibling;
    else move(parent, node, at);
  });
  settle(parent);
  found.forEach((node, i) => node && morphNode(node, nexts[i]!));
}

function morphNode(old: Node, next: Node): void {
  if (!(old instanceof Element)) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    return;
  }
  // Most of a view is what it was, and the browser sees that faster than anything here.
  if (unlike && !unlike.has(old) && old.isEqualNode(next)) return;
  morphElement(old, next as Element);
}

function morphElement(el: Element, next: Element): void {
  const ignore = "data-ignore-morph";
  wanted.delete(next.id);
  if (el.hasAttribute(ignore) && next.hasAttribute(ignore)) return;
  const before = el instanceof HTMLTextAreaElement ? el.defaultValue : undefined;
  const preserved = el.getAttribute("data-preserve-attr")?.split(/\s+/) ?? [];
  const own = INITIAL[el.localName] ?? [];
  mergeAttributes(el, next, (name) => own.includes(name) || preserved.includes(name));
  if (el instanceof HTMLTemplateElement) {
    morphChildren(el.content, [...(next as HTMLTemplateElement).content.childNodes]);
  } else if (!(el.hasAttribute("data-text") && next.hasAttribute("data-text")) && !ownsContent(el, next)) {
    morphChildren(el, [...next.childNodes]);
  }
  if (own.length) syncField(el, next, before);
  resync(el);
}

/** Keep the focus, and where the caret is, in browsers that cannot move an element as it is. */
function keepingFocus(change: () => void): void {
  const el = document.activeElement as HTMLInputElement | null;
  const { selectionStart, selectionEnd } = el ?? {};
  change();
  if (!el || el === document.activeElement || !el.isConnected) return;
  el.focus({ preventScroll: true });
  if (typeof selectionStart === "number") el.setSelectionRange(selectionStart, selectionEnd!);
}

/** Turn `target`, or only what is in it, into `content`, touching what differs. */
export function morph(target: Element, content: Node[], inner = false): void {
  wanted = new Set(
    content.flatMap((node) =>
      node instanceof Element ? [node, ...node.querySelectorAll("[id]")].map(({ id }) => id) : [],
    ),
  );
  wanted.delete("");
  // For a custom element it matters whether the server ever sent content, and what a template has in
  // it is not looked at where two are compared.
  const isHidden = ({ localName }: Element) => localName === "template" || localName.includes("-");
  const isAnyHidden = content.some(
    (node) => node instanceof Element && [node, ...node.querySelectorAll("*")].some(isHidden),
  );
  unlike = isAnyHidden ? undefined : deviations();
  keepingFocus(() => {
    if (inner) {
      morphChildren(target, content);
      resync(target);
    } else become(target, content);
    pantry?.remove();
    pantry = undefined;
  });
}

/** The target becomes the one of these that is most like it; the others go beside it. */
function become(target: Element, content: Node[]): void {
  const parent = target.parentNode!;
  const found = match(parent, [target], content);
  const place = found.indexOf(target);
  const end = target.nextSibling;
  content.forEach((next, i) => {
    const node = found[i];
    const before = place > i ? target : end;
    if (!node) insert(parent, next, before);
    else {
      if (node !== target) move(parent, node, before);
      morphNode(node, next);
    }
  });
  if (place < 0) remove(target);
}

/** Focus what came with `autofocus`, unless something is being typed elsewhere. */
export function focusNew(): void {
  const el = autofocus;
  autofocus = undefined;
  if (el?.isConnected && !isEditable(document.activeElement)) el.focus({ preventScroll: true });
}
