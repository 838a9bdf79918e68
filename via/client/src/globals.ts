// What expressions see besides signals, actions, `el` and `evt`. `window` has these names too.

const NAMES =
  "Array Boolean CustomEvent Date Event FormData Infinity Intl JSON Math NaN Number Object " +
  "String URL URLSearchParams alert clearTimeout confirm console decodeURIComponent document " +
  "encodeURIComponent history innerHeight innerWidth isFinite isNaN localStorage location " +
  "matchMedia navigator parseFloat parseInt prompt scrollTo scrollX scrollY sessionStorage " +
  "setTimeout undefined";

/** The allowed globals, read from the real ones each time; only `location` can be assigned. */
export const globals: Record<string, unknown> = Object.create(null) as Record<string, unknown>;

for (const name of NAMES.split(" ")) {
  Object.defineProperty(globals, name, {
    get() {
      const value = (window as unknown as Record<string, unknown>)[name];
      // Functions of the window must be called on it; classes must stay as they are.
      return typeof value === "function" && name > "a" ? value.bind(window) : value;
    },
    set: name === "location" ? (url: string) => (location.href = url) : undefined,
    configurable: true,
  });
}
globals["window"] = globals;

const setTimeoutOnly = (run: unknown, delay?: number) => {
  if (typeof run !== "function") throw new TypeError("setTimeout takes a function");
  return setTimeout(run as () => void, delay);
};
Object.defineProperty(globals, "setTimeout", { value: setTimeoutOnly });
Object.preventExtensions(globals);

const { toString } = Object.prototype;
const UNSAFE_NAMES = new Set(
  (
    "constructor __proto__ prototype __defineGetter__ __defineSetter__ __lookupGetter__ " +
    "__lookupSetter__"
  ).split(" "),
);
const UNSAFE_VALUES = new Set<unknown>([
  eval,
  Function,
  (async () => {}).constructor,
  (function* () {}).constructor,
  (async function* () {}).constructor,
]);

/** Refuse property names that lead out of the sandbox; gives the name as a real property key. */
export function safeKey(key: unknown): PropertyKey {
  const name = typeof key === "symbol" ? key : String(key);
  if (UNSAFE_NAMES.has(name as string)) throw new Error(`"${String(name)}" is not allowed`);
  return name;
}

/** Refuse what compiles code from text, and give the allowed globals in place of a window. */
export function safe<T>(value: T): T {
  if (UNSAFE_VALUES.has(value)) throw new Error("compiling code from text is not allowed");
  const isWindow = typeof value === "object" && toString.call(value) === "[object Window]";
  return isWindow ? (globals as T) : value;
}
