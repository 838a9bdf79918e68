"""One response that brings the messages of many tabs of one browser, in place of WebSockets.

Over HTTP/1.1 a browser has six connections for a host. Where no WebSocket comes through, its tabs
share a worker, which opens one such stream and sends what they have to say in requests. Each line
of the response is a JSON array of a channel and a message, or null where that channel is closed;
the first line is the stream's id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from ...live.tab_id import new_tab_id
from ..asgi import Receive, Scope, Send, until_gone
from ..compression import Compression, choose_for, encoding_headers
from ..heartbeats import HEARTBEAT
from ..responses import NO_STORE, NOSNIFF
from ..sse_stream import Writer
from .tab_socket import TabSocket

MOST_CHANNELS: Final = 200
"""Tabs that share one stream."""

MOST_WAITING: Final = 8 * 1024 * 1024
"""Bytes beyond which the stream ends: its browser asks, and does not read the answers."""

_FULL: Final = 1024 * 1024
"""Bytes that may wait for a browser that reads slowly, before tabs wait for it."""

_HEADERS: Final = [
    (b"content-type", b"application/x-ndjson"),
    (b"x-accel-buffering", b"no"),
    NO_STORE,
    NOSNIFF,
]


class SharedStream:
    """One of them, from the request to the end of its response."""

    def __init__(self, node: str, ended: Callable[[SharedStream], object]) -> None:
        self.id = new_tab_id(node)
        self._ended = ended
        self._channels: dict[int, ChannelPort] = {}
        self._lines = [msgspec.json.encode(self.id) + b"\n"]
        self._size = 0
        self._came = asyncio.Event()
        self._went = asyncio.Event()
        self._is_over = False

    def hear(
        self, channel: int, message: str | None, open: Callable[[ChannelPort], TabSocket]
    ) -> None:
        """A channel's message has come; the first one opens it, and None closes it."""
        port = self._channels.get(channel)
        if message is None:
            if port is not None:
                port.lost()
        elif port is not None:
            port.socket.hear(message.encode())
        elif len(self._channels) < MOST_CHANNELS and not self._is_over:
            port = self._channels[channel] = ChannelPort(self, channel)
            port.socket = open(port)
            port.socket.hear(message.encode())
        else:
            self.put(channel, None)

    def put(self, channel: int, text: str | None) -> None:
        """Send a message, or that a channel is closed."""
        line = msgspec.json.encode((channel, text)) + b"\n"
        if self._size > MOST_WAITING:  # before this one: a view alone may be as large
            self._lines.clear()
            self.end()
        self._lines.append(line)
        self._size += len(line)
        self._came.set()

    async def drain(self) -> None:
        """Wait while the browser reads slowly."""
        while self._size > _FULL and not self._is_over:
            self._went.clear()
            await self._went.wait()

    def forget(self, channel: int) -> None:
        """A channel is closed."""
        self._channels.pop(channel, None)

    def end(self) -> None:
        """End the response after what waits."""
        self._is_over = True
        self._came.set()
        self._went.set()

    async def serve(self, scope: Scope, receive: Receive, send: Send, compress: bool) -> None:
        """Send what comes, until `end` or until the browser is gone."""
        compression = choose_for(scope["headers"] if compress else ())
        headers = [*_HEADERS, *encoding_headers(compression.name)]
        watcher = asyncio.ensure_future(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await self._send(send, compression)
        except OSError:
            pass  # the browser is gone; some servers say so here
        finally:
            watcher.cancel()
            compression.finish()
            self.end()
            self._ended(self)
            for port in list(self._channels.values()):
                port.lost()

    async def _send(self, send: Send, compression: Compression) -> None:
        while self._lines or not self._is_over:
            lines, self._lines, self._size = self._lines, [], 0
            self._went.set()
            if lines:
                body = compression.frame(b"".join(lines))
                await send({"type": "http.response.body", "body": body, "more_body": True})
                continue
            self._came.clear()
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await self._came.wait()
            except TimeoutError:
                self._lines.append(b"\n")
        await send({"type": "http.response.body", "body": compression.finish()})

    async def _watch(self, receive: Receive) -> None:
        await until_gone(receive)
        self._lines.clear()
        self.end()


class ChannelPort:
    """The port of one tab's conversation."""

    writer: Writer | None = None
    socket: TabSocket

    def __init__(self, stream: SharedStream, channel: int) -> None:
        self._stream = stream
        self._channel = channel
        self._is_closed = False

    def send(self, text: bytes) -> None:
        """Send a message, behind those before it."""
        if not self._is_closed:
            self._stream.put(self._channel, text.decode())

    async def drain(self) -> None:
        """Wait while the browser reads slowly."""
        await self._stream.drain()

    def give(self, node: str, message: bytes) -> bool:
        """The stream is that of other tabs, too."""
        return False

    def close(self, code: int, reason: str) -> None:
        """Close the channel, when what was sent before has been."""
        if not self._is_closed:
            self._stream.put(self._channel, None)
            self.lost()

    def lost(self) -> None:
        """The channel is closed, or its stream is."""
        self._is_closed = True
        self._stream.forget(self._channel)
        self.socket.lost()
