"""`Nodes`: the other processes of the app, as far as this one relays requests to and fro."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nats.aio.msg import Msg

from ...live.tab_id import node_of
from ...pubsub import NATSBackend
from ..asgi import Receive, Scope, Send
from ..responses import ShortResponse
from .edge import EdgeResponse
from .home import HomeRequest
from .link import Link, NodeGone
from .messages import (
    Answer,
    Ask,
    Credit,
    Cut,
    Gone,
    Message,
    Part,
    Ping,
    Refused,
    Rest,
    Start,
    encode,
)
from .peers import Peers

App = Callable[[Scope, Receive, Send], Awaitable[object]]
"""Answers a relayed request."""


class Nodes:
    """Relays requests to the nodes where their tabs live, and serves those that come from there.

    `is_closing` tells that this node takes no more of them.
    """

    def __init__(
        self,
        backend: NATSBackend,
        node: str,
        logger: logging.Logger,
        is_closing: Callable[[], bool],
    ) -> None:
        self._logger = logger
        self._link = Link(backend, node, logger)
        self._peers = Peers(self._link, self._node_gone)
        self._is_closing = is_closing
        self._app: App | None = None
        self._asked = 0
        self._edge: dict[int, EdgeResponse] = {}
        self._home: dict[tuple[str, int], HomeRequest] = {}
        self._tasks: set[asyncio.Future[Any]] = set()

    async def open(self, app: App) -> None:
        """Serve what other nodes relay, with `app`."""
        self._app = app
        await self._link.open(self._receive, self)

    async def close(self) -> None:
        """Serve nothing more; the requests that came here and are under way end."""
        await self._link.close()
        self.resume()
        self._peers.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)

    def home_of(self, signals: Mapping[str, Any]) -> str:
        """The other node on which the tab that signals name may live; "" where it is none."""
        id = signals.get("via_ctx")
        node = node_of(id) if isinstance(id, str) else ""
        return "" if node == self._link.node else node

    async def relay(self, node: str, scope: Scope, body: bytes) -> Answer | EdgeResponse:
        """Have a node answer a request: whole, or with a response to `copy` and `end`.

        Raises NodeGone if it is not there, or takes no more requests.
        """
        self._asked += 1
        id, size = self._asked, self._link.largest
        address = scope["client"][0] if scope.get("client") else ""
        ask = Ask(
            self._link.node,
            id,
            scope["method"],
            scope["path"],
            list(scope["headers"]),
            address,
            scope.get("scheme", "http"),
            scope.get("http_version", "1.1"),
            scope.get("root_path", ""),
            body[:size],
            len(body) > size,
        )
        response = self._edge[id] = EdgeResponse(self._link, node, id)
        is_kept = False
        try:
            if len(body) > size:
                await self._link.is_there(node)  # from then on a question is sent at once
            asking = asyncio.ensure_future(self._link.ask(node, ask))
            if len(body) > size:
                await asyncio.sleep(0)
                for begin in range(size, len(body), size):
                    rest, more = body[begin : begin + size], begin + size < len(body)
                    await self._link.send(node, Rest(self._link.node, id, rest, more))
            reply = await asking
            if isinstance(reply, Answer):
                return reply
            if isinstance(reply, Refused):
                raise NodeGone(f"node {node} is about to end")
            is_kept = True
            self._peers.hold(node)
            return response
        finally:
            if not is_kept:
                del self._edge[id]

    async def finish(self, response: EdgeResponse, receive: Receive, send: Send) -> None:
        """Send the response of another node to the browser, to its end."""
        try:
            await response.copy(receive, send)
        finally:
            del self._edge[response.id]
            self._peers.let_go(response.node)
            self._run(response.end())

    async def collect(self, response: EdgeResponse) -> ShortResponse:
        """The response of another node that took its time, when all of it is here."""
        status, headers, parts = 502, [], []

        async def receive() -> dict[str, Any]:
            await asyncio.Event().wait()
            raise AssertionError("nobody is told that the browser is gone")

        async def send(message: Any) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], message["headers"]
            parts.append(message.get("body", b""))

        await self.finish(response, receive, send)
        return ShortResponse.received(status, headers, b"".join(parts))

    async def _receive(self, message: Message, msg: Msg) -> None:
        match message:
            case Ask():
                if self._is_closing():
                    await msg.respond(encode(Refused()))
                else:
                    request = HomeRequest(self._link, self._peers, message, msg)
                    self._home[message.node, message.id] = request
                    self._run(self._serve(request))
            case Ping():
                await msg.respond(b"")
            case Rest() | Credit() | Gone():
                if (home := self._home.get((message.node, message.id))) is not None:
                    home.hear(message)
            case Start() | Part() | Cut():
                if (edge := self._edge.get(message.id)) is not None:
                    edge.hear(message)

    async def _serve(self, request: HomeRequest) -> None:
        assert self._app is not None
        accepting = asyncio.ensure_future(request.accept_later())
        try:
            await self._app(request.scope(), request.receive, request.send)
        except Exception as error:
            self._logger.error("a request from another node failed", exc_info=error)
        finally:
            accepting.cancel()
            del self._home[request.ask.node, request.ask.id]
            await request.end()

    def _run(self, coroutine: Any) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _node_gone(self, node: str) -> None:
        for edge in self._edge.values():
            if edge.node == node:
                edge.cut()
        for home in self._home.values():
            if home.ask.node == node:
                home.disconnect()

    def leave(self) -> None:
        """This node is about to end: browsers connect to other ones for the tabs there."""
        for edge in self._edge.values():
            edge.cut()

    def resume(self) -> None:
        """End the responses of which parts may have been lost: their browsers come again."""
        self.leave()
        for home in self._home.values():
            home.disconnect()
