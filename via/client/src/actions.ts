// The actions of expressions: @get @post @put @patch @delete @peek @setAll @toggleAll.
import { untracked } from "@preact/signals-core";
import { actions, type Binding } from "./engine";
import { abortWhenHidden, type Options, pause, prepare, receive, tell, visible } from "./fetch";
import { fault } from "./report";
import { each, type Filter, set } from "./signals";
import { keepOpen } from "./stream";

actions["peek"] = (_binding, _evt, read: () => unknown) => untracked(read);

actions["setAll"] = (_binding, _evt, value: unknown, filter: Filter = {}) =>
  untracked(() => each(filter, (path) => set(path, value)));

actions["toggleAll"] = (_binding, _evt, filter: Filter = {}) =>
  untracked(() => each(filter, (path, value) => set(path, !value)));

for (const method of ["get", "post", "put", "patch", "delete"]) {
  actions[method] = (binding, evt, url: string, options: Options = {}) => {
    const isStream = /^(ge|pos)t$/.test(method) && options.retry === "always";
    const start = isStream ? keepOpen : request;
    // Not waited for: what goes wrong is reported here, and the expression goes on.
    start(binding, evt, method.toUpperCase(), url, options).catch((error) =>
      fault(binding.el, binding.name, binding.value, error),
    );
  };
}

/** The request that each element has under way, where a new one is to take its place. */
const running = new Map<Element, AbortController>();

async function request(
  binding: Binding,
  evt: Event | undefined,
  method: string,
  url: string,
  options: Options,
): Promise<void> {
  const prepared = untracked(() => prepare(binding, evt, method, url, options));
  if (!prepared) return;
  const { el } = binding;
  // A click must not be lost to the next one, so only reads are cancelled unasked.
  const cancel = options.requestCancellation ?? (method === "GET" ? "auto" : "disabled");
  const control = cancel instanceof AbortController ? cancel : new AbortController();
  let forget: (() => void) | undefined;
  if (cancel === "auto") {
    running.get(el)?.abort();
    running.set(el, control);
  } else if (cancel === "cleanup") {
    forget = binding.cleanup(() => control.abort());
  }
  tell(el, "started");
  try {
    await attempts(el, prepared.url, prepared.init, control, options);
  } finally {
    forget?.();
    if (running.get(el) === control) running.delete(el);
    tell(el, "finished");
  }
}

async function attempts(
  el: Element,
  url: string,
  init: RequestInit,
  control: AbortController,
  options: Options,
): Promise<void> {
  const { retry = "auto", retryScaler = 2, retryMaxWaitMs = 30_000, retryMaxCount = 10 } = options;
  const reading = init.method === "GET";
  const stayOpen = options.openWhenHidden ?? !reading;
  let wait = options.retryInterval ?? 1000;
  for (let count = 0; ; ) {
    if (!stayOpen) await visible(control.signal);
    if (control.signal.aborted) return;
    const attempt = new AbortController();
    if (!stayOpen) abortWhenHidden(attempt);
    let response: Response | undefined;
    try {
      response = await fetch(url, {
        ...init,
        signal: AbortSignal.any([control.signal, attempt.signal]),
      });
      if (response.ok) {
        await receive(response, el, { onRetry: (milliseconds) => (wait = milliseconds) });
        return;
      }
      tell(el, "error", { status: String(response.status) });
      console.warn(`via: ${init.method} ${url} was answered with status ${response.status}`);
      if (retry !== "error" && retry !== "always") return;
    } catch (error) {
      if (control.signal.aborted) return;
      // Hidden meanwhile: start again once the page is seen.
      if (attempt.signal.aborted) continue;
      tell(el, "error", { message: String(error) });
      console.warn(`via: ${init.method} ${url} failed: ${String(error)}`);
      // An answer has begun, so the server has acted: once more would be twice.
      if (retry === "never" || (response && !reading)) return;
    } finally {
      attempt.abort();
    }
    if (++count > retryMaxCount) {
      tell(el, "retries-failed");
      return;
    }
    tell(el, "retrying");
    await pause(wait, control.signal);
    wait = Math.min(wait * retryScaler, retryMaxWaitMs);
  }
}
