"""A tab's WebSocket under via's own server: its frames go past ASGI."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import zlib
from collections.abc import Callable
from contextvars import Context
from typing import Any, Final

from ..._core.websocket.frames import CLOSE, PING, PONG, TEXT, FrameError, FrameReader, frame
from ...live.request_error import RequestError
from ...live.shared_event import SharedEvent
from ..asgi import Scope
from ..sse_stream import Writer
from ..write_batch import WriteBatch
from .deflate import AGREED, Deflate, decompress, is_offered, pack_shared
from .sockets import Sockets
from .tab_socket import NORMAL, NOT_UNDERSTOOD, TOO_BIG, TabSocket

GOING_AWAY: Final = 1001

GIVE_TRIES: Final = 200
GIVE_PAUSE: Final = 0.01
"""Seconds between two tries to give a WebSocket to a worker that has many of them to take."""

CLOSE_TIMEOUT: Final = 2.0
"""Seconds in which the browser is to answer that the WebSocket is closed."""

_FORMS: Final = {None: "text", False: "packed text", True: "packed text+"}

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class SocketProtocol(asyncio.Protocol):
    """One connection, from the response to its handshake on; the port of its `TabSocket`."""

    __slots__ = (
        "__weakref__",
        "_batch",
        "_closing",
        "_connections",
        "_deflate",
        "_is_closing",
        "_is_paused",
        "_is_whole",
        "_limit",
        "_reader",
        "_reading",
        "_scope",
        "_socket",
        "_sockets",
        "_transport",
        "writer",
    )

    def __init__(
        self,
        sockets: Sockets,
        scope: Scope,
        transport: asyncio.Transport,
        connections: set[Any],
        batch: WriteBatch,
    ) -> None:
        self._sockets = sockets
        self._scope: Scope | None = scope
        self._is_whole = False
        self._transport = transport
        self._connections = connections
        self._batch = batch
        self._limit = sockets.largest
        offered = dict(scope["headers"]).get(b"sec-websocket-extensions", b"")
        self._deflate = Deflate() if sockets.compress and is_offered(offered) else None
        self._reader = FrameReader(self._limit, self._deflate is not None)
        self._reading: asyncio.Future[None] | None = None  # what the browser still has to read
        self._is_paused = self._is_closing = False
        self._closing: asyncio.TimerHandle | None = None
        self.writer: Writer | None = self
        self._socket: TabSocket = sockets.open(scope, self)
        connections.add(self)

    def response(self, key: bytes) -> bytes:
        """The response to a handshake with this key."""
        proof = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
        extensions = b""
        if self._deflate is not None:
            extensions = b"Sec-WebSocket-Extensions: %b\r\n" % AGREED
        return (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %b\r\n%b\r\n" % (proof, extensions)
        )

    # What comes

    def data_received(self, data: bytes) -> None:
        """The browser has sent something."""
        if self._is_closing and self._transport.is_closing():
            return
        try:
            messages = self._reader.read(data)
        except FrameError as error:
            self._socket.refuse(error.code, str(error))
            self._batch.write_out()
            self._transport.close()
            return
        self._is_whole = len(messages) == 1 and self._reader.is_between_messages
        for opcode, payload, is_compressed in messages:
            if opcode == CLOSE:
                self.close(NORMAL, "")
                self._batch.write_out()
                self._transport.close()
                return
            if self._is_closing or opcode == PONG:
                continue
            if opcode == PING:
                if not self._is_paused:
                    self._write(frame(PONG, payload))
            elif opcode == TEXT:
                self._hear(payload, is_compressed)
            else:
                self._socket.refuse(NOT_UNDERSTOOD, "messages are texts")

    def _hear(self, message: bytes, is_compressed: bool) -> None:
        text: bytes | None = message
        if is_compressed:
            try:
                text = decompress(message, self._limit)
            except zlib.error:
                self._socket.refuse(NOT_UNDERSTOOD, "a message is damaged")
                return
        if text is None:
            self._socket.refuse(TOO_BIG, f"a message takes more than {self._limit} bytes")
        else:
            self.hear(text)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is closed."""
        self._connections.discard(self)
        self._is_closing = True
        self._go_on()
        if self._closing is not None:
            self._closing.cancel()
        self._socket.lost()

    def hear(self, message: bytes) -> None:
        """A message has come; with the first one, the handshake is done with."""
        self._socket.hear(message)
        self._scope = None

    def give(self, node: str, message: bytes) -> bool:
        """Have another worker go on, unless more has come than the first message."""
        scope = self._scope
        if self._sockets.handover is None or scope is None or not self._is_whole:
            return False
        self._transport.pause_reading()
        is_given = self._give(node, scope, message, GIVE_TRIES)
        if not is_given:
            self._transport.resume_reading()
        return is_given

    def _give(self, node: str, scope: Scope, message: bytes, tries: int) -> bool:
        handover = self._sockets.handover
        if handover is None or self._is_closing or not tries:
            self.close(GOING_AWAY, "its worker is busy")
            return True
        descriptor = self._transport.get_extra_info("socket").fileno()
        try:
            is_given = handover.give(node, descriptor, scope, message)
        except BlockingIOError:
            loop = asyncio.get_running_loop()
            loop.call_later(GIVE_PAUSE, self._give, node, scope, message, tries - 1)
            return True
        if is_given:
            self._is_closing = True
            self._transport.abort()  # this process's end of it; nothing is sent
        elif tries < GIVE_TRIES:
            self.close(GOING_AWAY, "its worker is gone")
        return is_given

    # What goes

    def is_ready(self) -> bool:
        """Whether a frame can be sent without waiting."""
        return not (self._is_paused or self._is_closing)

    def call(self, make: Callable[[], object], context: Context) -> None:
        """Have `make` called when the turn's handlers are done."""
        self._batch.call(make, context)

    def write(self, data: bytes) -> None:
        """Send a frame of the stream."""
        self.send(data)

    def send(self, text: bytes) -> None:
        """Send a message, behind those before it."""
        if self._is_closing:
            return
        packed = None if self._deflate is None else self._deflate.compress(text)
        self._write(frame(TEXT, text) if packed is None else frame(TEXT, packed, True))

    def offer(self, event: SharedEvent) -> bool:
        """Send a frame of the stream that goes to others, too, if it can be sent."""
        if self._is_paused or self._is_closing:
            return False
        refers_back = None if self._deflate is None else self._deflate.shared(event)
        form = _FORMS[refers_back]
        data = event.forms.get(form)
        if data is None:
            if refers_back is None:
                data = frame(TEXT, event.data)
            else:
                data = frame(TEXT, pack_shared(event, refers_back), True)
            event.forms[form] = data
        self._batch.write_at_once(self._transport, data)
        return True

    async def drain(self) -> None:
        """Wait while the browser reads slowly."""
        if self._reading is not None:
            await asyncio.shield(self._reading)

    def close(self, code: int, reason: str) -> None:
        """Close the WebSocket, when what was sent before has been."""
        if self._is_closing:
            return
        self._write(frame(CLOSE, code.to_bytes(2, "big") + reason.encode()[:100]))
        self._is_closing = True
        loop = asyncio.get_running_loop()
        self._closing = loop.call_later(CLOSE_TIMEOUT, self._transport.abort)

    def shutdown(self) -> None:
        """The server stops: the end of the tab closes the WebSocket, if it has one."""
        if not self._socket.has_begun:
            self.close(GOING_AWAY, "the server stops")

    def _write(self, data: bytes) -> None:
        self._batch.write(self._transport, data)

    def pause_writing(self) -> None:
        """The browser has much to read: it is not listened to before it has read it."""
        self._is_paused = True
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_future()
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The browser has read it."""
        self._is_paused = False
        self._go_on()
        self._transport.resume_reading()

    def _go_on(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None and not reading.done():
            reading.set_result(None)


async def adopt(
    sockets: Sockets,
    scope: Scope,
    message: bytes,
    connection: socket.socket,
    connections: set[Any],
    batch: WriteBatch,
) -> None:
    """Go on with a WebSocket that another worker has accepted."""

    class Adopted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            protocol = SocketProtocol(sockets, scope, transport, connections, batch)
            transport.set_protocol(protocol)
            protocol.hear(message)

    await asyncio.get_running_loop().connect_accepted_socket(Adopted, connection)


def upgrade(
    sockets: Sockets,
    scope: Scope,
    transport: asyncio.Transport,
    connections: set[Any],
    batch: WriteBatch,
) -> SocketProtocol:
    """Answer a handshake; the protocol of its connection from now on. Raises RequestError."""
    headers = dict(scope["headers"])
    key = headers.get(b"sec-websocket-key", b"")
    if scope["method"] != "GET" or headers.get(b"sec-websocket-version") != b"13" or not key:
        raise RequestError(400, "this is no WebSocket's handshake (of version 13)")
    sockets.check(scope)
    protocol = SocketProtocol(sockets, scope, transport, connections, batch)
    transport.write(protocol.response(key))
    transport.set_protocol(protocol)
    return protocol
