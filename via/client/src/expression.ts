// Evaluates expressions; each text is compiled once.
import { type Code, result, type Scope } from "./code";
import { parse } from "./parser";

export type { Scope };

const cache = new Map<string, Code>();

/** Evaluate an expression; throws what it throws, or a syntax error. */
export function evaluate(source: string, scope: Scope): unknown {
  let code = cache.get(source);
  if (!code) cache.set(source, (code = parse(source)));
  return result(code(scope));
}
