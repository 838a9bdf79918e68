// Signals as text: JSON, or an object as JavaScript writes it.
import { parse } from "./parser";

/** The value of the text; `otherwise` evaluates what is no JSON. */
export function readSignals(
  text: string,
  otherwise: () => unknown = () => parse(`(${text})`)({}),
): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise();
  }
}
