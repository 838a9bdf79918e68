// Requests to the server: what goes along, what comes back, and what is told about it.
import { type Binding } from "./engine";
import { outlives } from "./leaving";
import { applyEvent, patchElements, patchSignals } from "./patches";
import { type Filter, isVia, peek, PRIVATE, snapshot, unknownEdits } from "./signals";
import { read, type Stream } from "./sse";

/** The options of `@get`, `@post`, `@put`, `@patch` and `@delete`, as Datastar names them. */
export interface Options {
  contentType?: "json" | "form";
  selector?: string;
  headers?: Record<string, string>;
  filterSignals?: Filter;
  payload?: unknown;
  openWhenHidden?: boolean;
  retry?: "auto" | "error" | "always" | "never";
  retryInterval?: number;
  retryScaler?: number;
  retryMaxWait?: number;
  /** What `retryMaxWait` was called before Datastar 1.0. */
  retryMaxWaitMs?: number;
  retryMaxCount?: number;
  /** Of via's own: the request outlives its page. */
  keepalive?: boolean;
  /** Of via's own: whether the stream may come over a WebSocket; it takes requests along. */
  websocket?: boolean;
  requestCancellation?: "auto" | "cleanup" | "disabled" | AbortController;
}

export const FETCH = "datastar-fetch";

export interface FetchDetail {
  type: string;
  el: Element;
  argsRaw: Record<string, unknown>;
}

/** Tell the page how a request fares. */
export function tell(el: Element, type: string, argsRaw: Record<string, unknown> = {}): void {
  const detail: FetchDetail = { type, el, argsRaw };
  document.dispatchEvent(new CustomEvent(FETCH, { detail }));
}

export interface Prepared {
  url: string;
  init: RequestInit;
  /** The number that the signals bear, 0 where there is none. */
  number: number;
}

/** Whether a request of this method brings what it brings in its address. */
const isBare = (method: string) => method === "GET" || method === "DELETE";

/** Half a character, which scripts can make and no encoding can hold, is replaced. */
const wellFormed = (_key: string, value: unknown) =>
  typeof value === "string" ? (value.toWellFormed?.() ?? value) : value;

/** Requests so far: what is sent again bears its number again, so that it is done once. */
let count = 0;

/** The actions that are not answered yet, in order: what is sent meanwhile comes after them. */
export const unanswered = new Set<number>();

/** The signals for the server; its own pages are told besides which of them were edited here. */
export function state(filter: Filter): Record<string, unknown> {
  const signals = snapshot(filter);
  if (!isVia()) return signals;
  const [via_after] = [...unanswered].slice(-1);
  return { ...signals, via_edits: unknownEdits(), via_after, via_number: ++count };
}

/** Build a request from the signals as they are now; `null` where a form is not valid. */
export function prepare(
  { el }: Pick<Binding, "el">,
  evt: Event | undefined,
  method: string,
  address: string,
  options: Options,
): Prepared | null {
  if (typeof address !== "string" || !address) throw new TypeError("an address is missing");
  const url = new URL(address, document.baseURI);
  const headers: Record<string, string> = {
    Accept: "text/event-stream, text/html, application/json",
    "Datastar-Request": "true",
  };
  let number = 0;
  const init: RequestInit = { method, headers, keepalive: !!options.keepalive || outlives() };
  if (options.contentType === "form") {
    const form = options.selector
      ? document.querySelector<HTMLFormElement>(options.selector)
      : el.closest("form");
    if (!form) throw new Error("there is no form to send");
    if (!form.noValidate && !form.reportValidity()) return null;
    const submitter = (evt as SubmitEvent | undefined)?.submitter ?? null;
    const data = new FormData(form, submitter);
    if (el !== form && el instanceof HTMLButtonElement && el.name) data.append(el.name, el.value);
    else if (el instanceof HTMLInputElement && el.type === "submit" && el.name) {
      data.append(el.name, el.value);
    }
    const query = new URLSearchParams(data as unknown as Record<string, string>);
    if (isBare(method)) query.forEach((value, name) => url.searchParams.append(name, value));
    else init.body = form.enctype === "multipart/form-data" ? data : query;
  } else {
    const { include, exclude = PRIVATE } = options.filterSignals ?? {};
    const filter = { exclude, ...(include && { include }) };
    const json = JSON.stringify(options.payload ?? state(filter), wellFormed);
    if (!options.payload && isVia()) number = count;
    if (isBare(method)) url.searchParams.set("datastar", json);
    else {
      init.body = json;
      headers["Content-Type"] = "application/json";
    }
  }
  Object.assign(headers, options.headers);
  return { url: url.href, init, number };
}

/** Apply a response: a stream of events, HTML, JSON or a script. */
export async function receive(response: Response, el: Element, more?: Partial<Stream>) {
  const type = response.headers.get("Content-Type") ?? "";
  const header = (name: string) => response.headers.get(`datastar-${name}`) ?? undefined;
  if (type.startsWith("text/event-stream")) {
    await read(response.body!, {
      ...more,
      onEvent: (event) => {
        tell(el, event.type, { data: event.data });
        return applyEvent(event);
      },
    });
  } else if (type.startsWith("text/html")) {
    await patchElements({
      elements: await response.text(),
      selector: header("selector"),
      mode: header("mode"),
      namespace: header("namespace"),
      useViewTransition: header("use-view-transition"),
    });
  } else if (type.startsWith("application/json")) {
    patchSignals(await response.text(), header("only-if-missing") === "true");
  } else if (type.startsWith("text/javascript")) {
    // Without a nonce: it runs only where the page's policy lets inline scripts run.
    const script = document.createElement("script");
    script.textContent = await response.text();
    document.head.append(script);
    script.remove();
  }
}

/** A request that was not carried out, for the tab that the page has at the server by now. */
export function readdress(prepared: Prepared): Prepared {
  const { init } = prepared;
  if (typeof init.body === "string") {
    const body = JSON.parse(init.body);
    for (const name of ["via_ctx", "via_csrf"]) if (body[name]) body[name] = peek(name);
    if (!unanswered.has(body.via_after)) delete body.via_after;
    init.body = JSON.stringify(body);
  }
  return prepared;
}

/** Resolves after `milliseconds`, or as soon as `signal` aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Resolves once the page can be seen. */
export function visible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (!document.hidden) return resolve();
    const once = new AbortController();
    const done = () => {
      if (document.hidden && !signal.aborted) return;
      once.abort();
      resolve();
    };
    document.addEventListener("visibilitychange", done, { signal: once.signal });
    signal.addEventListener("abort", done, { signal: once.signal });
  });
}

/** Abort `attempt` when the page is hidden, until `attempt` is over. */
export function abortWhenHidden(attempt: AbortController): void {
  const hide = () => document.hidden && attempt.abort();
  document.addEventListener("visibilitychange", hide, { signal: attempt.signal });
}
