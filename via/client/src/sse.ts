// Reads a stream of server-sent events, however its bytes are cut.

/** One event: its type, its data lines, and what the connection should remember. */
export interface ServerEvent {
  type: string;
  data: string[];
}

export interface Stream {
  onEvent(event: ServerEvent): void | Promise<void>;
  /** Called for each chunk of bytes, comments included: the server is alive. */
  onBytes?(): void;
  onId?(id: string): void;
  onRetry?(milliseconds: number): void;
}

/** Read to the end; events are handled in order, each before the next. */
export async function read(body: ReadableStream<Uint8Array>, stream: Stream): Promise<void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  let afterCR = false;
  let type = "";
  let data: string[] = [];

  const line = (text: string): void | Promise<void> => {
    if (!text) {
      const event = { type: type || "message", data };
      type = "";
      data = [];
      return event.data.length ? stream.onEvent(event) : undefined;
    }
    const [, field, value = ""] = /^([^:]*)(?:: ?([^]*))?$/.exec(text)!;
    if (field === "data") data.push(value);
    else if (field === "event") type = value;
    else if (field === "id") stream.onId?.(value);
    else if (field === "retry" && /^\d+$/.test(value)) stream.onRetry?.(Number(value));
  };

  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      stream.onBytes?.();
      let text = decoder.decode(value, { stream: true });
      if (!text) continue;
      // A CRLF cut in two: its CR has already ended the line.
      if (afterCR && text[0] === "\n") text = text.slice(1);
      afterCR = text ? text.endsWith("\r") : false;
      const lines = text.split(/\r\n|\n|\r/);
      lines[0] = rest + lines[0]!;
      rest = lines.pop()!;
      for (const each of lines) {
        const busy = line(each);
        if (busy) await busy;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
