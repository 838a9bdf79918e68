"""The conversation over one WebSocket: what a tab asks, and what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from contextvars import copy_context
from typing import Any, Final, Protocol

import msgspec

from ..._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ...live.browser import Headers
from ...live.connection import Connection
from ...live.services import Services
from ...live.tab_access import proof_of
from ...live.tab_id import node_of
from ...live.tab_registry import GRACE
from ..asgi import Receive, Scope, Send
from ..clients import Client
from ..refusals import Refusals
from ..responses import ShortResponse
from ..sse_stream import Writer
from .carrier import CARRIER
from .messages import Request, answer, read_request
from .port import Port

PATH: Final = "/_ws"

NORMAL: Final = 1000
NOT_UNDERSTOOD: Final = 1007
REFUSED: Final = 1008
TOO_BIG: Final = 1009

_ACTION: Final = "/_action/"
_TOLD_WITH_THE_STREAM: Final = frozenset({"via-location", "via-nonce", "via-document"})
_BUSY: Final = ShortResponse(429, b"too many requests wait for their answers\n", retry_after=1)
_CHANGED: Final = frozenset({403, 409})
_FAILED: Final = ShortResponse(500, b"the request failed; the server's log says why\n")


class Requests(Protocol):
    """What answers the requests; see `Endpoints`."""

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Serve a tab's stream, as `POST /_sse` does; True if it goes on, over a `Carrier`."""

    def run_action(
        self, client: Client, id: str, headers: Headers, body: bytes, proof: bytes
    ) -> MaybeAwaitable[ShortResponse]:
        """Run an action; `proof` is what the headers show."""

    def post(self, path: str, scope: Scope, receive: Receive) -> Awaitable[ShortResponse]:
        """Answer another request; with a refusal, where it is refused."""


