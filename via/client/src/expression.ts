// Compiles expressions to closures, once per source text. No eval, no Function: CSP-safe.
import { globals, safe, safeKey } from "./globals";
import { parse, type Syntax } from "./parser";
import { root } from "./signals";

/** What one evaluation knows: `el`, `evt`, the actions (`@name`) and arrow parameters. */
export type Scope = Record<string, unknown>;
type Code = (scope: Scope) => any;
type Dict = Record<PropertyKey, unknown>;

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
};

/** A place that can be read and written. */
interface Place {
  read(scope: Scope): unknown;
  resolve(scope: Scope): [Dict, PropertyKey];
}

function isSignal(name: string): boolean {
  return name[0] === "$";
}

function lookup(name: string): Code {
  if (name === "$") return () => root;
  if (isSignal(name)) return () => root[name.slice(1)];
  return (scope) => {
    if (name in scope) return scope[name];
    if (name in globals) return safe(globals[name]);
    throw new ReferenceError(`${name} is not known here`);
  };
}

function place(node: Syntax): Place {
  if (node.type === "Identifier") {
    const name: string = node["name"];
    return {
      read: lookup(name),
      resolve(scope) {
        if (name.length > 1 && isSignal(name)) return [root, name.slice(1)];
        if (Object.hasOwn(scope, name) && name !== "el" && name !== "evt") return [scope, name];
        if (name === "location") return [globals, name];
        throw new TypeError(`cannot assign to ${name}`);
      },
    };
  }
  if (node.type !== "MemberExpression") throw new SyntaxError("this cannot be assigned to");
  const inner = node["object"] as Syntax;
  const owner = compile(inner);
  const key = memberKey(node);
  return {
    read: compile(node),
    resolve(scope) {
      let target = owner(scope);
      // `$user.name = …` makes `$user` where there is none yet.
      if ((target === "" || target == null) && isPath(inner)) {
        const [base, name] = place(inner).resolve(scope);
        base[name] = {};
        target = base[name];
      }
      return [target as Dict, safeKey(key(scope))];
    },
  };
}

function isPath(node: Syntax): boolean {
  return node.type === "MemberExpression" ? isPath(node["object"]) : isSignal(node["name"] ?? "");
}

function memberKey(node: Syntax): Code {
  if (node["computed"]) return compile(node["property"]);
  const name: string = node["property"].name;
  safeKey(name);
  return () => name;
}

/** The steps of a chain: each may end it early with SHORT, which `compile` turns to undefined. */
function link(node: Syntax): Code {
  if (node.type === "MemberExpression") {
    const [object, key, optional] = [link(node["object"]), memberKey(node), node["optional"]];
    return (scope) => {
      const owner = object(scope);
      if (owner === SHORT || (optional && owner == null)) return SHORT;
      return safe((owner as Dict)[safeKey(key(scope))]);
    };
  }
  if (node.type === "CallExpression") return call(node);
  return compile(node);
}

function call(node: Syntax): Code {
  const callee = node["callee"] as Syntax;
  const args = list(node["arguments"]);
  const invoke = (f: unknown, self: unknown, scope: Scope, name: string) => {
    if (f === SHORT || (node["optional"] && f == null)) return SHORT;
    if (typeof f !== "function") throw new TypeError(`${name} is not a function`);
    return safe(Reflect.apply(safe(f), self, args(scope)));
  };
  if (callee.type !== "MemberExpression") {
    const f = link(callee);
    const name: string = callee["name"] ?? "the called value";
    if (name[0] === "@") {
      return (scope) => {
        if (!(name in scope)) throw new ReferenceError(`there is no action ${name}`);
        return invoke(scope[name], undefined, scope, name);
      };
    }
    return (scope) => invoke(f(scope), undefined, scope, name);
  }
  const [object, key, optional] = [link(callee["object"]), memberKey(callee), callee["optional"]];
  return (scope) => {
    const self = object(scope);
    if (self === SHORT || (optional && self == null)) return SHORT;
    const name = safeKey(key(scope));
    return invoke((self as Dict)[name], self, scope, String(name));
  };
}

function list(nodes: (Syntax | null)[]): (scope: Scope) => unknown[] {
  const parts = nodes.map((node) =>
    node?.type === "SpreadElement"
      ? { code: compile(node["argument"]), spread: true }
      : { code: node ? compile(node) : () => undefined, spread: false },
  );
  return (scope) =>
    parts.flatMap(({ code, spread }) => (spread ? [...code(scope)] : [code(scope)]));
}

