// data-bind: an input and a signal that follow each other.
import { type Binding, plugins, resync } from "../engine";
import { chosen, readFiles } from "../files";
import { convertCase } from "../names";
import { fault } from "../report";
import { get, has, isVia, peek, set } from "../signals";

/** An input, a textarea or a select; only selects have options. */
type Field = HTMLInputElement & Pick<HTMLSelectElement, "options" | "selectedOptions">;

/** How one kind of input holds its value. */
interface Kind {
  /** The value in the type that the signal has, or in the input's own where it has none. */
  read(el: Field, like: unknown): unknown;
  write(el: Field, value: unknown): void;
}

const FIELDS = new Set(["input", "textarea", "select"]);

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

/** The text as a number where one is meant; what is none, or too long for one, stays a text. */
const alike = (text: string, like: unknown): unknown => {
  if (typeof like !== "number" || !NUMBER.test(text)) return text;
  const number = Number(text);
  const isKept = Number.isInteger(number) ? Number.isSafeInteger(number) : isFinite(number);
  return isKept ? number : text;
};

/** Where the caret belongs once `after` stands for `before`: after the same text, or before it. */
function caretIn(after: string, before: string, caret: number): number {
  const rest = before.slice(caret);
  const isSame = after.slice(0, caret) === before.slice(0, caret);
  return !isSame && rest && after.endsWith(rest) ? after.length - rest.length : caret;
}

function writeText(el: Field, text: string): void {
  const before = el.value;
  if (before === text) return;
  const { selectionStart: start, selectionEnd: end, selectionDirection } = el;
  el.value = text;
  if (el !== document.activeElement || start == null) return;
  const [from, to] = [caretIn(text, before, start), caretIn(text, before, end!)];
  el.setSelectionRange(from, to, selectionDirection ?? undefined);
}

/** Fields in which an input method is composing a text. */
const composing = new WeakSet<EventTarget>();

document.addEventListener("compositionstart", ({ target }) => composing.add(target!));
document.addEventListener("compositionend", ({ target }) => {
  composing.delete(target!);
  resync(target as Element);
});

const text: Kind = {
  read: (el, like) => alike(el.value, like),
  write(el, value) {
    // What already says the same is left alone: the user may be in the middle of typing it.
    if (!composing.has(el) && alike(el.value, value) !== value) writeText(el, value == null ? "" : String(value));
  },
};

const numeric: Kind = {
  read: (el, like) => (el.validity.badInput ? "" : alike(el.value, like ?? 0)),
  write: text.write,
};

const checkbox: Kind = {
  read(el, like) {
    const named = like === undefined ? el.hasAttribute("value") : typeof like !== "boolean";
    return named ? (el.checked ? alike(el.value, like) : "") : el.checked;
  },
  write(el, value) {
    el.checked = typeof value === "boolean" ? value : String(value) === el.value;
  },
};

const radio: Kind = {
  read(el, like) {
    return el.checked ? alike(el.value, like) : like;
  },
  write(el, value) {
    el.checked = String(value) === el.value;
  },
};

const multiple: Kind = {
  read: (el, like) =>
    [...el.selectedOptions].map((option) =>
      alike(option.value, Array.isArray(like) ? like[0] : undefined),
    ),
  write(el, value) {
    const chosen = new Set(Array.isArray(value) ? value.map(String) : []);
    for (const option of el.options) option.selected = chosen.has(option.value);
  },
};

/** A property as it is, of whatever element. */
const property = (name: string): Kind => {
  const of = (el: Field) => el as unknown as Record<string, unknown>;
  return {
    read: (el) => (name in el ? of(el)[name] : el.getAttribute(name)),
    write(el, value) {
      if (!(name in el)) el.setAttribute(name, String(value));
      else if (!Object.is(of(el)[name], value)) of(el)[name] = value; // NaN is no change of NaN
    },
  };
};

function kindOf(el: Field, name?: string): Kind {
  if (name) return property(convertCase(name, "camel"));
  if (!FIELDS.has(el.localName)) return property("value");
  if (el.localName === "select") return el.multiple ? multiple : text;
  if (el.localName !== "input") return text;
  if (el.type === "checkbox") return checkbox;
  if (el.type === "radio") return radio;
  return el.type === "number" || el.type === "range" ? numeric : text;
}

