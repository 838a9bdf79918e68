"""uvicorn's protocol with two short cuts: for actions, and for the frames of streams.

Requests are parsed by httptools, and all others run as uvicorn runs them. An action whose request
came in one piece is run at once, without an ASGI cycle and a task; where its answer is not there at
once, or is more than 204, uvicorn takes over. The stream is a response of uvicorn's, given a
`Writer` under which its frames go past ASGI.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .answers import DONE, NO_STORE, Answer
from .stream import WRITER, Receive, Send
from .visitors import Headers

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

Act = Callable[[str, Headers, bytes], "Answer | Coroutine[Any, Any, Answer] | None"]
"""Runs the action of an id; None to have the request take the ordinary way."""

_ACTION: Final = re.compile(rb"/_action/([A-Za-z0-9]+)")


class ChunkWriter:
    """Writes the parts of one response that uvicorn has begun."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

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

    def write(self, data: bytes) -> None:
        """Send a part."""
        self._cycle.transport.write(b"%x\r\n%b\r\n" % (len(data), data))


class ActionHead:
    """The answer to an action that was done, with uvicorn's headers of the moment."""

    def __init__(self) -> None:
        self._defaults: list[tuple[bytes, bytes]] | None = None
        self._head = b""

    def bytes(self, defaults: list[tuple[bytes, bytes]]) -> bytes:
        """The whole response. uvicorn makes a new list of defaults each second."""
        if defaults is not self._defaults:
            self._defaults = defaults
            fields = b"".join(b"%b: %b\r\n" % field for field in (*defaults, NO_STORE))
            self._head = b"HTTP/1.1 %d No Content\r\n%b\r\n" % (DONE.status, fields)
        return self._head


class Protocol(HttpToolsProtocol):
    """One connection. `act` runs actions; `head` is shared by all connections of a server."""

    def __init__(self, act: Act, head: ActionHead, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._act = act
        self._head = head
        self._action: str | None = None
        self._body = b""

    def data_received(self, data: bytes) -> None:
        """What the client sent."""
        super().data_received(data)
        if self._action is not None and not self.transport.is_closing():
            self._run_ordinarily(self.app)  # the rest is still to come

    def on_message_begin(self) -> None:
        """A request begins; it may be behind an action in the same read."""
        self._unset_keepalive_if_required()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Decide on the way that the request takes."""
        if self.url.startswith(b"/_action/") and self._is_plain_post():
            match = _ACTION.fullmatch(self.url)
            if match:
                self._action = match[1].decode()
                return
        if not self.url.startswith(b"/_sse?"):
            super().on_headers_complete()
            return
        extensions: dict[str, Any] = {}
        self.scope["extensions"] = extensions
        super().on_headers_complete()
        # The task that serves it has not begun.
        extensions[WRITER] = ChunkWriter(self.cycle)

    def on_body(self, body: bytes) -> None:
        """A part of the request's body."""
        if self._action is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        """The request is here; if it is a plain action, run it."""
        if self._action is None:
            super().on_message_complete()
            return
        answer: Answer | Coroutine[Any, Any, Answer] | None
        try:
            # As in a task of its own, what it sets in its context is gone afterwards.
            answer = copy_context().run(self._act, self._action, self.headers, self._body)
        except Exception as error:
            answer = _fail(error)
        if answer is DONE and not self.transport.is_closing():
            self._action, self._body = None, b""
            self.transport.write(self._head.bytes(self.server_state.default_headers))
            self.server_state.total_requests += 1
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            return
        self._run_ordinarily(self.app if answer is None else _app(answer))
        super().on_message_complete()

    def _is_plain_post(self) -> bool:
        """Whether the request may be answered at once, and the connection stays open."""
        return (
            (self.cycle is None or self.cycle.response_complete)
            and self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and not self.expect_100_continue
        )

    def _run_ordinarily(self, app: Any) -> None:
        """Have uvicorn run the request that is being read, with this app."""
        body = self._body
        self._action, self._body = None, b""
        self.app, own = app, self.app
        try:
            super().on_headers_complete()
        finally:
            self.app = own
        if body:
            super().on_body(body)


def _app(answer: Answer | Coroutine[Any, Any, Answer]) -> Any:
    """An ASGI app that gives this answer."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        settled = answer if isinstance(answer, Answer) else await answer
        await settled.send(send)

    return app


async def _fail(error: Exception) -> Answer:
    raise error
