// Reads Datastar's expressions: JavaScript's, plus signals (`$name`) and actions (`@name`).
import {
  arrow, assign, binary, block, call, choice, closed, type Code, condition, constant, create,
  declare, list, member, name, object, remove, returned, sequence, step, template, type Term,
  unary,
} from "./code";

const SPACE = /(?:\s|\/\/.*|\/\*[^]*?\*\/)*/y;
const BETWEEN = /(?:[\s;,]|\/\/.*|\/\*[^]*?\*\/)*/y;
const STATEMENT = /(?:if|else|const|let|return)\b/y;
const UNSUPPORTED =
  /^(?:async|await|break|case|class|continue|do|for|function|import|super|switch|throw|try|var|while|with|yield)$/;
const VARIABLE = /[A-Za-z_]\w*/y;
const KEBAB_SIGNAL = /\$[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:-[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)+/y;
const NAME = /[@$_\p{ID_Start}][$\p{ID_Continue}]*/uy;
const ARROW = /(?:\(\s*((?:[A-Za-z_]\w*\s*(?:,\s*|(?=\))))*)\)|([A-Za-z_]\w*))\s*=>/y;
const NUMBER = /0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/iy;
const STRING = /(["'])((?:\\[^]|(?!\1)[^\\])*)\1/y;
const TEXT = /(?:\\[^]|\$(?!{)|[^`\\$])*/y;
const REGEX = /\/((?:\\.|\[(?:\\.|[^\]\\\n])*]|[^/\\[\n])+)\/([a-z]*)/y;
const ESCAPE = /\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|(\r\n|[^]))/gi;
const CONTROL: Record<string, string> = {
  b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", 0: "\0", "\n": "", "\r\n": "",
};
const PREFIX = /\+\+|--|[-+!~]|(?:typeof|void|delete)\b/y;
const STEP = /\+\+|--/y;
const ASSIGNMENT = /(>>>?|<<|\*\*|\?\?|\|\||&&|[-+*/%&|^]|)=(?![=>])/y;
const OPERATOR = /[=!]==?|>>>?|<<|[<>]=?|\*\*|\?\?|\|\||&&|[-+*/%&|^]|in(?:stanceof)?\b/y;
/** Binary operators, those that bind the least first. */
const LEVELS = [
  "?? ||", "&&", "|", "^", "&", "== != === !==", "< > <= >= in instanceof", "<< >> >>>", "+ -",
  "* / %", "**",
].map((level) => level.split(" "));
const KEYWORDS: Record<string, unknown> = { true: true, false: false, null: null };

// One expression is read at a time: what it is, and how far we are.
let source = "";
let at = 0;

function fail(message: string): never {
  throw new SyntaxError(`${message} at character ${at}`);
}

function take(pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = at;
  const match = pattern.exec(source);
  if (match) at = pattern.lastIndex;
  return match;
}

/** The next part of that form, after any space. */
function next(pattern: RegExp): RegExpExecArray | null {
  take(SPACE);
  return take(pattern);
}

function eat(text: string): boolean {
  take(SPACE);
  const found = source.startsWith(text, at);
  if (found) at += text.length;
  return found;
}

/** The closing part of what was opened at `start`. */
function close(text: string, start: number): void {
  if (!eat(text)) fail(`Unclosed ${source[start]} of character ${start}: expected "${text}"`);
}

function unescape(text: string): string {
  return text.replace(ESCAPE, (_, point, unit, byte, plain: string | undefined) =>
    plain === undefined
      ? String.fromCodePoint(parseInt(point ?? unit ?? byte, 16))
      : (CONTROL[plain] ?? plain),
  );
}

/** Statements up to `end`, separated by `;`, `,`, newlines or the end of a block. */
function statements(end: string): Code {
  const parts: Code[] = [];
  for (;;) {
    // What is read ahead for an operator includes the space before it.
    const isApart = !parts.length || /}\s*$|\n\s*$/.test(source.slice(0, at));
    const between = take(BETWEEN)![0];
    if (at >= source.length || source[at] === end) return sequence(parts);
    if (!isApart && !/[;,\n]/.test(between)) fail(`Unexpected "${source[at]}"`);
    parts.push(statement());
  }
}

function statement(): Code {
  const start = at;
  const word = next(STATEMENT)?.[0];
  if (!word) return expression().code;
  if (word === "if") return choose();
  if (word === "return") {
    // What it returns begins on the same line.
    const isBare = take(/[^\S\n]*(?:(?=[;}\n]|\/\/)|$)/y);
    return returned(isBare ? () => undefined : expression().code);
  }
  if (word === "else") fail(`Unexpected "else" at character ${start}:`);
  const parts: Code[] = [];
  do {
    const variable = next(VARIABLE)?.[0] ?? fail(`Expected a name after "${word}"`);
    const value = next(/=(?![=>])/y) ? expression().code : () => undefined;
    parts.push(declare(variable, value, word === "let"));
  } while (eat(","));
  return sequence(parts);
}

/** An `if` whose keyword has been read. */
function choose(): Code {
  const start = at;
  if (!eat("(")) fail('Expected "(" after "if"');
  const test = expression();
  close(")", start);
  const yes = branch();
  const end = at;
  take(BETWEEN);
  if (take(/else\b/y)) return condition(test, yes, branch());
  at = end;
  return condition(test, yes, () => undefined);
}

function branch(): Code {
  take(SPACE);
  return source[at] === "{" ? block(braces()) : statement();
}

/** The statements of a block. */
function braces(): Code {
  const start = at;
  eat("{");
  const body = statements("}");
  close("}", start);
  return body;
}

function expression(): Term {
  const match = next(ARROW);
  if (match) {
    const params = (match[1] ?? match[2]!).split(",").map((param) => param.trim());
    take(SPACE);
    const isBlock = source[at] === "{";
    return arrow(params, isBlock ? braces() : expression().code, isBlock);
  }
  const left = operation(0);
  if (next(/\?(?!\?)/y)) {
    const yes = expression();
    if (!eat(":")) fail('Expected ":"');
    return choice(left, yes, expression());
  }
  const assignment = next(ASSIGNMENT);
  return assignment ? assign(left, assignment[1]!, expression()) : left;
}

function operation(least: number): Term {
  let left = operand();
  for (;;) {
    take(SPACE);
    const start = at;
    const found = !take(ASSIGNMENT) && take(OPERATOR)?.[0];
    const level = found ? LEVELS.findIndex((level) => level.includes(found)) : -1;
    if (!found || level < least) {
      at = start;
      return left;
    }
    left = binary(left, found, operation(found === "**" ? level : level + 1));
  }
}

function operand(): Term {
  const prefix = next(PREFIX)?.[0];
  if (prefix) {
    if (prefix === "delete") return remove(operand());
    return prefix.length === 2 ? step(operand(), prefix, true) : unary(prefix, operand());
  }
  const term = closed(chain());
  take(/[^\S\n]*/y);
  const after = take(STEP);
  return after ? step(term, after[0], false) : term;
}

function chain(): Term {
  let term: Term;
  if (next(/new\b/y)) {
    const made = links(primary(), false);
    term = create(made, eat("(") ? items(")") : () => []);
  } else term = primary();
  return links(term, true);
}

function links(term: Term, calls: boolean): Term {
  for (;;) {
    const optional = !!next(/\?\.(?!\d)/y);
    if (eat("[")) {
      const start = at - 1;
      const key = expression().code;
      close("]", start);
      term = member(term, key, optional);
    } else if (calls && eat("(")) term = call(term, items(")"), optional);
    else if (optional || next(/\.(?!\d)/y)) {
      const key = next(NAME)?.[0] ?? fail("Expected a name");
      term = member(term, () => key, optional);
    } else return term;
  }
}

/** Values up to `end`, separated by commas; the opening part has been read. */
function items(end: string): Code {
  const start = at - 1;
  const parts: { code: Code; spread: boolean }[] = [];
  while (!eat(end)) {
    const spread = eat("...");
    parts.push({ spread, code: expression().code });
    if (!eat(",")) {
      close(end, start);
      break;
    }
  }
  return list(parts);
}

function primary(): Term {
  take(SPACE);
  const start = at;
  let match;
  if (eat("(")) {
    const parts = [];
    do parts.push(expression());
    while (eat(","));
    close(")", start);
    return parts.length > 1 ? { code: sequence(parts.map(({ code }) => code)) } : parts[0]!;
  }
  if (eat("[")) return { code: items("]") };
  if (eat("{")) return properties(start);
  if (eat("`")) return text(start);
  if ((match = take(STRING))) return constant(unescape(match[2]!));
  if ((match = take(NUMBER))) return constant(Number(match[0]));
  if ((match = take(REGEX))) {
    const [, pattern, flags] = match;
    return { code: () => new RegExp(pattern!, flags) };
  }
  if ((match = take(KEBAB_SIGNAL))) {
    // `$first-name.x`: hyphens belong to the name where a letter follows.
    const [first, ...rest] = match[0].split(".");
    return rest.reduce((term, part) => member(term, () => part, false), name(first!));
  }
  const word = take(NAME)?.[0];
  if (!word) return fail(/^["']/.test(source.slice(at)) ? "Unclosed quote" : "Expected expression");
  if (word === "this") fail('"this" is not supported: use el');
  if (UNSUPPORTED.test(word)) fail(`"${word}" is not supported in expressions`);
  return word in KEYWORDS ? constant(KEYWORDS[word]) : name(word);
}

function properties(start: number): Term {
  const parts: [Code | undefined, Code][] = [];
  while (!eat("}")) {
    if (eat("...")) parts.push([undefined, expression().code]);
    else if (eat("[")) {
      const key = expression().code;
      close("]", start);
      if (!eat(":")) fail('Expected ":"');
      parts.push([key, expression().code]);
    } else {
      const quoted = next(STRING);
      const key = quoted ? unescape(quoted[2]!) : (take(NAME) ?? take(NUMBER))?.[0];
      if (key === undefined) fail(`Expected a name or "}"`);
      const value = eat(":") ? expression() : name(key);
      parts.push([() => key, value.code]);
    }
    if (!eat(",")) {
      close("}", start);
      break;
    }
  }
  return object(parts);
}

function text(start: number): Term {
  const texts = [];
  const values = [];
  for (;;) {
    texts.push(unescape(take(TEXT)![0]));
    if (!source.startsWith("${", at)) break;
    at += 2;
    values.push(expression().code);
    close("}", start);
  }
  close("`", start);
  return template(texts, values);
}

/** Compile an expression: statements separated by `;` or newlines. Throws with the place. */
export function parse(text: string): Code {
  source = text;
  at = 0;
  const code = statements("");
  if (at < source.length) fail(`Unexpected "${source[at]}"`);
  return code;
}