function sequence(nodes: Syntax[]): Code {
  const parts = nodes.map(compile);
  return (scope) => {
    let last: unknown;
    for (const part of parts) last = part(scope);
    return last;
  };
}

function objectLiteral(node: Syntax): Code {
  const parts = (node["properties"] as Syntax[]).map((property): ((s: Scope, o: Dict) => void) => {
    if (property.type === "SpreadElement") {
      const source = compile(property["argument"]);
      return (scope, made) => void Object.assign(made, source(scope));
    }
    const { key, computed, value } = property as Syntax & { key: Syntax };
    const name = computed ? compile(key) : () => key["name"] ?? key["value"];
    const code = compile(value);
    return (scope, made) => void (made[safeKey(name(scope))] = code(scope));
  });
  return (scope) => {
    const made: Dict = {};
    for (const part of parts) part(scope, made);
    return made;
  };
}

function assign(node: Syntax): Code {
  const target = place(node["left"]);
  const value = compile(node["right"]);
  const operator = (node["operator"] as string).slice(0, -1);
  return (scope) => {
    const skip = LOGICAL[operator];
    if (skip) {
      const now = target.read(scope);
      if (skip(now)) return now;
    }
    const [owner, key] = target.resolve(scope);
    const apply = BINARY[operator];
    return (owner[key] = apply ? apply(owner[key], value(scope)) : value(scope));
  };
}

function update(node: Syntax): Code {
  const target = place(node["argument"]);
  const step = node["operator"] === "++" ? 1 : -1;
  return (scope) => {
    const [owner, key] = target.resolve(scope);
    const before = Number(owner[key]);
    owner[key] = before + step;
    return node["prefix"] ? before + step : before;
  };
}

const compilers: Record<string, (node: Syntax) => Code> = {
  Literal:
    ({ value }) =>
    () =>
      value,
  Identifier: (node) => lookup(node["name"]),
  Compound: (node) => sequence(node["body"]),
  SequenceExpression: (node) => sequence(node["expressions"]),
  ArrayExpression: (node) => list(node["elements"]),
  ObjectExpression: objectLiteral,
  AssignmentExpression: assign,
  UpdateExpression: update,
  UnaryExpression(node) {
    const [value, apply] = [compile(node["argument"]), UNARY[node["operator"]]!];
    return (scope) => apply(value(scope));
  },
  BinaryExpression(node) {
    const [left, right] = [compile(node["left"]), compile(node["right"])];
    const skip = LOGICAL[node["operator"]];
    if (skip) {
      return (scope) => {
        const value: unknown = left(scope);
        return skip(value) ? value : right(scope);
      };
    }
    const apply = BINARY[node["operator"]];
    if (!apply) throw new SyntaxError(`the operator ${node["operator"]} is not known`);
    return (scope) => apply(left(scope), right(scope));
  },
  ConditionalExpression(node) {
    const [test, yes, no] = ["test", "consequent", "alternate"].map((part) => compile(node[part]));
    return (scope) => (test!(scope) ? yes!(scope) : no!(scope));
  },
  TemplateLiteral(node) {
    const values = (node["expressions"] as Syntax[]).map(compile);
    const texts = (node["quasis"] as Syntax[]).map((quasi) => quasi["value"].cooked as string);
    return (scope) =>
      texts.reduce((text, next, i) => text + String(values[i - 1]!(scope)) + next);
  },
  NewExpression(node) {
    const [made, args] = [compile(node["callee"]), list(node["arguments"])];
    return (scope) => safe(Reflect.construct(safe(made(scope)), args(scope)));
  },
  Arrow(node) {
    const body = compile(node["body"]);
    return (scope) =>
      (...args: unknown[]) => {
        const inner = Object.create(scope) as Scope;
        (node["params"] as string[]).forEach((name, i) => (inner[name] = safe(args[i])));
        const result: unknown = body(inner);
        return node["block"] ? undefined : result;
      };
  },
};
for (const type of ["MemberExpression", "CallExpression"]) {
  compilers[type] = (node) => {
    const code = link(node);
    return (scope) => {
      const value: unknown = code(scope);
      return value === SHORT ? undefined : value;
    };
  };
}

function compile(node: Syntax): Code {
  const compiler = compilers[node.type];
  if (!compiler) throw new SyntaxError(`${node.type} is not supported in expressions`);
  return compiler(node);
}

const cache = new Map<string, Code>();

/** Evaluate an expression; throws what it throws, or a syntax error. */
export function evaluate(source: string, scope: Scope): unknown {
  let code = cache.get(source);
  if (!code) cache.set(source, (code = compile(parse(source))));
  return code(scope);
}
