// What stands in for a tab's WebSocket where none comes through: a worker that the browser's tabs
// share, with one stream for all of them.

/** Milliseconds between two signs that the tab is there. */
const ALIVE = 30_000;

/** The part of a WebSocket that a tab needs. */
export type Talk = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

/** Whether connections to the host are so few that tabs must share one. */
function areFew(): boolean {
  const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return !/^h[23]/.test(load?.nextHopProtocol ?? "");
}

/** A talk over the stream at this address; undefined where tabs need or can share none. */
export function share(address: string): Talk | undefined {
  if (typeof SharedWorker === "undefined" || !areFew()) return;
  const worker = new SharedWorker(address.replace(/_sse$/, "_shared.js"), VERSION);
  const { port } = worker;
  const alive = setInterval(() => port.postMessage({ alive: true }), ALIVE);
  const leave = () => {
    clearInterval(alive);
    removeEventListener("pagehide", leave);
    port.postMessage({ alive: false });
  };
  const end = () => {
    leave();
    talk.onclose?.call(talk as WebSocket, new CloseEvent("close"));
  };
  const talk: Talk = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => port.postMessage(text),
    close: leave,
  };
  addEventListener("pagehide", leave);
  worker.onerror = end; // it may not be loaded here
  port.onmessage = (evt: MessageEvent<string | null | { open: true }>) => {
    if (typeof evt.data === "string") talk.onmessage?.call(talk as WebSocket, evt);
    else if (evt.data) talk.onopen?.call(talk as WebSocket, evt);
    else end();
  };
  return talk;
}
