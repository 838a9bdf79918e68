"""The nodes on which something of this one depends: whether they are still there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from .link import Link

LOOK_INTERVAL: Final = 1.0
"""Seconds between two looks at whether a node is there."""

MISSES: Final = 2
"""Looks in a row, each of up to `ANSWER_TIMEOUT`, that a silent node may leave unanswered."""


class Peers:
    """Looks after nodes as long as they are held; `on_gone` is told of one that is gone."""

    def __init__(self, link: Link, on_gone: Callable[[str], object]) -> None:
        self._link = link
        self._on_gone = on_gone
        self._held: dict[str, int] = {}
        self._watches: dict[str, asyncio.Task[None]] = {}

    def hold(self, node: str) -> None:
        """Watch a node, until it is let go as often as it was held."""
        self._held[node] = self._held.get(node, 0) + 1
        if node not in self._watches:
            self._watches[node] = asyncio.ensure_future(self._watch(node))

    def let_go(self, node: str) -> None:
        """Be done with what a node was held for."""
        self._held[node] -= 1
        if not self._held[node]:
            del self._held[node]
            if (watch := self._watches.pop(node, None)) is not None:
                watch.cancel()

    def close(self) -> None:
        """Watch no more."""
        for watch in self._watches.values():
            watch.cancel()
        self._watches.clear()

    async def _watch(self, node: str) -> None:
        missed = 0
        while missed < MISSES:
            await asyncio.sleep(LOOK_INTERVAL)
            is_there = await self._link.is_there(node)
            if is_there is None:
                missed += 1
            else:
                missed = 0 if is_there else MISSES
        self._watches.pop(node, None)
        self._on_gone(node)
