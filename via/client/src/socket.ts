// The tab's WebSocket, or what stands in for it: the stream's bytes come down, actions and
// navigations go up, in order.
import { share, type Talk } from "./shared";
import { isVia, peek } from "./signals";

/** When a tab has found that no WebSocket comes through, which it believes for a while. */
const NONE = "via-no-socket";
const BELIEVED = 3_600_000;
/** Milliseconds in which a handshake is answered, or some proxy has swallowed it. */
const PATIENCE = 5000;
/** What is asked anew when the connection is lost: the server knows what it has done. */
const LOST = { status: 503, headers: { "Retry-After": "1" } };

type Settle = (response: Response) => void;

let open: Talk | undefined;
/** The tab for which the server takes what comes up: its stream may have been given to another. */
let told: unknown;
let asked = 0;
const unanswered = new Map<number, Settle>();
let fails = false;
let hasOpened = false;

const remembers = () => {
  try {
    return Date.now() - Number(sessionStorage.getItem(NONE)) < BELIEVED;
  } catch {
    return false; // storage is forbidden here
  }
};

/** The stream has come; where a WebSocket had not, further connections spare the attempt. */
export function hasCome(): void {
  if (!fails) return;
  fails = false;
  try {
    sessionStorage.setItem(NONE, String(Date.now()));
  } catch {
    // Each connection finds out anew.
  }
}

/** A WebSocket to the server; undefined where none can come through. */
function dial(address: string): Talk | undefined {
  try {
    return new WebSocket(address.replace(/^http/, "ws").replace(/_sse$/, "_ws"));
  } catch {
    return; // the browser has none, or the page's policy forbids them
  }
}

/** Ask for the stream in a way that takes requests along; undefined where there is none. */
export async function connect(
  address: string,
  asked: RequestInit,
  signal: AbortSignal,
  mayDial: boolean,
): Promise<Response | undefined> {
  fails = false;
  const socket = mayDial && !remembers() && dial(address);
  const answer = socket && (await converse(socket, asked, signal));
  if (answer || signal.aborted) return answer || undefined;
  fails = !!socket && !hasOpened;
  const talk = share(address);
  return talk && converse(talk, asked, signal);
}

/** Open the stream in a conversation; undefined where that cannot be had. */
function converse(
  socket: Talk,
  { headers, body }: RequestInit,
  signal: AbortSignal,
): Promise<Response | undefined> {
  hasOpened = false;
  return new Promise((resolve) => {
    let stream!: ReadableStreamDefaultController<Uint8Array>;
    const bytes = new ReadableStream<Uint8Array>({ start: (control) => void (stream = control) });
    const encoder = new TextEncoder();
    const abort = () => {
      socket.close();
      end();
    };
    const end = () => {
      if (open === socket) {
        open = undefined;
        for (const settle of unanswered.values()) settle(new Response(null, LOST));
        unanswered.clear();
      }
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.onopen = socket.onmessage = socket.onclose = null;
      resolve(undefined);
      try {
        stream.close();
      } catch {
        // It was closed before.
      }
    };
    const timer = setTimeout(abort, PATIENCE);
    signal.addEventListener("abort", abort);
    socket.onclose = end;
    socket.onopen = () => {
      hasOpened = true;
      clearTimeout(timer);
      told = peek("via_ctx");
      const lower = Object.entries(headers!).map(([name, value]) => [name.toLowerCase(), value]);
      const more = JSON.stringify(Object.fromEntries(lower));
      socket.send(`{"path":"/_sse","headers":${more},"body":${body as string}}`);
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (data[0] !== "{") return stream.enqueue(encoder.encode(data));
      const { n, status, type, body: text, retry_after: retry } = JSON.parse(data);
      const response = (content: BodyInit | null) =>
        new Response(status === 204 ? null : content, {
          status,
          headers: { ...(type && { "Content-Type": type }), ...(retry && { "Retry-After": retry }) },
        });
      if (n) {
        unanswered.get(n)?.(response(text));
        unanswered.delete(n);
      } else {
        if (status === 200) open = socket;
        resolve(status === 426 ? undefined : response(status === 200 ? bytes : text));
      }
    };
  });
}

/** Send a request the way that is open for it. */
export const send = (url: string, init: RequestInit, signal: AbortSignal) =>
  overSocket(url, init, signal) ?? fetch(url, { ...init, signal });

/** Send a request along; undefined where it is none for this road, or the road is not open. */
function overSocket(
  url: string,
  { body, keepalive }: RequestInit,
  signal: AbortSignal,
): Promise<Response> | undefined {
  const path = /\/_(action\/\w+|navigate)$/.exec(new URL(url).pathname);
  if (!open || !path || keepalive || typeof body !== "string" || !isVia()) return;
  const { via_edits: edits = {}, ...all } = JSON.parse(body);
  // What the server is known to have goes no second time.
  const changed = Object.entries(all).filter(([name]) =>
    /^via_c(tx|srf)$/.test(name) ? told !== all.via_ctx : name in edits || name.startsWith("via_"));
  told = all.via_ctx;
  const message = JSON.stringify({ ...Object.fromEntries(changed), via_edits: edits });
  const n = ++asked;
  open.send(`{"n":${n},"path":"${path[0]}","body":${message}}`);
  return new Promise((resolve, reject) => {
    unanswered.set(n, resolve);
    signal.addEventListener("abort", () => {
      unanswered.delete(n);
      reject(signal.reason);
    });
  });
}
