"""The server-sent events of one tab: one ASGI response that stays open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context, copy_context
from typing import Any, Final, Protocol

from .._core.tasks.maybe_awaitable import MaybeAwaitable
from ..live.shared_event import SharedEvent
from .asgi import Receive, Send, until_gone
from .compression import Compression, encoding_headers
from .heartbeats import Heartbeats

WRITER: Final = "via.writer"
"""The ASGI extension under which a server offers a `Writer`."""

COMMENT: Final = b":\n\n"


class Source(Protocol):
    """Where a stream's bytes come from."""

    def has_frame(self) -> bool:
        """Whether there is something to send."""

    def frame(self) -> MaybeAwaitable[bytes]:
        """All there is to send, at its newest state; a coroutine where that has to wait.

        b"" if there is nothing.
        """


class Writer(Protocol):
    """The way past ASGI that a server may offer for the parts of one response."""

    def is_ready(self) -> bool:
        """Whether `write` may be called now: the response has begun and the browser keeps up."""

    def call(self, make: Callable[[], object], context: Context) -> None:
        """Have `make` called in this turn of the event loop, when the handlers are done."""

    def write(self, data: bytes) -> None:
        """Send one more part, behind those before it."""

    def offer(self, event: SharedEvent) -> bool:
        """As `write`, of what many connections are sent, at once; False if it is not ready."""


class Stream:
    """Sends a source's frames at the pace at which the browser reads them.

    A task does, which a wake-up resumes. Where there is a `Writer` and nothing to wait for, the
    frame is written without it.
    """

    __slots__ = (
        "_compression",
        "_context",
        "_ended",
        "_group",
        "_heartbeats",
        "_is_asleep",
        "_is_due",
        "_is_plain",
        "_loop",
        "_rest",
        "_source",
        "_spoke",
        "_task",
        "_waiter",
        "_writer",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        source: Source,
        compression: Compression,
        heartbeats: Heartbeats,
        writer: Writer | None = None,
    ) -> None:
        self._loop = loop
        self._heartbeats = heartbeats
        self._group: int | None = None
        self._source = source
        self._compression = compression
        self._is_plain = not compression.name
        self._writer = writer
        self._context = copy_context()
        self._ended = False
        self._spoke = False
        self._is_asleep = False
        """Whether all was sent, and what comes may be written at once."""
        self._is_due = False
        self._rest: Coroutine[Any, Any, bytes] | None = None
        self._waiter: asyncio.Future[bool] | None = None
        self._task: asyncio.Task[Any] | None = None

    def wake(self) -> None:
        """The source has something to send; at the end of the loop's turn it is sent."""
        if self._writer is None:
            self._resume(False)
        elif self._is_asleep and not self._is_due:
            self._is_due = True
            self._writer.call(self._write, self._context)

    def end(self) -> None:
        """End the response after the frame that is being sent."""
        self._ended = True
        self._resume(False)

    def abort(self) -> None:
        """End the response now, though the browser may not have read all of it."""
        self._ended = True
        if self._task is not None:
            self._task.cancel()

    def beat(self) -> None:
        """See to a heartbeat, if nothing was sent since the last call."""
        if not self._spoke and self._is_asleep and not self._is_due:
            writer = self._writer
            if writer is not None and writer.is_ready():
                writer.write(self._compression.heartbeat(COMMENT))
            else:
                self._resume(True)
        self._spoke = False

    def offer(self, event: SharedEvent) -> bool:
        """Send an event now, if the browser keeps up and no frame is due; else False."""
        writer = self._writer
        if not self._is_asleep or writer is None or self._is_due or self._ended:
            return False
        if self._is_plain:
            if not writer.offer(event):
                return False
        elif writer.is_ready():
            writer.write(self._compression.shared(event))
        else:
            return False
        self._spoke = True
        return True

    async def serve(
        self,
        receive: Receive,
        send: Send,
        http_version: str,
        cookies: Sequence[str] = (),
    ) -> None:
        """Send frames until `end` or until the browser is gone, which `receive` tells.

        `cookies` are the values of the response's `Set-Cookie`.
        """
        compression = self._compression
        self._task = asyncio.current_task()
        watcher = self._loop.create_task(self._watch(receive))
        try:
            self._group = self._heartbeats.add(self)
            await send(response_start(http_version, compression.name, cookies))
            while not self._ended:
                await self._send_all(send)
                if not self._ended and await self._silence():
                    await self._send(send, compression.heartbeat(COMMENT))
            await send({"type": "http.response.body", "body": compression.finish()})
        except asyncio.CancelledError:
            if not self._ended:
                raise
        except OSError:
            pass  # the browser is gone; some servers say so here
        finally:
            self._task = None
            watcher.cancel()
            self._let_go()

    async def _send_all(self, send: Send) -> None:
        """Send frames until there is nothing more to send."""
        source = self._source
        while not self._ended and (self._rest is not None or source.has_frame()):
            rest, self._rest = self._rest, None
            frame = rest or source.frame()
            if not isinstance(frame, bytes):
                frame = await frame
            if frame:
                await self._send(send, self._compression.frame(frame))

    async def _send(self, send: Send, part: bytes) -> None:
        if part:
            self._spoke = True
            await send({"type": "http.response.body", "body": part, "more_body": True})

    def _let_go(self) -> None:
        self._is_asleep = False
        self._compression.finish()
        if self._rest is not None:
            self._rest.close()
        if self._group is not None:
            self._heartbeats.remove(self, self._group)

    def _write(self) -> None:
        """Send a frame while nothing is sent; or go on in a coroutine, where it has to wait."""
        self._is_due = False
        writer = self._writer
        if not self._is_asleep or writer is None:
            return
        if self._ended or not writer.is_ready():
            self._resume(False)
            return
        try:
            frame = self._source.frame()
            if not isinstance(frame, bytes):
                self._rest = frame
                self._resume(False)
            elif frame:
                writer.write(self._compression.frame(frame))
                self._spoke = True
        except Exception as error:
            self._fail(error)

    async def _silence(self) -> bool:
        """Wait to be woken; True if the time for a heartbeat came first."""
        self._waiter = self._loop.create_future()
        self._is_asleep = True
        try:
            return await self._waiter
        finally:
            self._is_asleep = False
            self._waiter = None

    def _resume(self, heartbeat: bool) -> None:
        """Go on, with a heartbeat or with what there is to send, if nothing is being sent."""
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            self._is_asleep = False
            waiter.set_result(heartbeat)

    def _fail(self, error: Exception) -> None:
        """End with an error, which whoever serves is to hear of."""
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            self._is_asleep = False
            waiter.set_exception(error)

    async def _watch(self, receive: Receive) -> None:
        await until_gone(receive)
        self.end()


def response_start(http_version: str, encoding: str, cookies: Sequence[str]) -> dict[str, Any]:
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-cache"),
        (b"x-accel-buffering", b"no"),
    ]
    if http_version == "1.1":
        headers.append((b"connection", b"keep-alive"))
    headers += encoding_headers(encoding)
    headers += [(b"set-cookie", cookie.encode("latin-1")) for cookie in cookies]
    return {"type": "http.response.start", "status": 200, "headers": headers}
