"""A browser's connections with as little work as possible, so that the server is the bottleneck.

Plain asyncio protocols with callbacks: no tasks, no header parsing beyond the framing.
"""

from __future__ import annotations

import asyncio
import os
import time
import zlib
from base64 import b64encode
from collections.abc import Callable
from typing import cast

Answered = Callable[[bytes], None]
"""Called with a whole response: head and body."""

TAIL = 64
"""Bytes that are kept of what was read, in case what is looked for arrives in two parts."""


class Connection(asyncio.Protocol):
    """A keep-alive connection that carries one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answered: Answered | None = None
        self.first_byte = 0.0
        """When the last response began, by `time.perf_counter`."""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self, request: bytes, answered: Answered) -> None:
        """Send a request and call `answered` with the response."""
        self._answered = answered
        assert self.transport is not None
        self.transport.write(request)

    async def request(self, request: bytes) -> bytes:
        """Send a request and return the response, which must be a success."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.send(request, future.set_result)
        response = await future
        if response[9:10] != b"2":
            raise RuntimeError(f"{request[:80]!r} was answered with {response[:200]!r}")
        return response

    def data_received(self, data: bytes) -> None:
        if not self._buffer:
            self.first_byte = time.perf_counter()
        buffer = self._buffer = self._buffer + data
        if _is_whole(buffer) and self._answered is not None:
            answered, self._answered, self._buffer = self._answered, None, b""
            answered(buffer)

    def close(self) -> None:
        """End the connection."""
        if self.transport is not None:
            self.transport.abort()


def _is_whole(response: bytes) -> bool:
    end = response.find(b"\r\n\r\n") + 4
    if end == 3:
        return False
    if response[9:12] == b"204":
        return True
    head = response[:end].lower()
    start = head.find(b"\r\ncontent-length:")
    if start < 0:
        return response.endswith(b"\r\n0\r\n\r\n")
    start += 17
    return len(response) >= end + int(head[start : head.index(b"\r\n", start)])


class Stream(asyncio.Protocol):
    """A response without an end (server-sent events, a websocket); it can be waited for a text."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._tail = b""
        self._wanted = b""
        self._found: Callable[[], None] | None = None
        self.received = 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def expect(self, text: bytes, found: Callable[[], None]) -> None:
        """Call `found` once the text has arrived."""
        self._tail = b""
        self._wanted, self._found = text, found

    async def until(self, text: bytes) -> None:
        """Wait for a text."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.expect(text, lambda: future.set_result(None))
        await future

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self._found is None:
            return
        data = self._tail + data
        if self._wanted in data:
            found, self._found = self._found, None
            found()
        else:
            self._tail = data[-TAIL:]

    def close(self) -> None:
        """End the connection."""
        if self.transport is not None:
            self.transport.abort()


class WebSocket(Stream):
    """A websocket: text frames, uncompressed."""

    def __init__(self, path: str, cookie: str = "") -> None:
        super().__init__(handshake(path, cookie))

    def write(self, text: bytes) -> None:
        """Send a text."""
        assert self.transport is not None
        self.transport.write(frame(text))

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\x81\x012"):
            self.write(b"3")  # Engine.IO's ping and pong
        super().data_received(data)


_ANSWER = b'"status":204}'


class ViaSocket(WebSocket):
    """The websocket of a tab of via's: it counts the actions that were answered."""

    answered = 0
    _cut = b""

    def data_received(self, data: bytes) -> None:
        whole = self._cut + data
        self.answered += whole.count(_ANSWER)
        self._cut = whole[1 - len(_ANSWER) :]
        super().data_received(data)


class PackedViaSocket(ViaSocket):
    """As `ViaSocket`, whose browser takes compressed messages, as all do."""

    def __init__(self, path: str, cookie: str = "") -> None:
        super().__init__(path, cookie)
        self._request = handshake(path, cookie, "permessage-deflate; client_max_window_bits")
        self._frames = b""
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._is_open = False

    def data_received(self, data: bytes) -> None:
        data = self._frames + data
        begin = 0
        if not self._is_open:
            if (begin := data.find(b"\r\n\r\n") + 4) == 3:
                self._frames = data
                return
            if b"permessage-deflate" not in data[:begin]:
                raise RuntimeError("compression was not agreed on")
            self._is_open = True
            super().data_received(data[:begin])
        while len(data) >= begin + 2:
            size, start = data[begin + 1], begin + 2
            if size == 126:
                size, start = int.from_bytes(data[begin + 2 : begin + 4], "big"), begin + 4
            elif size == 127:
                size, start = int.from_bytes(data[begin + 2 : begin + 10], "big"), begin + 10
            if len(data) < start + size:
                break
            text = data[start : start + size]
            if data[begin] & 0x40:
                self.received += size
                text = self._inflate.decompress(text + b"\0\0\xff\xff")
                self.received -= len(text)
            super().data_received(text)
            begin = start + size
        self._frames = data[begin:]


def handshake(path: str, cookie: str, extensions: str = "") -> bytes:
    """The request for a websocket."""
    more = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    key = b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nCookie: {cookie}\r\n"
        f"Origin: http://localhost\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    ).encode()


def frame(text: bytes) -> bytes:
    """A websocket frame, masked (as browsers must) with zeros, which leaves the text as it is."""
    size = len(text)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text


def get(path: str) -> bytes:
    """A GET request as the Datastar client sends it."""
    return f"GET {path} HTTP/1.1\r\n{_HEADERS}\r\n".encode()


_HEADERS = "Host: localhost\r\nDatastar-Request: true\r\nSec-Fetch-Site: same-origin\r\n"


def post(path: str, body: bytes = b"", cookie: str = "") -> bytes:
    """A POST request as the Datastar client sends it."""
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return (
        f"POST {path} HTTP/1.1\r\n{_HEADERS}{cookies}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


async def connect(port: int) -> Connection:
    """Open a connection."""
    _, connection = await asyncio.get_running_loop().create_connection(
        Connection, "127.0.0.1", port
    )
    return connection


async def open_stream(port: int, stream: Stream, greeting: bytes) -> None:
    """Open a stream's connection, send its request and wait for the answer's beginning."""
    loop = asyncio.get_running_loop()
    greeted: asyncio.Future[None] = loop.create_future()
    stream.expect(greeting, lambda: greeted.set_result(None))
    await loop.create_connection(lambda: stream, "127.0.0.1", port)
    await greeted
