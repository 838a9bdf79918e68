// Errors are told to the developer in the console, and stop nothing else.
import { ARRIVED, NAVIGATING } from "./marks";

function describe(el: Element): string {
  return `<${el.localName}${el.id && ` id="${el.id}"`}>`;
}

/** Report a fault of one attribute: which element, which attribute, which expression, and why. */
export function fault(el: Element, attribute: string, value: string, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  const report = () =>
    el.isConnected && console.error(`via: ${attribute}="${value}" on ${describe(el)}: ${why}`, el);
  // The signals of a page end before its elements do: what these miss then is no fault.
  if (document.documentElement.hasAttribute(NAVIGATING)) {
    addEventListener(ARRIVED, report, { once: true });
  } else report();
}
