// The signals of the page: a tree of reactive cells behind plain-looking objects and arrays.
import { batch, Computed, computed, Signal, signal, untracked } from "@preact/signals-core";

type Cells = Record<string, Signal<unknown>>;
type Plain = Record<string, unknown>;

/** Which signals are meant, by their dotted path. */
export interface Filter {
  include?: RegExp | string;
  exclude?: RegExp | string;
}

/** Signals whose name, at any level, begins with an underscore stay in the browser. */
export const PRIVATE = /(^|\.)_/;
export const SIGNAL_PATCH = "datastar-signal-patch";

const trees = new WeakSet<object>();
const lists = new WeakSet<object>();

/** Nested objects from dotted paths; what is given stays as it is, only new objects are written. */
function nest(entries: Iterable<[string, unknown]>): Plain {
  const made = new WeakSet<object>();
  const top = Object.create(null) as Plain;
  for (const [path, value] of entries) {
    const names = path.split(".");
    const last = names.pop()!;
    let at = top;
    for (const name of names) {
      let next = at[name] as Plain;
      if (!made.has(next)) {
        at[name] = next = Object.assign(Object.create(null), isPlain(next) ? next : {}) as Plain;
        made.add(next);
      }
      at = next;
    }
    at[last] = value;
  }
  return top;
}

/** What was changed here that the server is not known to have: each signal's last edit. */
const edits = new Map<string, number>();
let editCount = 0;
let acknowledged = 0;
let isServers = false;

/** Whether the page's server is via, which tells what it knows; others' word is always the last. */
export const isVia = () => has("via_ctx");

/** Number an edit: of a signal or, without a name, of a field that is bound to none. */
export function noteEdit(name = ""): number {
  if (isVia()) edits.set(name, ++editCount);
  return editCount;
}

/** The edits that a request brings, by signal. */
export const unknownEdits = () => Object.fromEntries(edits);

/** The server has all edits up to this one; what it says from now on is newer than they are. */
export function acknowledge(number: number): void {
  acknowledged = Math.min(number, editCount);
  for (const [name, edit] of edits) if (edit <= number) edits.delete(name);
}

/** Whether the server is not known to have this edit. */
export const isUnknown = (edit: number | undefined) =>
  edit !== undefined && edit > acknowledged;

let pending: Map<string, unknown> | undefined;

/** Announce what has changed up to now. */
export function announceChanges(): void {
  const changes = pending;
  pending = undefined;
  if (!changes) return;
  document.dispatchEvent(new CustomEvent(SIGNAL_PATCH, { detail: nest(changes) }));
}

/** Gather changes, and announce them once the current turn is over. */
function announce(path: string, value: unknown): void {
  if (!isServers && !PRIVATE.test(path)) noteEdit(/[^.]*/.exec(path)![0]);
  if (!pending) {
    pending = new Map();
    queueMicrotask(announceChanges);
  }
  pending.delete(path);
  pending.set(path, value);
}