/** Bind a file input: its files are read, and nothing but emptiness can be written to it. */
function bindFiles(binding: Binding, el: Field, path: string): void {
  if (!has(path)) set(path, []);
  let last: FileList | null = null;
  const save = async () => {
    const files = [...(last = el.files)!];
    const urls = await readFiles(files);
    if (last !== el.files) return;
    last = null;
    const isText = isVia() && typeof peek(path) === "string";
    set(path, isText ? (urls[0] ?? "") : files.map((file, i) => chosen(file, urls[i]!)));
  };
  listen(binding, ["change"], () => {
    save().catch((error) => fault(el, binding.name, binding.value, error));
  });
  binding.effect(() => {
    const value = get(path);
    const isEmpty = value === "" || (Array.isArray(value) && !value.length);
    if (isEmpty && el.value && !last) el.value = "";
  });
}

function listen(binding: Binding, events: string[], listener: () => void): void {
  for (const event of events) {
    binding.el.addEventListener(event, listener);
    binding.cleanup(() => binding.el.removeEventListener(event, listener));
  }
}

/** The inputs that share an array signal, by path; each has the place that it has on the page. */
const groups = new Map<string, Set<Field>>();

function members(path: string): Field[] {
  return [...groups.get(path)!].sort((a, b) =>
    a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
  );
}

/** What a value of each signal is like, whatever was typed in its field since. */
const likes = new Map<string, unknown>();

const areBooleans = (values: unknown[]) =>
  values.length > 0 && values.every((value) => typeof value === "boolean");

/** The array that the inputs of `path` make: a value for each, but of boxes the checked ones'. */
function together(path: string): unknown[] {
  const before = peek(path) as unknown[];
  const fields = members(path);
  if (fields.every((el) => kindOf(el) !== checkbox)) {
    return fields.map((el, i) => kindOf(el).read(el, before[i]));
  }
  // Of true and false, each box has its own.
  if (areBooleans(before)) return fields.map((el) => el.checked);
  const known = [likes.get(path)].flat().concat(before);
  const number = known.find((value) => typeof value === "number") ?? "";
  const offered = new Set(fields.map((el) => el.value));
  // What no box stands for is not for them to take away.
  const rest = before.filter((value) => value !== "" && !offered.has(String(value)));
  const checked = fields.filter((el) => el.checked).map((el) => alike(el.value, number));
  return [...rest, ...checked];
}

/** Whether a signal is being set from a field. */
let isSaving = false;

function join(binding: Binding, el: Field, path: string): void {
  if (!groups.has(path)) groups.set(path, new Set());
  const group = groups.get(path)!;
  group.add(el);
  binding.cleanup(() => {
    group.delete(el);
    if (!group.size) groups.delete(path);
  });
}

plugins["bind"] = (binding) => {
  const el = binding.el as Field;
  const path = binding.path();
  const [name] = binding.modifiers.get("prop") ?? [];
  if (el.type === "file" && !name) return bindFiles(binding, el, path);
  const kind = kindOf(el, name);
  const shared = () => kind !== multiple && Array.isArray(peek(path));
  const current = () => (has(path) ? peek(path) : undefined);
  join(binding, el, path);
  if (groups.get(path)!.size === 1) likes.set(path, current());
  if (kind === radio && !el.name) el.name = path;

  const like = () => (kind === multiple ? current() : (likes.get(path) ?? current()));
  const save = () => {
    if (kind === radio && !el.checked) return;
    const value = shared() ? together(path) : kind.read(el, like());
    if (value === undefined) return;
    isSaving = true;
    set(path, value);
    isSaving = false;
  };

  if (!has(path)) {
    const initial = kind === radio && !el.checked ? "" : kind.read(el, undefined);
    set(path, initial);
  } else if (kind === radio && el.checked && peek(path) === "") {
    save();
  }

  binding.effect(() => {
    let value = get(path);
    if (!isSaving && value !== "") likes.set(path, value);
    if (Array.isArray(value) && kind !== multiple) {
      if (kind === checkbox && !areBooleans(value)) value = value.map(String).includes(el.value);
      else value = value[members(path).indexOf(el)] ?? "";
    }
    kind.write(el, value);
  });
  listen(binding, binding.modifiers.get("event") ?? ["input", "change"], save);
};
