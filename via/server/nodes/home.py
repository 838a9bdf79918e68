"""A request that another node relays to this one: ASGI's `receive` and `send` for it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from nats.aio.msg import Msg
from nats.errors import Error as NATSError

from ...live.browser import Headers
from ..asgi import Scope
from .link import Link
from .messages import Accepted, Answer, Ask, Credit, Cut, Gone, Part, Reply, Rest, Start, encode
from .peers import Peers

WINDOW: Final = 256 * 1024
"""Bytes of a response that may be on their way to the browser."""

ACCEPT_AFTER: Final = 0.5
"""Seconds after which the edge is told that a response will take its time."""


class HomeRequest:
    """One relayed request, from its arrival to the end of its response."""

    def __init__(self, link: Link, peers: Peers, ask: Ask, reply: Msg) -> None:
        self.ask = ask
        self._link = link
        self._peers = peers
        self._reply: Msg | None = reply
        self._body: deque[dict[str, Any]] = deque()
        self._came = asyncio.Event()
        self._went = asyncio.Event()
        self._is_gone = False
        self._sent = self._credited = self._number = 0
        self._start: tuple[int, Headers] | None = None
        self._has_started = self._is_done = False
        self._take(ask.body, ask.more_body)

    def scope(self) -> Scope:
        """The request as ASGI tells of one."""
        ask = self.ask
        return {
            "type": "http",
            "method": ask.method,
            "path": ask.path,
            "headers": ask.headers,
            "client": (ask.address, 0),
            "scheme": ask.scheme,
            "http_version": ask.http_version,
            "root_path": ask.root_path,
        }

    def hear(self, message: Rest | Credit | Gone) -> None:
        """The edge has said more of the request."""
        match message:
            case Rest():
                self._take(message.body, message.more_body)
            case Credit():
                self._credited = max(self._credited, message.size)
                self._went.set()
            case Gone():
                self.disconnect()

    def _take(self, body: bytes, more_body: bool) -> None:
        self._body.append({"type": "http.request", "body": body, "more_body": more_body})
        self._came.set()

    def disconnect(self) -> None:
        """The browser, or the node that it is connected to, is gone."""
        self._is_gone = True
        self._came.set()
        self._went.set()

    async def accept_later(self) -> None:
        """Tell the edge in time that the request is here."""
        await asyncio.sleep(ACCEPT_AFTER)
        await self._respond(Accepted())

    async def receive(self) -> dict[str, Any]:
        """ASGI's `receive`."""
        while not self._body and not self._is_gone:
            self._came.clear()
            await self._came.wait()
        return self._body.popleft() if self._body else {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """ASGI's `send`; it waits while the browser has too much to read."""
        if message["type"] == "http.response.start":
            self._start = message["status"], list(message["headers"])
            if message["status"] == 200 and b"content-length" not in dict(message["headers"]):
                await self._begin()  # a stream, which may have nothing to say for long
            return
        assert self._start is not None
        data, more_body = message.get("body", b""), message.get("more_body", False)
        self._is_done = not more_body
        is_short = not self._has_started and not more_body and len(data) <= self._link.largest
        if is_short and await self._respond(Answer(*self._start, data)):
            return
        await self._begin()
        size = self._link.largest
        for begin in range(0, len(data) or 1, size):
            part = data[begin : begin + size]
            await self._send_part(part, more_body or begin + size < len(data))

    async def end(self) -> None:
        """The app is done with the request; where its response is cut off, the edge is told."""
        if self._has_started:
            self._peers.let_go(self.ask.node)
        if not self._is_done and not self._is_gone:
            await self._respond(Accepted())
            await self._link.send(self.ask.node, Cut(self.ask.id))

    async def _begin(self) -> None:
        """Send the head of a response that comes in parts, once."""
        if self._has_started or self._start is None:
            return
        self._has_started = True
        self._peers.hold(self.ask.node)
        await self._respond(Accepted())
        await self._link.send(self.ask.node, Start(self.ask.id, *self._start))

    async def _send_part(self, data: bytes, more_body: bool) -> None:
        while self._sent - self._credited >= WINDOW and not self._is_gone:
            self._went.clear()
            await self._went.wait()
        if self._is_gone:
            return
        self._sent += len(data)
        number, self._number = self._number, self._number + 1
        await self._link.send(self.ask.node, Part(self.ask.id, number, data, more_body))

    async def _respond(self, answer: Reply) -> bool:
        """Answer the edge's question, unless that was done; whether it was now."""
        reply, self._reply = self._reply, None
        if reply is None:
            return False
        try:
            await reply.respond(encode(answer))
        except NATSError:
            return False
        return True
