"""The stream of a tab's WebSocket: it goes on without a task while there is nothing to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..asgi import Send
from ..compression import Plain
from ..heartbeats import Heartbeats
from ..sse_stream import COMMENT, Source, Stream, Writer, response_start

_PLAIN: Final = Plain()


class SocketStream(Stream):
    """Sends a source's frames over a WebSocket, which compresses them itself.

    What has to be waited for is in a task of its own, so that an idle tab has none. `on_end` is
    called once, with the error if there was one.
    """

    __slots__ = ("_on_end", "_send_part")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        source: Source,
        heartbeats: Heartbeats,
        writer: Writer | None,
        send: Send,
        on_end: Callable[[Exception | None], object],
    ) -> None:
        super().__init__(loop, source, _PLAIN, heartbeats, writer)
        self._send_part = send
        self._on_end: Callable[[Exception | None], object] | None = on_end

    async def begin(self, cookies: Sequence[str]) -> None:
        """Say that the stream is there, and send what there is to send."""
        self._task = asyncio.current_task()
        self._group = self._heartbeats.add(self)
        await self._work(response_start("1.1", "", cookies))

    def abort(self) -> None:
        """End it now, though the browser may not have read all of it."""
        self._ended = True
        if self._task is None:
            self._resume(False)
        else:
            # After its first step: a task that never began would tell nobody that it ended.
            self._loop.call_soon(self._task.cancel)

    async def _work(self, message: dict[str, Any] | None) -> None:
        error: Exception | None = None
        try:
            if message is not None:
                await self._send_part(message)
            await self._send_all(self._send_part)
        except asyncio.CancelledError:
            self._ended = True
        except Exception as failure:
            self._ended, error = True, failure
        self._task = None
        if self._ended:
            self._finish(error)
        else:
            self._is_asleep = True

    def _resume(self, heartbeat: bool) -> None:
        if self._is_asleep:
            self._is_asleep = False
            part = {"type": "http.response.body", "body": COMMENT, "more_body": True}
            self._task = self._loop.create_task(self._work(part if heartbeat else None))

    def _fail(self, error: Exception) -> None:
        self._ended = True
        self._finish(error)

    def _finish(self, error: Exception | None) -> None:
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            self._let_go()
            on_end(error)
