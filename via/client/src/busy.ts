// Requests that the server put off, with a `Retry-After`: they wait in line and are sent again, in
// order, so that it is in the end told of everything, and of what changes all the time at least the
// last of it.
import type { Binding } from "./engine";
import { WAITING } from "./marks";

/** Events of which the last one says all that the earlier ones did. */
const REPEATED = /^(input|change|scroll|resize|wheel|timeupdate|dragover|.*move)$/;
/** So many requests wait; what comes then is given up, and said to be. */
const LONGEST = 100;

let last: Promise<unknown> = Promise.resolve();
let length = 0;
const waiting = new Set<Binding>();

/** Whether requests wait, so that a new one has to wait its turn. */
export const isBusy = () => length > 0;
export const isFull = () => length >= LONGEST;

/** Whether what such an event has to say is said by the next one as well. */
export function isRepeated(evt: Event | undefined): boolean {
  return REPEATED.test(evt?.type ?? "") || !!(evt as KeyboardEvent | undefined)?.repeat;
}

/** Whether a request of the same element waits that will say what this event would. */
export function isSaid(binding: Binding, evt: Event | undefined): boolean {
  return waiting.has(binding) && isRepeated(evt);
}

/** A waiting request begins, with the signals as they are now. */
export function begins(binding: Binding): void {
  waiting.delete(binding);
}

/** Do the work when all that waits before it is done. */
export function inLine(binding: Binding, work: () => Promise<void>): Promise<void> {
  length++;
  waiting.add(binding);
  document.documentElement.setAttribute(WAITING, "");
  const mine = last.then(work).finally(() => {
    waiting.delete(binding);
    if (!--length) document.documentElement.removeAttribute(WAITING);
  });
  last = mine.catch(() => {});
  return mine;
}
