"""A request that is relayed to another node, whose response comes back in parts."""

from __future__ import annotations

import asyncio
from typing import Final

from ..asgi import Receive, Send, until_gone
from .home import WINDOW
from .link import Link
from .messages import Credit, Cut, Gone, Part, Start

_CUT: Final = {
    "type": "http.response.start",
    "status": 503,
    "headers": [(b"retry-after", b"1"), (b"cache-control", b"no-store")],
}
"""Where the other node is gone before it began to respond."""


class EdgeResponse:
    """The response of another node to a request that came here."""

    def __init__(self, link: Link, node: str, id: int) -> None:
        self.node = node
        self._link = link
        self.id = id
        self._parts: asyncio.Queue[Start | Part | None] = asyncio.Queue()
        self._next = 0
        self._is_whole = False
        self._is_browser_gone = False

    def hear(self, message: Start | Part | Cut) -> None:
        """A part has come, or no more will; where one is missing before it, the response ends."""
        match message:
            case Start():
                self._parts.put_nowait(message)
            case Part(number=number) if number == self._next:
                self._next += 1
                self._parts.put_nowait(message)
            case _:
                self.cut()

    def cut(self) -> None:
        """The rest does not come."""
        self._parts.put_nowait(None)

    async def copy(self, receive: Receive, send: Send) -> None:
        """Send the response to the browser, until it ends or the browser is gone."""
        watcher = asyncio.ensure_future(self._watch(receive))
        sent = credited = 0
        has_started = False
        try:
            while (part := await self._parts.get()) is not None:
                if isinstance(part, Start):
                    has_started = True
                    head = {"status": part.status, "headers": part.headers}
                    await send({"type": "http.response.start"} | head)
                    continue
                body = {"type": "http.response.body", "body": part.data}
                await send(body | {"more_body": part.more_body})
                if not part.more_body:
                    self._is_whole = True
                    return
                sent += len(part.data)
                if sent - credited >= WINDOW // 4:
                    credited = sent
                    await self._link.send(self.node, Credit(self._link.node, self.id, sent))
            if not self._is_browser_gone:
                if not has_started:
                    await send(_CUT)
                await send({"type": "http.response.body"})
        except OSError:
            pass  # the browser is gone; some servers say so here
        finally:
            watcher.cancel()

    async def end(self) -> None:
        """Be done with it; the other node is told where it is not."""
        if not self._is_whole:
            await self._link.send(self.node, Gone(self._link.node, self.id))

    async def _watch(self, receive: Receive) -> None:
        await until_gone(receive)
        self._is_browser_gone = True
        self.cut()