export function isPlain(value: unknown): value is Plain {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function bump(version: Signal<number>): void {
  version.value = version.peek() + 1;
}

function wrap(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return lists.has(value) ? value : list(value, path);
  return isPlain(value) && !trees.has(value) ? tree(value, path) : value;
}

function list(source: unknown[], path: string): unknown[] {
  const version = signal(0);
  const changed = (done: boolean) => {
    bump(version);
    announce(path, proxy);
    return done;
  };
  const proxy: unknown[] = new Proxy(
    source.map((item) => wrap(item, path)),
    {
      get(items, key) {
        void version.value;
        return Reflect.get(items, key) as unknown;
      },
      set: (items, key, value) => changed(Reflect.set(items, key, wrap(value, path))),
      deleteProperty: (items, key) => changed(Reflect.deleteProperty(items, key)),
    },
  );
  lists.add(proxy);
  return proxy;
}

function tree(source: Plain, path = ""): Plain {
  const cells: Cells = Object.create(null) as Cells;
  const at = (key: string) => (path ? `${path}.${key}` : key);
  // Changes whenever a name appears or disappears, so that readers of absent names learn of it.
  const shape = signal(0);
  const proxy = new Proxy(cells as Plain, {
    get(_, key) {
      if (typeof key === "symbol") return undefined;
      const cell = cells[key];
      if (cell) return cell.value;
      void shape.value;
      return key in Object.prototype ? (Object.prototype as Plain)[key] : "";
    },
    set(_, key, value) {
      if (typeof key === "symbol") return false;
      const cell = cells[key];
      if (value instanceof Signal) {
        cells[key] = value;
        bump(shape);
      } else if (!cell) {
        cells[key] = signal(wrap(value, at(key)));
        bump(shape);
        announce(at(key), value);
      } else if (cell instanceof Computed) {
        console.warn(`via: the signal $${at(key)} is computed and cannot be set`);
      } else if (cell.peek() !== value) {
        cell.value = wrap(value, at(key));
        announce(at(key), value);
      }
      return true;
    },
    deleteProperty(_, key) {
      const cell = cells[key as string];
      if (cell) {
        delete cells[key as string];
        bump(shape);
        if (!(cell instanceof Computed)) cell.value = "";
        announce(at(key as string), null);
      }
      return true;
    },
    has: (_, key) => (void shape.value, key in cells),
    ownKeys: () => (void shape.value, Reflect.ownKeys(cells)),
    getOwnPropertyDescriptor(_, key) {
      const cell = cells[key as string];
      return cell && { value: cell.value, configurable: true, enumerable: true, writable: true };
    },
  });
  trees.add(proxy);
  for (const key of Object.keys(source)) cells[key] = signal(wrap(source[key], at(key)));
  return proxy;
}

/** All signals; `root.name` is what expressions call `$name`. */
export const root: Plain = tree({});

function parent(path: string, create: boolean): [Plain | undefined, string] {
  const names = path.split(".");
  const last = names.pop()!;
  let at = root;
  for (const name of names) {
    let next = at[name];
    if (!trees.has(next as object)) {
      if (!create) return [undefined, last];
      at[name] = {};
      next = at[name];
    }
    at = next as Plain;
  }
  return [at, last];
}

export function has(path: string): boolean {
  return untracked(() => {
    const [owner, name] = parent(path, false);
    return !!owner && name in owner;
  });
}

/** The value at a dotted path, `""` where there is none; tracked inside effects. */
export function get(path: string): unknown {
  let value: unknown = root;
  for (const name of path.split(".")) {
    if (!trees.has(value as object)) return "";
    value = (value as Plain)[name];
  }
  return value;
}

export function peek(path: string): unknown {
  return untracked(() => get(path));
}

export function set(path: string, value: unknown): void {
  untracked(() => {
    const [owner, name] = parent(path, true);
    owner![name] = value;
  });
}

/** Make the signal at `path` the result of `compute`, kept up to date. */
export function define(path: string, compute: () => unknown): void {
  set(path, computed(compute));
}

/** Apply an RFC 7386 merge patch; with `onlyIfMissing`, existing signals keep their values.
 *
 * So do those that were edited here after the server made the patch.
 */
export function merge(patch: Plain, onlyIfMissing = false): void {
  isServers = true;
  try {
    untracked(() => batch(() => mergeInto(root, patch, onlyIfMissing)));
  } finally {
    isServers = false;
  }
}

function mergeInto(target: Plain, patch: Plain, onlyIfMissing: boolean): void {
  for (const [key, value] of Object.entries(patch)) {
    if (value == null) {
      if (!onlyIfMissing) delete target[key];
    } else if (target === root && edits.has(key) && key in root) {
      continue;
    } else if (isPlain(value)) {
      const known = key in target;
      if (!trees.has(target[key] as object)) {
        if (onlyIfMissing && known) continue;
        target[key] = {};
      }
      mergeInto(target[key] as Plain, value, onlyIfMissing);
    } else if (!onlyIfMissing || !(key in target)) {
      target[key] = value;
    }
  }
}

function matches(path: string, { include, exclude }: Filter): boolean {
  const found = (pattern: RegExp | string) => path.search(pattern) >= 0;
  return (!include || found(include)) && !(exclude && found(exclude));
}

type Visit = (path: string, value: unknown) => void;

/** Call `visit` with the path and value of what is no branch and passes the filter. */
function visitLeaves(
  at: Plain,
  isBranch: (value: unknown) => boolean,
  filter: Filter,
  visit: Visit,
  prefix = "",
): void {
  for (const key of Object.keys(at)) {
    const value = at[key];
    const path = prefix + key;
    if (isBranch(value)) visitLeaves(value as Plain, isBranch, filter, visit, `${path}.`);
    else if (matches(path, filter)) visit(path, value);
  }
}

/** Call `visit` with the path and value of every signal (leaves only) that passes the filter. */
export function each(filter: Filter, visit: Visit): void {
  visitLeaves(root, (value) => trees.has(value as object), filter, visit);
}

/** What of a patch passes the filter; undefined if nothing does. */
export function pick(patch: Plain, filter: Filter): Plain | undefined {
  const found: [string, unknown][] = [];
  visitLeaves(patch, isPlain, filter, (path, value) => found.push([path, value]));
  return found.length ? nest(found) : undefined;
}

/** A JSON-ready copy of the signals that pass the filter; elements and functions are left out. */
export function snapshot(filter: Filter): Plain {
  const found: [string, unknown][] = [];
  each(filter, (path, value) => {
    if (!(value instanceof Node) && typeof value !== "function") found.push([path, value]);
  });
  return nest(found);
}
