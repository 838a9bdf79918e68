// Tells the developer, in the console, of attributes and modifiers that this client does not know.
import type { Modifiers } from "./names";
import { fault } from "./report";

const TIMING = "delay debounce throttle viewtransition";
/** The modifiers of each attribute; data-on-intersect's and so on are looked up whole. */
const KNOWN: Record<string, string> = {
  attr: "case",
  bind: "case prop event",
  class: "case",
  computed: "case",
  indicator: "case",
  init: "delay viewtransition",
  "json-signals": "terse",
  on: `once passive capture case window document outside prevent stop trusted ${TIMING}`,
  "on-intersect": `once exit half full threshold ${TIMING}`,
  "on-interval": "duration viewtransition",
  "on-signal-patch": TIMING,
  ref: "case",
  signals: "ifmissing case",
  style: "case",
};
/** Attributes of Datastar's that this client has not, and those of its earlier versions. */
const FOREIGN =
  /^(?:(bind|computed|indicator|on|signals)-(?!.*-filter$)(.+)|animate|custom-validity|match-media|persist|query-string|replace-url|rocket|scroll-into-view|view-transition)$/;

/** Report an attribute that does nothing here. */
export function reportUnknown(el: Element, name: string, value: string, plugin: string): void {
  const match = FOREIGN.exec(plugin);
  if (!match) return;
  const [, base, rest] = match;
  fault(el, name, value, `is not supported${base ? `: write data-${base}:${rest}` : ""}`);
}

/** Report modifiers that an attribute does not know. */
export function checkModifiers(
  el: Element, name: string, value: string, plugin: string, modifiers: Modifiers,
): void {
  const known = KNOWN[plugin]?.split(" ");
  for (const modifier of modifiers.keys()) {
    if (!known?.includes(modifier)) fault(el, name, value, `there is no modifier __${modifier}`);
  }
}
