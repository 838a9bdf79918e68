"""The floor: the counter and the feed by hand, on bare uvloop transports, with no framework.

What this costs is the kernel's sockets and the event loop, the least that any Python server pays.
It parses nothing that the driver does not vary and is of no other use.
"""

import asyncio
import re
import secrets
from typing import cast

import uvloop

from benchmarks.peers._child import port

_TAB = re.compile(rb'tab(?:%22%3A%20%22|": ")([\w-]+)')
_PAGE = (
    '<!doctype html><body data-signals="{{&quot;tab&quot;: &quot;{}&quot;}}">'
    '<main id="view"><p id="count">Count: 0</p><ul id="lines"></ul></main>'
)
_STREAM = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
_APPEND = b"data: mode append\ndata: selector #lines\n"
_DONE = b"HTTP/1.1 204 No Content\r\n\r\n"

counts: dict[bytes, int] = {}
streams: dict[bytes, asyncio.Transport] = {}


def event(elements: bytes, how: bytes = b"") -> bytes:
    data = b"event: datastar-patch-elements\n%bdata: elements %b\n\n" % (how, elements)
    return b"%x\r\n%b\r\n" % (len(data), data)


class Floor(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        write = self.transport.write
        if data.startswith(b"POST /increment-push"):
            tab = _tab(data)
            count = counts[tab] = counts.get(tab, 0) + 1
            streams[tab].write(event(b'<p id="count">Count: %d</p>' % count))
            write(_DONE)
        elif data.startswith(b"POST /publish"):
            line = data[data.index(b"line=") + 5 : data.index(b" HTTP/")]
            whole = event(b"<li>%b</li>" % line, _APPEND)
            for stream in streams.values():
                stream.write(whole)
            write(_DONE)
        elif data.startswith(b"GET /stream"):
            streams[_tab(data)] = self.transport
            write(_STREAM)
        else:
            page = _PAGE.format(secrets.token_urlsafe(16)).encode()
            write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(page), page))


def _tab(data: bytes) -> bytes:
    found = _TAB.search(data)
    assert found is not None
    return found[1]


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Floor, "127.0.0.1", port(), backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
