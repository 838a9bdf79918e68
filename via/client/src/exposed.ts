// The functions that the page itself makes known to expressions: `via.expose({name, …})`.
import { signal } from "@preact/signals-core";
import { safe } from "./globals";

type Functions = Record<string, unknown>;

const own: Functions = Object.create(null) as Functions;
const count = signal(0);

/** Make functions known to expressions, under their names. What waited for them runs again. */
export function expose(functions: Functions): void {
  for (const [name, f] of Object.entries(functions)) {
    if (typeof f !== "function") throw new TypeError(`via.expose: ${name} is not a function`);
    own[name] = safe(f);
  }
  count.value++;
}

/** The function of this name that the page has exposed, if there is one. */
export function exposed(name: string): unknown {
  void count.value;
  return own[name];
}

// A page of via's has this object from its first script on, and may have exposed some already.
const early = (window as unknown as { via?: { exposed?: Functions } }).via;
Object.assign(window, { via: { ...early, expose } });
if (early?.exposed) expose(early.exposed);
