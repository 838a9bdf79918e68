// What the parts of an expression do, as closures. No eval, no Function: safe under a strict policy.
import { exposed } from "./exposed";
import { globals, safe, safeKey } from "./globals";
import { root } from "./signals";

/** What one evaluation knows: `el`, `evt`, the actions (`@name`), parameters and variables. */
export type Scope = Record<string, unknown>;
export type Code = (scope: Scope) => any;
type Dict = Record<PropertyKey, unknown>;

/** A part of an expression; names and members know more than their value, to be assigned to. */
export interface Term {
  code: Code;
  name?: string;
  owner?: Term;
  key?: Code;
  optional?: boolean;
}

/** What a `return` ends its function, or the whole expression, with. */
class Returned {
  constructor(readonly value: unknown) {}
}

/** Ends an optional chain whose link was null or undefined. */
const SHORT = Symbol();

const BINARY: Record<string, (a: any, b: any) => unknown> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "==": (a, b) => a == b,
  "!=": (a, b) => a != b,
  "===": (a, b) => a === b,
  "!==": (a, b) => a !== b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "|": (a, b) => a | b,
  "&": (a, b) => a & b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
  in: (a, b) => safeKey(a) in b,
  instanceof: (a, b) => a instanceof b,
};

/** Operators that may skip their right side: true when the left side is the result. */
const LOGICAL: Record<string, (left: unknown) => boolean> = {
  "||": (left) => !!left,
  "&&": (left) => !left,
  "??": (left) => left != null,
};

const UNARY: Record<string, (value: any) => unknown> = {
  "!": (value) => !value,
  "-": (value) => -value,
  "+": (value) => +value,
  "~": (value) => ~value,
  typeof: (value) => typeof value,
  void: () => undefined,
};

export function constant(value: unknown): Term {
  return { code: () => value };
}

export function name(name: string): Term {
  if (name === "$") return constant(root);
  if (name[0] === "$") return { name, code: () => root[name.slice(1)] };
  return {
    name,
    code(scope) {
      if (name in scope) return scope[name];
      const known = exposed(name);
      if (known) return known;
      if (name in globals) return safe(globals[name]);
      throw new ReferenceError(
        name[0] === "@" ? `there is no action ${name}` : `${name} is not known here`,
      );
    },
  };
}

export function member(owner: Term, key: Code, optional: boolean): Term {
  return {
    owner,
    key,
    optional,
    code(scope) {
      const object = owner.code(scope);
      if (object === SHORT || (optional && object == null)) return SHORT;
      return safe((object as Dict)[safeKey(key(scope))]);
    },
  };
}

export function call(callee: Term, args: Code, optional: boolean): Term {
  const { owner } = callee;
  return {
    code(scope) {
      const self = owner?.code(scope);
      if (self === SHORT || (callee.optional && self == null)) return SHORT;
      const key = owner && safeKey(callee.key!(scope));
      const f: unknown = owner ? (self as Dict)[key!] : callee.code(scope);
      if (f === SHORT || (optional && f == null)) return SHORT;
      if (typeof f !== "function") {
        throw new TypeError(`${String(key ?? callee.name ?? "the called value")} is not a function`);
      }
      return safe(Reflect.apply(safe(f), self, args(scope)));
    },
  };
}

/** The end of a chain: whether it was cut short is no one else's business. */
export function closed(term: Term): Term {
  if (!term.owner && term.name) return term;
  return {
    ...term,
    code(scope) {
      const value: unknown = term.code(scope);
      return value === SHORT ? undefined : value;
    },
  };
}

export function create(made: Term, args: Code): Term {
  return { code: (scope) => safe(Reflect.construct(safe(made.code(scope)), args(scope))) };
}

const FIXED = new Set(["el", "evt", "event"]);

/** Where a value is to be written: the object and the name in it. */
function resolve({ name, owner, key }: Term, scope: Scope): [Dict, PropertyKey] {
  if (owner) {
    let target = owner.code(scope);
    // `$user.name = …` makes `$user` where there is none yet.
    if ((target === "" || target == null) && isSignal(owner)) {
      const [base, at] = resolve(owner, scope);
      base[at] = {};
      target = base[at];
    }
    return [target as Dict, safeKey(key!(scope))];
  }
  if (name![0] === "$") return [root, name!.slice(1)];
  if (!FIXED.has(name!)) {
    for (let at: Scope | null = scope; at; at = Object.getPrototypeOf(at) as Scope | null) {
      if (Object.hasOwn(at, name!)) return [at, name!];
    }
  }
  if (name === "location") return [globals, name];
  throw new TypeError(`cannot assign to ${name}`);
}

