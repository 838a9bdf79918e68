"""uvicorn's protocol with shortcuts: for actions, for pages, and for the frames of streams.

An action or a page whose plain request came in one piece is read and answered at once, without a
parser of all of HTTP, an ASGI cycle and a task; where the response is not there at once, or is not
the usual one, uvicorn takes over, as it serves all other requests. The stream is a response of
uvicorn's, given a `Writer` under which its frames go past ASGI.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.utils import get_remote_addr

from .._core.http.requests import read_action, read_page
from .._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ..live.browser import Headers
from ..live.page_response import PageResponse
from ..live.request_error import RequestError
from ..live.shared_event import SharedEvent
from ..options import Limits
from .app_connection import Connect, not_started
from .asgi import Receive, Send
from .bounded_protocol import BoundedProtocol
from .responses import DONE, NO_STORE, ShortResponse
from .socket.socket_protocol import upgrade
from .socket.tab_socket import PATH
from .sse_stream import WRITER
from .write_batch import WriteBatch

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


FIRST_REQUEST: Final = 0.2
"""Seconds for which a new connection may bring its first request while the server stops."""


class ChunkWriter:
    """Writes the parts of one response that uvicorn has begun."""

    __slots__ = ("_batch", "_cycle")

    def __init__(self, cycle: RequestResponseCycle, batch: WriteBatch) -> None:
        self._cycle = cycle
        self._batch = batch

    def is_ready(self) -> bool:
        """Whether uvicorn would send a part without waiting."""
        cycle = self._cycle
        return (
            cycle.chunked_encoding is True
            and not cycle.response_complete
            and not cycle.disconnected
            and not cycle.flow.write_paused
            and not cycle.transport.is_closing()
        )

    def call(self, make: Callable[[], object], context: Context) -> None:
        """Have `make` called when the turn's handlers are done."""
        self._batch.call(make, context)

    def write(self, data: bytes) -> None:
        """Send a part."""
        self._batch.write(self._cycle.transport, _chunk(data))

    def offer(self, event: SharedEvent) -> bool:
        """Send a part that goes to others, too, if it can be sent."""
        if not self.is_ready():
            return False
        chunk = event.forms.get("chunk")
        if chunk is None:
            chunk = event.forms["chunk"] = _chunk(event.data)
        self._batch.write_at_once(self._cycle.transport, chunk)
        return True


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Heads:
    """The heads of usual responses, with uvicorn's headers of the moment."""

    def __init__(self) -> None:
        self._defaults: list[tuple[bytes, bytes]] | None = None
        self._done = self._page = b""

    def done(self, defaults: list[tuple[bytes, bytes]]) -> bytes:
        """The whole response to an action that was done."""
        self._bring_up_to_date(defaults)
        return self._done

    def page(self, defaults: list[tuple[bytes, bytes]], response: PageResponse) -> bytes:
        """The whole response that brings a page."""
        self._bring_up_to_date(defaults)
        body = response.body
        fields = b"".join([b"%b: %b\r\n" % field for field in response.headers])
        return b"%b%bcontent-length: %d\r\n\r\n%b" % (self._page, fields, len(body), body)

    def _bring_up_to_date(self, defaults: list[tuple[bytes, bytes]]) -> None:
        # uvicorn makes a new list of defaults each second.
        if defaults is not self._defaults:
            self._defaults = defaults
            fields = b"".join(b"%b: %b\r\n" % field for field in defaults)
            more = b"%b: %b\r\n" % NO_STORE
            self._done = b"HTTP/1.1 %d No Content\r\n%b%b\r\n" % (DONE.status, fields, more)
            self._page = b"HTTP/1.1 200 OK\r\n%b" % fields


