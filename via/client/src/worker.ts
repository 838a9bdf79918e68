// The worker that the tabs of one browser share where no WebSocket comes through: over HTTP/1.1 it
// opens one stream for all of them, and sends what they say in requests, one after the other.
// It is a script of its own, and imports nothing.
interface SharedScope {
  onconnect: ((evt: MessageEvent) => void) | null;
  location: Location;
}

/** What a tab says: a message, that it is there, or that it is not any more. */
type Said = string | { alive: boolean };

/** Milliseconds after which a tab that says nothing is gone: hidden ones speak once a minute. */
const SILENCE = 200_000;
const MOST = 50;

const scope = self as unknown as SharedScope;
const address = scope.location.pathname.replace(/\.js$/, "");
const headers = { "Content-Type": "application/json", "Datastar-Request": "true" };

const tabs = new Map<number, { port: MessagePort; heard: number }>();
let channels = 0;
let stream: AbortController | undefined;
let id = "";
let queue: [number, string | null][] = [];
let isSending = false;

const post = (body: unknown, signal: AbortSignal) =>
  fetch(address, { method: "POST", headers, body: JSON.stringify(body), signal });

/** The connection is lost: the tabs come again. */
function lose(which: AbortController): void {
  which.abort();
  if (stream !== which) return;
  stream = undefined;
  id = "";
  queue = [];
  for (const { port } of tabs.values()) port.postMessage(null);
  tabs.clear();
}

async function read(own: AbortController): Promise<void> {
  const response = await post({}, own.signal);
  if (!response.ok) return;
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line) continue;
      const heard = JSON.parse(line);
      if (typeof heard === "string") {
        id = heard;
        for (const { port } of tabs.values()) port.postMessage({ open: true });
        void send(own);
      } else {
        const [channel, text] = heard;
        tabs.get(channel)?.port.postMessage(text);
        if (text === null) tabs.delete(channel);
      }
    }
  }
}

async function send(own: AbortController): Promise<void> {
  if (isSending || !id) return;
  isSending = true;
  try {
    while (queue.length && stream === own) {
      const { ok } = await post({ id, messages: queue.splice(0, MOST) }, own.signal);
      if (!ok) lose(own);
    }
  } catch {
    lose(own);
  } finally {
    isSending = false;
  }
}

function say(channel: number, message: string | null): void {
  queue.push([channel, message]);
  if (stream) void send(stream);
}

function leave(channel: number): void {
  if (tabs.delete(channel)) say(channel, null);
}

scope.onconnect = ({ ports: [port] }) => {
  const channel = ++channels;
  const tab = { port: port!, heard: Date.now() };
  tabs.set(channel, tab);
  port!.onmessage = ({ data }: MessageEvent<Said>) => {
    tab.heard = Date.now();
    if (!tabs.has(channel)) port!.postMessage(null);
    else if (typeof data === "string") say(channel, data);
    else if (!data.alive) leave(channel);
  };
  if (id) port!.postMessage({ open: true });
  if (!stream) {
    const own = (stream = new AbortController());
    read(own).catch(() => {}).finally(() => lose(own));
  }
};

setInterval(() => {
  for (const [channel, { heard }] of tabs) if (Date.now() - heard > SILENCE) leave(channel);
}, SILENCE / 4);