function isSignal({ name, owner }: Term): boolean {
  return owner ? isSignal(owner) : name?.[0] === "$";
}

function mustBePlace({ name, owner }: Term): void {
  if (!name && !owner) throw new SyntaxError("this cannot be assigned to");
}

export function assign(target: Term, operator: string, { code }: Term): Term {
  mustBePlace(target);
  const skip = LOGICAL[operator];
  const apply = BINARY[operator];
  return {
    code(scope) {
      if (skip) {
        const now: unknown = target.code(scope);
        if (skip(now)) return now;
      }
      const [owner, key] = resolve(target, scope);
      return (owner[key] = apply ? apply(owner[key], code(scope)) : code(scope));
    },
  };
}

export function step(target: Term, operator: string, prefix: boolean): Term {
  mustBePlace(target);
  const by = operator === "++" ? 1 : -1;
  return {
    code(scope) {
      const [owner, key] = resolve(target, scope);
      const before = Number(owner[key]);
      owner[key] = before + by;
      return prefix ? before + by : before;
    },
  };
}

export function remove(target: Term): Term {
  mustBePlace(target);
  return {
    code(scope) {
      const [owner, key] = resolve(target, scope);
      return delete owner[key];
    },
  };
}

export function unary(operator: string, { code }: Term): Term {
  const apply = UNARY[operator]!;
  return { code: (scope) => apply(code(scope)) };
}

export function binary({ code: left }: Term, operator: string, { code: right }: Term): Term {
  const skip = LOGICAL[operator];
  const apply = BINARY[operator]!;
  return {
    code(scope) {
      const value: unknown = left(scope);
      if (skip) return skip(value) ? value : right(scope);
      return apply(value, right(scope));
    },
  };
}

export function choice({ code: test }: Term, { code: yes }: Term, { code: no }: Term): Term {
  return { code: (scope) => (test(scope) ? yes(scope) : no(scope)) };
}

/** All of them, one after the other, up to a `return`; the last one's value. */
export function sequence(parts: Code[]): Code {
  return (scope) => {
    let last: unknown;
    for (const part of parts) {
      last = part(scope);
      if (last instanceof Returned) break;
    }
    return last;
  };
}

/** What a whole expression or a function's block gives. */
export function result(value: unknown): unknown {
  return value instanceof Returned ? value.value : value;
}

export function returned(code: Code): Code {
  return (scope) => new Returned(code(scope));
}

/** Statements with variables of their own. */
export function block(body: Code): Code {
  return (scope) => body(Object.create(scope) as Scope);
}

/** An `if`: it has no value, unless it returns one. */
export function condition({ code: test }: Term, yes: Code, no: Code): Code {
  return (scope) => {
    const value: unknown = (test(scope) ? yes : no)(scope);
    return value instanceof Returned ? value : undefined;
  };
}

export function declare(name: string, value: Code, writable: boolean): Code {
  return (scope) => {
    if (Object.hasOwn(scope, name)) throw new SyntaxError(`${name} is there already`);
    Object.defineProperty(scope, name, { value: safe(value(scope)), writable, enumerable: true });
  };
}

/** The values of all; those with `spread` give any number of values. */
export function list(parts: { code: Code; spread: boolean }[]): Code {
  return (scope) =>
    parts.flatMap(({ code, spread }) => (spread ? [...code(scope)] : [code(scope)]));
}

/** An object from keys and values; without a key, the value's own entries. */
export function object(parts: [key: Code | undefined, value: Code][]): Term {
  return {
    code(scope) {
      const made: Dict = {};
      for (const [key, value] of parts) {
        if (key) made[safeKey(key(scope))] = value(scope);
        else Object.assign(made, value(scope));
      }
      return made;
    },
  };
}

export function template(texts: string[], values: Code[]): Term {
  return {
    code: (scope) => texts.reduce((text, next, i) => text + String(values[i - 1]!(scope)) + next),
  };
}

export function arrow(params: string[], body: Code, isBlock: boolean): Term {
  return {
    code:
      (scope) =>
      (...args: unknown[]) => {
        const inner = Object.create(scope) as Scope;
        params.forEach((param, i) => (inner[param] = safe(args[i])));
        const value: unknown = body(inner);
        return isBlock && !(value instanceof Returned) ? undefined : result(value);
      },
  };
}
