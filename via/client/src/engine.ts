// Binds data-* attributes to elements as they come, change and go.
import { effect as reactiveEffect, untracked } from "@preact/signals-core";
import { evaluate, type Scope } from "./expression";
import { keyCase, parseName, type Modifiers } from "./names";
import { fault } from "./report";
import { checkModifiers, reportUnknown } from "./support";
import { type Doer, learn, learnEarly, watchEditing } from "./sent";

/** One attribute of one element, as a plugin sees it. */
export interface Binding {
  el: Element;
  /** The attribute's name and value as written. */
  name: string;
  value: string;
  key: string;
  modifiers: Modifiers;
  /** The key as a signal path: camelCase unless `__case` says otherwise; else the value itself. */
  path(): string;
  /** Evaluate the value, or another expression; an error is reported and gives undefined. */
  run(extra?: Scope): unknown;
  /** Run `update` now and whenever signals that it read change, and again after a morph. */
  effect(update: () => void): void;
  /** Run `update` after the element was morphed. */
  afterMorph(update: () => void): void;
  /** Call `undo` once the attribute or the element is gone; gives a way to take that back. */
  cleanup(undo: () => void): () => void;
}

export type Plugin = (binding: Binding) => void;
/** An action, called as `@name(…)`; it learns where it was called and by which event. */
export type Action = (binding: Binding, evt: Event | undefined, ...args: any[]) => unknown;

export const plugins: Record<string, Plugin> = Object.create(null) as Record<string, Plugin>;
export const actions: Record<string, Action> = Object.create(null) as Record<string, Action>;

interface Bound {
  value: string;
  undo: Set<() => void>;
  updates: (() => void)[];
}

const bound = new Map<Element, Map<string, Bound>>();

function bind(el: Element, name: string, value: string): void {
  const { plugin: pluginName, key, modifiers } = parseName(name);
  const plugin = plugins[pluginName];
  if (!plugin) return reportUnknown(el, name, value, pluginName);
  let own = bound.get(el);
  if (own?.get(name)?.value === value) return;
  checkModifiers(el, name, value, pluginName, modifiers);
  unbind(el, name);
  if (!own?.size) bound.set(el, (own = new Map<string, Bound>()));
  const state: Bound = { value, undo: new Set(), updates: [] };
  own.set(name, state);

  const guard = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      fault(el, name, value, error);
      return undefined;
    }
  };
  const binding: Binding = {
    el,
    name,
    value,
    key,
    modifiers,
    path: () => (key ? keyCase(key, modifiers, "camel") : value.trim()),
    run: (extra) => guard(() => evaluate(value, scope(binding, extra))),
    effect(update) {
      const guarded = () => void guard(update);
      state.undo.add(reactiveEffect(guarded));
      state.updates.push(guarded);
    },
    afterMorph: (update) => void state.updates.push(() => void guard(update)),
    cleanup(undo) {
      state.undo.add(undo);
      return () => state.undo.delete(undo);
    },
  };
  guard(() => untracked(() => plugin(binding)));
}

function scope(binding: Binding, extra: Scope = {}): Scope {
  const made = Object.create(null) as Scope;
  made["el"] = binding.el;
  made["evt"] = undefined;
  Object.assign(made, extra);
  made["event"] = made["evt"];
  for (const [name, action] of Object.entries(actions)) {
    made["@" + name] = (...args: unknown[]) =>
      action(binding, made["evt"] as Event | undefined, ...args);
  }
  return made;
}

function unbind(el: Element, name: string): void {
  const own = bound.get(el);
  const state = own?.get(name);
  if (!own || !state) return;
  own.delete(name);
  if (!own.size) bound.delete(el);
  for (const undo of state.undo) undo();
}

function release(root: Element): void {
  if (!bound.size) return;
  for (const el of [root, ...root.querySelectorAll("*")]) {
    for (const name of bound.get(el)?.keys() ?? []) unbind(el, name);
  }
}

function scan(el: Element): void {
  if (el.hasAttribute("data-ignore")) return;
  if (!el.hasAttribute("data-ignore__self")) {
    for (const { name, value } of [...el.attributes]) {
      if (name.startsWith("data-")) bind(el, name, value);
    }
  }
  for (const child of [...el.children]) scan(child);
}

function isIgnored(el: Element): boolean {
  return !!el.closest("[data-ignore]");
}

function process(records: MutationRecord[], doer: Doer): void {
  learn(records, doer);
  for (const { type, target, attributeName, addedNodes, removedNodes } of records) {
    if (type === "attributes") {
      const el = target as Element;
      if (!attributeName!.startsWith("data-") || !el.isConnected) continue;
      const value = el.getAttribute(attributeName!);
      if (value === null) unbind(el, attributeName!);
      else if (!isIgnored(el) && !el.hasAttribute("data-ignore__self")) {
        bind(el, attributeName!, value);
      }
      continue;
    }
    // A node that was only moved is still there and keeps its bindings.
    for (const node of removedNodes) {
      if (node instanceof Element && !node.isConnected) release(node);
    }
    for (const node of addedNodes) {
      if (node instanceof Element && node.isConnected && !isIgnored(node)) scan(node);
    }
  }
}

const observer = new MutationObserver((records) => process(records, "others"));

/** Bind what the page has, and from now on whatever comes. */
export function start(): void {
  const options = { subtree: true, childList: true, attributes: true, attributeOldValue: true };
  learnEarly();
  watchEditing();
  observer.observe(document.documentElement, options);
  if (!isIgnored(document.documentElement)) scan(document.documentElement);
}

/** Bind what `doer` has just changed at once, rather than at the end of the turn. */
export function flush(doer: Doer): void {
  for (let records = observer.takeRecords(); records.length; records = observer.takeRecords()) {
    process(records, doer);
    doer = "others";
  }
}

/** Bring the element back to what its signals say: a morph has set what the server's HTML says. */
export function resync(el: Element): void {
  for (const { updates } of bound.get(el)?.values() ?? []) {
    for (const update of updates) untracked(update);
  }
}
