"""The server-sent events of one tab: one ASGI response that stays open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Protocol

from .compression import choose

HEARTBEAT: Final = 20.0
"""Seconds between two looks at whether a comment line must show that the stream lives: it is
silent for twice as long at most."""

_COMMENT: Final = b":\n\n"

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Source(Protocol):
    """Where a stream's bytes come from."""

    def has_frame(self) -> bool:
        """Whether there is something to send."""

    async def frame(self) -> bytes:
        """All there is to send, at its newest state."""


class Stream:
    """Sends a source's frames at the pace at which the browser reads them."""

    __slots__ = ("_ended", "_loop", "_spoke", "_task", "_timer", "_waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ended = False
        self._spoke = False
        self._waiter: asyncio.Future[bool] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[Any] | None = None

    def wake(self) -> None:
        """The source has something to send."""
        self._resume(False)

    def end(self) -> None:
        """End the response after the frame that is being sent."""
        self._ended = True
        self._resume(False)

    def abort(self) -> None:
        """End the response now, though the browser may not have read all of it."""
        self._ended = True
        if self._task is not None:
            self._task.cancel()

    async def serve(
        self,
        source: Source,
        receive: Receive,
        send: Send,
        http_version: str,
        accepted: str = "",
        cookie: str | None = None,
    ) -> None:
        """Send frames until `end` or until the browser is gone.

        `accepted` is the request's `Accept-Encoding`; `cookie` is for the response's `Set-Cookie`.
        """
        compression = choose(accepted)
        self._task = asyncio.current_task()
        watcher = self._loop.create_task(self._watch(receive))
        try:
            self._timer = self._loop.call_later(HEARTBEAT, self._beat)
            await send(_start(http_version, compression.name, cookie))
            while not self._ended:
                if source.has_frame():
                    frame = await source.frame()
                    if frame:
                        frame = compression.frame(frame)
                elif await self._silence():
                    frame = compression.heartbeat(_COMMENT)
                else:
                    continue
                if frame:
                    self._spoke = True
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": compression.finish()})
        except asyncio.CancelledError:
            if not self._ended:
                raise
        except OSError:
            pass  # the browser is gone; some servers say so here
        finally:
            self._task = None
            compression.finish()
            watcher.cancel()
            if self._timer is not None:
                self._timer.cancel()

    async def _silence(self) -> bool:
        """Wait to be woken; True if the time for a heartbeat came first."""
        self._waiter = self._loop.create_future()
        try:
            return await self._waiter
        finally:
            self._waiter = None

    def _beat(self) -> None:
        """One timer serves all frames: it sees to a heartbeat only if none came since the last."""
        if not self._spoke:
            self._resume(True)
        self._spoke = False
        self._timer = self._loop.call_later(HEARTBEAT, self._beat)

    def _resume(self, heartbeat: bool) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(heartbeat)

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.end()


def _start(http_version: str, encoding: str, cookie: str | None) -> dict[str, Any]:
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-cache"),
        (b"x-accel-buffering", b"no"),
    ]
    if http_version == "1.1":
        headers.append((b"connection", b"keep-alive"))
    if encoding:
        headers += [(b"content-encoding", encoding.encode()), (b"vary", b"accept-encoding")]
    if cookie is not None:
        headers.append((b"set-cookie", cookie.encode("latin-1")))
    return {"type": "http.response.start", "status": 200, "headers": headers}
