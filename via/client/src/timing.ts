// Modifiers that say when: __delay, __debounce, __throttle, and __viewtransition around it.
import type { Binding } from "./engine";
import { time, type Modifiers } from "./names";

type Listener = (evt?: Event) => void;

/** Run `change` in a view transition where one would be seen; resolves once `change` is done.
 *
 * It is that of the element `inside`, in browsers that have such, or else of the whole document.
 */
export function transition(change: () => void, inside?: Element | null): Promise<void> | void {
  const still = document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (still || !("startViewTransition" in document)) return change();
  const isScoped = inside && "startViewTransition" in inside;
  const running = (isScoped ? (inside as unknown as Document) : document).startViewTransition(change);
  running.ready.catch(() => {});
  running.finished.catch(() => {});
  return running.updateCallbackDone;
}

/** What waits to be run, and for which element. */
const waiting = new Map<() => void, Element>();

/** Run at once what waits: all of it, or what waits around an element. */
export function flushWaiting(inside?: Element): void {
  for (const [run, el] of waiting) if (!inside || el.contains(inside)) run();
}

function debounce(run: Listener, tags: string[], timers: Set<number>, el: Element): Listener {
  const [wait, leading] = [time(tags, 0), tags.includes("leading")];
  const trailing = !tags.includes("notrailing");
  let timer = 0;
  let last: { evt: Event | undefined } | undefined;
  const end = () => {
    clearTimeout(timer);
    waiting.delete(end);
    timers.delete(timer);
    timer = 0;
    const late = last;
    last = undefined;
    if (trailing && late) run(late.evt);
  };
  return (evt) => {
    // What ran at the beginning does not run once more at the end.
    if (leading && !timer) run(evt);
    else last = { evt };
    clearTimeout(timer);
    timers.delete(timer);
    timer = setTimeout(end, wait);
    timers.add(timer);
    waiting.set(end, el);
  };
}

function throttle(run: Listener, tags: string[], timers: Set<number>, el: Element): Listener {
  const [wait, leading] = [time(tags, 0), !tags.includes("noleading")];
  const trailing = tags.includes("trailing");
  let timer = 0;
  let last: { evt: Event | undefined } | undefined;
  const open = () => {
    clearTimeout(timer);
    waiting.delete(open);
    timers.delete(timer);
    timer = 0;
    if (trailing && last) {
      const { evt } = last;
      close();
      run(evt);
    }
  };
  const close = () => {
    last = undefined;
    timer = setTimeout(open, wait);
    timers.add(timer);
  };
  return (evt) => {
    if (!timer) {
      close();
      if (leading) return run(evt);
    }
    last = { evt };
    if (trailing) waiting.set(open, el);
  };
}

function delay(run: Listener, tags: string[], timers: Set<number>): Listener {
  return (evt) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run(evt);
    }, time(tags, 0));
    timers.add(timer);
  };
}

/** `run` as the modifiers want it; what still waits when the binding ends never runs. */
export function timed(binding: Binding, run: Listener): Listener {
  const modifiers: Modifiers = binding.modifiers;
  const timers = new Set<number>();
  const transitions = modifiers.has("viewtransition");
  let result: Listener = transitions ? (evt) => void transition(() => run(evt)) : run;
  for (const [name, wrap] of Object.entries({ delay, debounce, throttle })) {
    const tags = modifiers.get(name);
    if (tags) result = wrap(result, tags, timers, binding.el);
  }
  binding.cleanup(() => {
    timers.forEach((timer) => clearTimeout(timer));
    for (const [run, el] of waiting) if (el === binding.el) waiting.delete(run);
  });
  return result;
}