class TabSocket:
    """One WebSocket, from the moment it is accepted.

    Its requests are the same that come by HTTP, with the headers of its handshake. `scope` is that
    of the handshake, made a request for the stream.
    """

    __slots__ = (
        "_client",
        "_gone",
        "_headers",
        "_is_gone",
        "_port",
        "_proof",
        "_refusals",
        "_requests",
        "_scope",
        "_services",
        "_silence",
        "_stream",
        "_tab",
        "_tasks",
    )

    def __init__(
        self,
        services: Services,
        requests: Requests,
        client: Client,
        scope: Scope,
        port: Port,
        refusals: Refusals,
    ) -> None:
        self._services = services
        self._refusals = refusals
        self._requests = requests
        self._client = client
        self._scope = scope
        self._headers: Headers = scope["headers"]
        self._proof = proof_of(self._headers)
        self._port = port
        self._tab = b""  # the beginning of its requests' bodies, which names it
        self._tasks: dict[asyncio.Task[Any], None] = {}  # which is smaller than a set
        self._stream: Connection | None = None
        self._is_gone = False
        self._gone: asyncio.Future[None] | None = None
        wait = services.limits.body_timeout
        self._silence: asyncio.TimerHandle | None = services.loop.call_later(
            wait, self.refuse, REFUSED, f"nothing came for {wait:g} s"
        )

    def hear(self, message: bytes) -> None:
        """A message has come."""
        try:
            request = read_request(message)
            body = bytes(request.body)
            if body[:1] != b"{":
                raise msgspec.ValidationError("the body is no object")
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.refuse(NOT_UNDERSTOOD, f"a message is not understood: {error}")
            return
        if not self._tab:
            self._begin(request, body, message)
            return
        if b'"via_ctx":' in body:
            self._name_tab(body)
        body = self._tab + (b"}" if body == b"{}" else b"," + body[1:])
        if len(self._tasks) > self._services.limits.waiting_actions:
            self._answer(request.n, _BUSY)
        elif request.path.startswith(_ACTION):
            self._act(request, body)
        elif request.path == "/_navigate":
            self._run(self._navigate(request.path, body), request.n)
        else:
            self.refuse(REFUSED, f"{request.path[:40]!r} is not answered here")

    @property
    def has_begun(self) -> bool:
        """Whether the first message has come."""
        return bool(self._tab)

    def refuse(self, code: int, reason: str) -> None:
        """Close the WebSocket over what the browser did, and say so in the log."""
        self._refusals.log(self._client.address, "a WebSocket at", PATH, code, reason)
        self._port.close(code, reason)

    def lost(self) -> None:
        """The WebSocket is closed."""
        self._end_silence()
        self._is_gone = True
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        if self._stream is not None:
            self._stream.end()

    def carry(self, stream: Connection) -> bool:
        """End the stream when the browser is gone; False if it is gone already."""
        self._stream = stream
        return not self._is_gone

    def _end_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    async def _until_gone(self) -> None:
        if not self._is_gone:
            if self._gone is None:
                self._gone = self._services.loop.create_future()
            await asyncio.shield(self._gone)

    def _name_tab(self, body: bytes) -> str:
        """Take a tab's names to go with all that comes from now on; they are checked each time.

        Returns the node that they say.
        """
        try:
            names = msgspec.json.decode(body, type=_TabNames)
        except msgspec.DecodeError:
            names = _TabNames()
        if names.via_ctx or not self._tab:
            self._tab = msgspec.json.encode(names)[:-1]
        return node_of(names.via_ctx)

    # The stream

    def _begin(self, request: Request, body: bytes, message: bytes) -> None:
        self._end_silence()
        node = self._name_tab(body)
        if request.path != "/_sse":
            self.refuse(REFUSED, "the first message opens the stream")
            return
        if node not in ("", self._services.node) and self._port.give(node, message):
            return
        scope = dict(self._scope)
        told = [
            (name.encode(), value.encode())
            for name, value in request.headers.items()
            if name in _TOLD_WITH_THE_STREAM
        ]
        scope["headers"] = [*self._headers, *told]
        scope["extensions"] = {CARRIER: self}
        self._start(self._open_stream(scope, body))

    @property
    def writer(self) -> Writer | None:
        """The way of a stream's frames past ASGI."""
        return self._port.writer

    async def _open_stream(self, scope: Scope, body: bytes) -> None:
        response = _StreamResponse(self._port)
        goes_on, error = False, None
        try:
            goes_on = await self._requests.stream(scope, self._receive_once(body), response.send)
        except Exception as failure:
            error = failure
        if not goes_on:
            self.stream_ended(error)

    def stream_ended(self, error: Exception | None) -> None:
        """Nothing more comes of the stream: close the WebSocket."""
        self._stream = None
        if error is not None:
            self._log(error)
        self._start(self._close())

    async def _close(self) -> None:
        await self._answer_all()
        self._port.close(NORMAL, "")

    async def _answer_all(self) -> None:
        """Wait for the answers to what was asked: the browser asks again for those it misses."""
        waiting = self._tasks.keys() - {asyncio.current_task()}
        if waiting and not self._is_gone:
            await asyncio.wait(waiting, timeout=GRACE)

    def _receive_once(self, body: bytes) -> Receive:
        message: dict[str, Any] | None = {"type": "http.request", "body": body}

        async def receive() -> dict[str, Any]:
            nonlocal message
            given, message = message, None
            if given is None:
                await self._until_gone()
                return {"type": "http.disconnect"}
            return given

        return receive

    # Actions and navigations

    def _act(self, request: Request, body: bytes) -> None:
        id = request.path[len(_ACTION) :]
        try:
            # As in a task of its own, what it sets in its context is gone afterwards.
            response = copy_context().run(
                self._requests.run_action, self._client, id, self._headers, body, self._proof
            )
        except Exception as error:
            self._log(error)
            response = _FAILED
        if isinstance(response, ShortResponse):
            self._answer(request.n, response)
        else:
            self._run(settled(response), request.n)

    async def _navigate(self, path: str, body: bytes) -> ShortResponse:
        scope = {**self._scope, "path": self._scope.get("root_path", "") + path}
        return await self._requests.post(path, scope, self._receive_once(body))

    def _run(self, answering: Awaitable[ShortResponse], n: int) -> None:
        self._start(self._respond(answering, n))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._services.loop.create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)

    async def _respond(self, answering: Awaitable[ShortResponse], n: int) -> None:
        try:
            response = await answering
        except Exception as error:
            self._log(error)
            response = _FAILED
        self._answer(n, response)

    def _answer(self, n: int, response: ShortResponse) -> None:
        if response.status in _CHANGED:
            # The browser's cookies may be others by now; the next handshake brings them.
            self._port.close(REFUSED, response.body.decode().strip())
        else:
            self._port.send(answer(n, response))

    def _log(self, error: Exception) -> None:
        self._services.logger.error("a request over a WebSocket failed", exc_info=error)


class _TabNames(msgspec.Struct):
    """What signals name a tab by."""

    via_ctx: str = ""
    via_csrf: str = ""


class _StreamResponse:
    """Sends the response to the request for the stream as messages."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._head: ShortResponse | None = None
        self._rest = b""

    async def send(self, message: Any) -> None:
        """ASGI's `send`."""
        if message["type"] == "http.response.start":
            response = ShortResponse.received(message["status"], message["headers"], b"")
            if response.status == 200:
                self._port.send(answer(0, response))
            else:
                self._head = response
            return
        data = self._rest + message.get("body", b"")
        if self._head is not None:
            self._rest = data
            if not message.get("more_body"):
                self._port.send(answer(0, self._head._replace(body=data)))
            return
        # What another process sent may be cut anywhere; a message is a text of its own.
        end = data.rfind(b"\n") + 1
        self._rest = data[end:]
        if end:
            self._port.send(data[:end])
            await self._port.drain()
