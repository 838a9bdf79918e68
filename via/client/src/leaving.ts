// What must not be lost when the page is left: edits that still wait, and requests under way.
import { flushWaiting } from "./timing";

/** Requests under way that change something. */
const active = new Set<Promise<unknown>>();
let isLeaving = false;
let hasSaid = false;

/** Keep track of a request until it is answered. */
export function track(request: Promise<unknown>): void {
  if (isLeaving) hasSaid = true;
  active.add(request);
  const done = () => void active.delete(request);
  request.then(done, done);
}

/** Whether a request has to outlive the page. */
export const outlives = () => isLeaving;

/** Whether the farewell must be left to the connection's end: the last edit is still to arrive. */
export const isFarewellIdle = () => hasSaid;

/** Send what waits, and wait until what is under way has arrived; not longer than that. */
export async function settleEdits(milliseconds: number): Promise<void> {
  flushWaiting();
  if (!active.size) return;
  const patience = new Promise((resolve) => setTimeout(resolve, milliseconds));
  await Promise.race([Promise.allSettled(active), patience]);
}

function leave(): void {
  isLeaving = true;
  flushWaiting();
  isLeaving = false;
}

/** Send edits that wait for more of them as soon as there will be no more. */
export function watchLeaving(): void {
  document.addEventListener("focusout", ({ target }) => flushWaiting(target as Element));
  document.addEventListener("visibilitychange", () => {
    hasSaid = false;
    if (document.hidden) leave();
  });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => (hasSaid = false));
}
