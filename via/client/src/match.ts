// Which of an element's children are there again after a change, and which of them move.
import { isForeign, sentAttribute } from "./sent";

/** Ids by which the server finds elements that have none of their own; they come and go. */
const ANCHOR = /^via-x\d/;

function ownId(node: Node): string {
  const id = node instanceof Element ? node.id : "";
  return ANCHOR.test(id) ? "" : id;
}

function isAlike(old: Node, next: Node): boolean {
  if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) return false;
  if (!(old instanceof Element)) return true;
  const other = next as Element;
  // A script that changed is another one, which runs.
  if (old.localName === "script") return print(old) === print(other);
  return old.namespaceURI === other.namespaceURI && old.localName === other.localName;
}

/** Whether the one may become the other although neither id nor content says that it does. */
function mayBecome(old: Node, next: Node): boolean {
  const id = ownId(old);
  return isAlike(old, next) && (!id || id === ownId(next));
}

/** Attributes in which the same element may differ: the client's, and fields' values. */
const PASSING = /^(id|nonce|value|checked|selected|open)$|^data-via-/;

/** What a node says, by which it is known again where it has no id. */
function print(node: Node): string {
  if (!(node instanceof Element)) return node.nodeType === Node.TEXT_NODE ? node.nodeValue! : "";
  const attributes = node
    .getAttributeNames()
    .filter((name) => !PASSING.test(name))
    .map((name) => `${name}=${sentAttribute(node, name)}`);
  const inner = node.hasAttribute("data-text") || node.hasAttribute("data-ignore-morph")
    ? []
    : [...node.childNodes].filter((child) => !isForeign(child)).map(print);
  return `<${node.localName} ${attributes.join()}>${inner.join("\0")}`;
}

/** The element that has this id in the page, if it is of the same kind and free to be taken. */
function byId(parent: Node, next: Element, taken: Set<Node>): Element | undefined {
  const root = parent.getRootNode() as Document;
  const found = root.getElementById?.(next.id);
  return found && !taken.has(found) && isAlike(found, next) && !found.contains(parent)
    ? found
    : undefined;
}

/** Whether an element of the page is, by its id, in what comes. */
export function holdsKnown(parent: Node, next: Element): Element | undefined {
  const root = parent.getRootNode() as Document;
  if (!root.getElementById) return undefined;
  for (const el of next.querySelectorAll("[id]")) {
    const found = ownId(el) && root.getElementById(el.id);
    if (found && isAlike(found, el) && !found.contains(parent)) return found;
  }
  return undefined;
}

function childOf(parent: Node, el: Node | undefined): Node | undefined {
  while (el && el.parentNode !== parent) el = el.parentNode ?? undefined;
  return el;
}

/** Whether the children are those that come, in their places; one at most may be unknown. */
export function areInPlace(olds: Node[], nexts: Node[]): boolean {
  let unknown = 0;
  const isKnown = (old: Node, next: Node) => {
    const id = ownId(next);
    return id ? id === ownId(old) && isAlike(old, next) : old.isEqualNode(next);
  };
  return (
    olds.length === nexts.length &&
    olds.every((old, i) => isKnown(old, nexts[i]!) || (!unknown++ && mayBecome(old, nexts[i]!)))
  );
}

/** For each of the children that come, the node of the page that becomes it. */
export function match(parent: Node, olds: Node[], nexts: Node[]): (Node | undefined)[] {
  const taken = new Set<Node>();
  const found: (Node | undefined)[] = nexts.map(() => undefined);
  const take = (i: number, old: Node | undefined) => {
    if (!old || taken.has(old)) return;
    taken.add(old);
    found[i] = old;
  };
  const free = (old: Node | undefined, next: Node) =>
    old && !taken.has(old) && mayBecome(old, next) ? old : undefined;

  const siblings = new Map<string, Node>();
  for (const old of olds) {
    const id = old instanceof Element && old.id;
    if (id && !siblings.has(id)) siblings.set(id, old);
  }
  // By id; then what holds elements that are known by theirs.
  nexts.forEach((next, i) => {
    if (!(next instanceof Element) || !next.id) return;
    const sibling = siblings.get(next.id);
    take(i, sibling && isAlike(sibling, next) ? sibling : byId(parent, next, taken));
  });
  nexts.forEach((next, i) => {
    if (found[i] || !(next instanceof Element) || ownId(next)) return;
    take(i, free(childOf(parent, holdsKnown(parent, next)), next));
  });
  // By content, where there is more than one that it could be.
  const rest = olds.filter((old) => !taken.has(old) && !ownId(old));
  const open = nexts.flatMap((next, i) => (found[i] || ownId(next) ? [] : [i]));
  if (rest.length > 1 || open.length > 1) {
    const prints = new Map<string, Node[]>();
    for (const old of rest.reverse()) {
      const said = print(old);
      if (!prints.has(said)) prints.set(said, []);
      prints.get(said)!.push(old);
    }
    for (const i of open) {
      const same = prints.get(print(nexts[i]!));
      const old = free(same?.at(-1), nexts[i]!);
      if (old) {
        same!.pop();
        take(i, old);
      }
    }
  }
  // By kind, in order, between those that are known.
  const places = new Map(olds.map((old, place) => [old, place]));
  let at = 0;
  nexts.forEach((next, i) => {
    const known = found[i] && places.get(found[i]);
    if (known !== undefined) {
      if (known >= at) at = known + 1;
      return;
    }
    if (found[i]) return;
    let stop = at;
    while (stop < olds.length && !taken.has(olds[stop]!)) stop++;
    const place = olds.slice(at, stop).findIndex((old) => mayBecome(old, next));
    if (place < 0) return;
    take(i, olds[at + place]);
    at += place + 1;
  });
  return found;
}

/** Of rising places as many as there can be: the nodes that need not move. */
export function staying(parent: Node, found: (Node | undefined)[]): Set<Node> {
  const places = new Map([...parent.childNodes].map((node, place) => [node as Node, place]));
  const tops: Node[] = [];
  const before = new Map<Node, Node | undefined>();
  for (const node of found) {
    const place = node && places.get(node);
    if (place === undefined) continue;
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places.get(tops[middle]!)! < place) low = middle + 1;
      else high = middle;
    }
    before.set(node!, tops[low - 1]);
    tops[low] = node!;
  }
  const stay = new Set<Node>();
  for (let node = tops.at(-1); node; node = before.get(node)) stay.add(node);
  return stay;
}
