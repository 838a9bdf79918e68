"""A tab's WebSocket under any ASGI server."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

from ...live.request_error import RequestError
from ..asgi import Receive, Scope, Send
from ..sse_stream import Writer
from .sockets import Sockets
from .tab_socket import NOT_UNDERSTOOD, TOO_BIG, TabSocket

_MOST_WAITING: Final = 64
"""Messages that may wait to be sent; beyond them the browser is not listened to."""


class AsgiPort:
    """Sends by ASGI's `send`, one message after the other."""

    writer: Writer | None = None

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: deque[dict[str, object]] = deque()
        self._came = asyncio.Event()
        self._went = asyncio.Event()
        self._is_closed = False

    def send(self, text: bytes) -> None:
        """Send a message, behind those before it."""
        self._put({"type": "websocket.send", "text": text.decode()})

    def close(self, code: int, reason: str) -> None:
        """Close the WebSocket, when what was sent before has been."""
        self._put({"type": "websocket.close", "code": code, "reason": reason[:100]})
        self._is_closed = True

    def give(self, node: str, message: bytes) -> bool:
        """Nothing is known of the connection here."""
        return False

    def _put(self, message: dict[str, object]) -> None:
        if not self._is_closed:
            self._messages.append(message)
            self._came.set()

    async def drain(self, most: int = 0) -> None:
        """Wait until no more than `most` messages wait to be sent."""
        while len(self._messages) > most:
            self._went.clear()
            await self._went.wait()

    def lost(self) -> None:
        """The WebSocket is closed: nothing is sent any more."""
        self._is_closed = True
        self._messages.clear()
        self._went.set()

    async def run(self) -> None:
        """Send, until the WebSocket is closed."""
        try:
            while True:
                while self._messages:
                    await self._send(self._messages[0])
                    if not self._messages or self._messages[0]["type"] == "websocket.close":
                        return
                    self._messages.popleft()
                    self._went.set()
                self._came.clear()
                await self._came.wait()
        except OSError:
            pass  # the browser is gone; some servers say so here
        finally:
            self.lost()


async def serve(sockets: Sockets, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one WebSocket to its end."""
    await receive()
    try:
        sockets.check(scope)
    except RequestError:
        await send({"type": "websocket.close"})  # which servers answer with 403
        return
    await send({"type": "websocket.accept"})
    port = AsgiPort(send)
    sending = asyncio.ensure_future(port.run())
    socket = sockets.open(scope, port)
    try:
        await _hear(sockets, socket, port, receive)
    finally:
        socket.lost()
        port.lost()
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


async def _hear(sockets: Sockets, socket: TabSocket, port: AsgiPort, receive: Receive) -> None:
    limit = sockets.largest
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        if text is None:
            socket.refuse(NOT_UNDERSTOOD, "messages are texts")
        elif len(text) > limit:
            socket.refuse(TOO_BIG, f"a message takes more than {limit} bytes")
        else:
            socket.hear(text.encode(errors="replace"))
        await port.drain(_MOST_WAITING)
