// The actions of expressions: @get @post @put @patch @delete @peek @setAll @toggleAll.
import { untracked } from "@preact/signals-core";
import { begins, inLine, isBusy, isFull, isRepeated, isSaid } from "./busy";
import { actions, type Binding } from "./engine";
import { filesRead } from "./files";
import {
  abortWhenHidden, type Options, pause, prepare, type Prepared, readdress, receive, tell,
  unanswered, visible,
} from "./fetch";
import { isFarewellIdle, track } from "./leaving";
import { REFUSED } from "./marks";
import { fault } from "./report";
import { each, type Filter, isVia, set } from "./signals";
import { send } from "./socket";
import { keepOpen } from "./stream";

actions["peek"] = (_binding, _evt, read: () => unknown) => untracked(read);

actions["setAll"] = (_binding, _evt, value: unknown, filter: Filter = {}) =>
  untracked(() => each(filter, (path) => set(path, value)));

actions["toggleAll"] = (_binding, _evt, filter: Filter = {}) =>
  untracked(() => each(filter, (path, value) => set(path, !value)));

for (const method of ["get", "post", "put", "patch", "delete"]) {
  actions[method] = (binding, evt, url: string, options: Options = {}) => {
    const isStream = /^(ge|pos)t$/.test(method) && options.retry === "always";
    if (options.keepalive && isFarewellIdle()) return Promise.resolve();
    const start = isStream ? keepOpen : request;
    // What goes wrong is reported here, and the expression goes on.
    const started = start(binding, evt, method.toUpperCase(), url, options);
    return started.catch((error) => fault(binding.el, binding.name, binding.value, error));
  };
}

/** The requests under way, by method and address, whose place a new one is to take. */
const running = new Map<string, AbortController>();

/** Keep the browser from sending the form that encloses `el` as well; gives what ends that. */
function holdForm(el: Element, { contentType, selector }: Options): () => void {
  if (contentType !== "form") return () => {};
  const form = selector ? document.querySelector(selector) : el.closest("form");
  const prevent = (evt: Event) => evt.preventDefault();
  if (!form || form === el) return () => {};
  form.addEventListener("submit", prevent);
  return () => form.removeEventListener("submit", prevent);
}

async function request(
  binding: Binding,
  evt: Event | undefined,
  method: string,
  url: string,
  options: Options,
): Promise<void> {
  const { el } = binding;
  let number = 0;
  const again = () => {
    unanswered.delete(number);
    const made = untracked(() => prepare(binding, evt, method, url, options));
    number = made?.number ?? 0;
    if (number && url.includes("/_action/")) unanswered.add(number);
    return made;
  };
  if (isSaid(binding, evt)) return;
  const read = filesRead();
  const letGo = holdForm(el, options);
  if (read) await read;
  let prepared: Prepared | null | undefined;
  try {
    prepared = again();
  } finally {
    // The browser would send it at the end of this turn.
    setTimeout(letGo);
  }
  if (!prepared) return;
  // A click must not be lost to the next one, so only reads are cancelled unasked.
  const cancel = options.requestCancellation ?? (method === "GET" ? "auto" : "disabled");
  const control = cancel instanceof AbortController ? cancel : new AbortController();
  const key = `${method} ${url}`;
  let forget: (() => void) | undefined;
  if (cancel === "auto" || cancel === "cleanup") {
    running.get(key)?.abort();
    running.set(key, control);
  }
  if (cancel === "cleanup") forget = binding.cleanup(() => control.abort());
  tell(el, "started");
  try {
    // What changes all the time is said as it is by then; a click is the click that it was.
    const later = isRepeated(evt) ? again : () => readdress(prepared!);
    if (isFull()) {
      tell(el, "retries-failed");
      console.warn(`via: ${method} ${url} is given up: too many requests wait`);
    } else if (isBusy() || !(await attempts(binding, () => prepared, 0, control, options))) {
      const waiting = inLine(binding, async () => {
        await attempts(binding, later, FIRST_PAUSE, control, options);
      });
      track(waiting);
      await waiting;
    }
  } finally {
    forget?.();
    unanswered.delete(number);
    if (running.get(key) === control) running.delete(key);
    tell(el, "finished");
  }
}

/** Milliseconds before a request that was put off is sent again; then twice that, and so on. */
const FIRST_PAUSE = 150;

/** Send a request until it is answered, after `pauses` and, where it is put off, after longer ones.
 *
 * Without a pause it is not sent again if it is put off; resolves to whether it was settled.
 */
async function attempts(
  binding: Binding,
  prepared: () => Prepared | null,
  pauses: number,
  control: AbortController,
  options: Options,
): Promise<boolean> {
  const { retry = "auto", retryScaler = 2, retryMaxCount = 10 } = options;
  const longest = options.retryMaxWait ?? options.retryMaxWaitMs ?? 30_000;
  const { el } = binding;
  let wait = options.retryInterval ?? 1000;
  let soon = pauses;
  for (let count = 0; ; ) {
    if (soon) await pause(soon, control.signal);
    begins(binding);
    const now = prepared();
    if (!now || control.signal.aborted) return true;
    const { url, init } = now;
    const reading = init.method === "GET";
    const stayOpen = options.openWhenHidden ?? !reading;
    if (!stayOpen) await visible(control.signal);
    if (control.signal.aborted) return true;
    const attempt = new AbortController();
    if (!stayOpen) abortWhenHidden(attempt);
    let response: Response | undefined;
    let isPutOff = false;
    try {
      const signal = AbortSignal.any([control.signal, attempt.signal]);
      const answer = send(url, init, signal);
      // Once it is answered it has arrived, however long the answer takes to end.
      if (!reading) track(answer);
      response = await answer;
      if (response.ok) {
        await receive(response, el, { onRetry: (milliseconds) => (wait = milliseconds) });
        return true;
      }
      // Nothing was done, so that to ask again is not to ask twice.
      isPutOff = response.headers.has("Retry-After") && retry !== "never" && isVia();
      if (isPutOff && !pauses) return false;
      if (!isPutOff || count === retryMaxCount) {
        tell(el, "error", { status: String(response.status) });
        console.warn(`via: ${init.method} ${url} was answered with status ${response.status}`);
        if (response.status === 403) document.dispatchEvent(new Event(REFUSED));
        if (!isPutOff && retry !== "error" && retry !== "always") return true;
      }
    } catch (error) {
      if (control.signal.aborted) return true;
      // Hidden meanwhile: start again once the page is seen.
      if (attempt.signal.aborted) continue;
      tell(el, "error", { message: String(error) });
      console.warn(`via: ${init.method} ${url} failed: ${String(error)}`);
      // An answer has begun, so the server has acted: once more would be twice.
      if (retry === "never" || (response && !reading)) return true;
    } finally {
      attempt.abort();
    }
    if (++count > retryMaxCount) {
      tell(el, "retries-failed");
      return true;
    }
    tell(el, "retrying");
    if (isPutOff) {
      soon = Math.min(soon * 2, Number(response!.headers.get("Retry-After") ?? 1) * 1000);
      continue;
    }
    soon = 0;
    await pause(wait, control.signal);
    wait = Math.min(wait * retryScaler, longest);
  }
}