class Protocol(BoundedProtocol):
    """One connection; all connections of a server share all but the `arguments`."""

    def __init__(
        self,
        connect: Connect,
        limits: Limits,
        heads: Heads,
        batch: WriteBatch,
        **arguments: Any,
    ) -> None:
        super().__init__(limits, **arguments)
        self._connect = connect
        self._app_connection = not_started("")
        self._heads = heads
        self._batch = batch
        self._was_used = False
        self._is_ending = False
        self._response: MaybeAwaitable[PageResponse | ShortResponse] | None = None
        self._longest = min(limits.request_line, limits.header_bytes)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        peer = get_remote_addr(transport)
        self._app_connection = self._connect(peer[0] if peer else "")
        super().connection_made(transport)

    def log_refusal(self, status: int, reason: str) -> None:
        """Say that a request was refused before the app was asked."""
        self._app_connection.log_refusal(status, reason)

    def data_received(self, data: bytes) -> None:
        """What the client sent."""
        if (
            not self._in_request
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
        ):
            action = read_action(data)
            if action is not None:
                if self._run(*action):
                    return
            elif len(data) <= self._longest:
                page = read_page(data, self._limits.header_count)
                if page is not None and self._load(*page):
                    return
        # A response that waits may be for the request before this one.
        self._batch.write_out()
        super().data_received(data)

    def eof_received(self) -> None:
        """The client sends nothing more, and the connection is closed."""
        self._batch.write_out()

    def shutdown(self) -> None:
        """The server stops: close the connection, if nothing runs on it.

        One that has just begun is about to bring a request, which nobody else can answer.
        """
        self._batch.write_out()
        if self.cycle is None and not self._was_used and not self._is_ending:
            self._is_ending = True
            self.loop.call_later(FIRST_REQUEST, self.shutdown)
        elif not self.transport.is_closing():
            super().shutdown()

    def on_headers_complete(self) -> None:
        """The way that the request takes: to the app, or to the response that is being made."""
        if self._response is not None:
            self.app, own = _app(self._response), self.app
            self._response = None
            try:
                super().on_headers_complete()
            finally:
                self.app = own
        elif self.url == b"/_sse":
            extensions: dict[str, Any] = {}
            self.scope["extensions"] = extensions
            super().on_headers_complete()
            # The task that serves it has not begun.
            extensions[WRITER] = ChunkWriter(self.cycle, self._batch)
        else:
            super().on_headers_complete()

    def _should_upgrade(self) -> bool:
        """Whether the request is one for a tab's WebSocket; there are no others."""
        return (
            self._get_upgrade() == b"websocket"
            and self.url.partition(b"?")[0] == PATH.encode()
            and self._app_connection.sockets is not None
        )

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the WebSocket's own protocol."""
        sockets = self._app_connection.sockets
        if sockets is None:
            return
        scope: Any = self.scope
        scope["path"] = PATH
        self._in_head = self._in_request = False
        self._batch.write_out()
        try:
            upgrade(sockets, scope, self.transport, self.connections, self._batch)
        except RequestError as error:
            self._refuse(error.status, str(error))
        else:
            self._stop_awaiting()
            self.connections.discard(self)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless it was used since the timer began.

        One timer serves all actions: an idle connection is closed after twice the time at most.
        """
        self.timeout_keep_alive_task = None
        if self._was_used:
            self._keep_alive()
        else:
            self._batch.write_out()
            super().timeout_keep_alive_handler()

    def _keep_alive(self) -> None:
        self._was_used = False
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _run(self, id: str, headers: Headers, body: bytes) -> bool:
        """Run an action; False if uvicorn has to go on with its request."""
        try:
            # As in a task of its own, what it sets in its context is gone afterwards.
            run_action = self._app_connection.run_action
            response = copy_context().run(run_action, id, headers, body)
        except Exception as error:
            response = _fail(error)
        if response is not DONE:
            self._response = response
            return False
        return self._answer(self._heads.done(self.server_state.default_headers))

    def _load(self, path: str, query: str, headers: Headers) -> bool:
        """Serve a page; False if uvicorn has to go on with its request."""
        try:
            load_page = self._app_connection.load_page
            response = copy_context().run(load_page, path, query, headers)
        except Exception as error:
            response = _fail(error)
        if not isinstance(response, PageResponse) or response.status != HTTPStatus.OK:
            self._response = response
            return False
        return self._answer(self._heads.page(self.server_state.default_headers, response))

    def _answer(self, response: bytes) -> bool:
        """Write a response that is there."""
        if self.transport.is_closing():
            return True
        self._batch.write(self.transport, response)
        self.server_state.total_requests += 1
        if self._awaited is not None:
            self._stop_awaiting()
        if self.timeout_keep_alive_task is None:
            self._keep_alive()
        else:
            self._was_used = True
        return True


def _app(response: MaybeAwaitable[PageResponse | ShortResponse]) -> Any:
    """An ASGI app that gives this response."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        ready: PageResponse | ShortResponse = await settled(response)
        await ready.send(send)

    return app


async def _fail(error: Exception) -> Any:
    raise error
