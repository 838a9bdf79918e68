// Datastar's expression syntax on top of jsep: signals, actions, arrow functions, full strings.
import assignment from "@jsep-plugin/assignment";
import newOperator from "@jsep-plugin/new";
import object from "@jsep-plugin/object";
import regex from "@jsep-plugin/regex";
import spread from "@jsep-plugin/spread";
import template from "@jsep-plugin/template";
import jsep from "jsep";

/** A node of the syntax tree, in the ESTree manner. */
export interface Syntax {
  type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any;
}

interface Parser {
  expr: string;
  index: number;
  char: string;
  gobbleExpression(): Syntax | null;
  gobbleIdentifier(): Syntax;
  gobbleSpaces(): void;
  gobbleTokenProperty(node: Syntax): Syntax;
  throwError(message: string): never;
}

/** The typings of jsep leave its class out. */
const { Jsep } = jsep as unknown as { Jsep: new (source: string) => Parser };

const KEBAB_SIGNAL = /\$[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:-[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)+/y;
const ARROW = /(?:\(\s*((?:[A-Za-z_]\w*\s*(?:,\s*|(?=\))))*)\)|([A-Za-z_]\w*))\s*=>\s*/y;
const STRING = /(["'])((?:\\[^]|(?!\1)[^\\])*)\1/y;
const ESCAPE = /\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|(\r\n|[^]))/gi;
const CONTROL: Record<string, string> = {
  b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", 0: "\0", "\n": "", "\r\n": "",
};
const BETWEEN = /[\s;,]*/y;

function unescape(body: string): string {
  return body.replace(ESCAPE, (_, point, unit, byte, plain: string | undefined) =>
    plain === undefined
      ? String.fromCodePoint(parseInt(point ?? unit ?? byte, 16))
      : (CONTROL[plain] ?? plain),
  );
}

function take(parser: Parser, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = parser.index;
  const match = pattern.exec(parser.expr);
  if (match) parser.index = pattern.lastIndex;
  return match;
}

/** `$first-name.x` as nested reads: hyphens belong to the name where a letter follows. */
function kebab(path: string): Syntax {
  const [name, ...rest] = path.split(".");
  return rest.reduce<Syntax>(
    (object, part) => ({
      type: "MemberExpression",
      computed: false,
      object,
      property: { type: "Identifier", name: part },
    }),
    { type: "Identifier", name },
  );
}

/** Statements up to `end`: separated by `;`, `,` or newlines. */
function statements(parser: Parser, end: string): Syntax {
  const body: Syntax[] = [];
  while (take(parser, BETWEEN), parser.char !== end) {
    const next = parser.gobbleExpression();
    if (!next) parser.throwError(parser.char ? `Unexpected "${parser.char}"` : `missing ${end}`);
    body.push(next);
  }
  parser.index++;
  return { type: "Compound", body };
}

function arrow(parser: Parser, names: string): Syntax {
  const params = names.split(",").map((name) => name.trim()).filter(Boolean);
  if (parser.char === "{") {
    parser.index++;
    return { type: "Arrow", params, body: statements(parser, "}"), block: true };
  }
  const body = parser.gobbleExpression();
  if (!body) parser.throwError("missing function body");
  return { type: "Arrow", params, body };
}

const syntax = {
  name: "datastar",
  init() {
    jsep.hooks.add("gobble-token", function (this: unknown, env: { node?: unknown }) {
      const parser = this as Parser;
      let match;
      if (parser.char === "@") {
        parser.index++;
        const name = "@" + parser.gobbleIdentifier()["name"];
        env.node = parser.gobbleTokenProperty({ type: "Identifier", name });
      } else if ((match = take(parser, KEBAB_SIGNAL))) {
        env.node = parser.gobbleTokenProperty(kebab(match[0]));
      } else if ((match = take(parser, STRING))) {
        const value = unescape(match[2]!);
        env.node = parser.gobbleTokenProperty({ type: "Literal", value });
      } else if ((match = take(parser, ARROW))) {
        env.node = arrow(parser, match[1] ?? match[2] ?? "");
      }
    } as never);
  },
};

jsep.plugins.register(syntax as never, assignment, newOperator, object, regex, spread, template);
jsep.addUnaryOp("typeof");
jsep.addBinaryOp("in", 7);
jsep.addBinaryOp("instanceof", 7);

/** Parse an expression: statements separated by `;` or newlines. Throws with the position. */
export function parse(source: string): Syntax {
  return statements(new Jsep(source), "");
}
