"""Heartbeats: what shows that a silent stream lives, by one timer for all streams."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

HEARTBEAT: Final = 20.0
"""Seconds between two looks at whether a comment line must show that a stream lives: it is silent
for twice as long at most."""

_GROUPS: Final = 20


class Beating(Protocol):
    """A stream that is looked at."""

    def beat(self) -> None:
        """See to a heartbeat, if nothing was sent since the last call."""


class Heartbeats:
    """Looks at each stream every `HEARTBEAT` seconds, at a part of them at a time."""

    __slots__ = ("_groups", "_loop", "_now", "_period", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, period: float = HEARTBEAT) -> None:
        self._loop = loop
        self._period = period
        self._groups: list[dict[Beating, None]] = [{} for _ in range(_GROUPS)]
        self._now = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, stream: Beating) -> int:
        """Look at the stream from now on; the group that it is in."""
        # The one that was looked at last.
        self._groups[self._now][stream] = None
        if self._timer is None:
            self._schedule()
        return self._now

    def remove(self, stream: Beating, group: int) -> None:
        """Look at the stream no more. Safe to call twice."""
        self._groups[group].pop(stream, None)

    def _schedule(self) -> None:
        self._timer = self._loop.call_later(self._period / _GROUPS, self._beat)

    def _beat(self) -> None:
        self._timer = None
        self._now = (self._now + 1) % _GROUPS
        for stream in list(self._groups[self._now]):
            stream.beat()
        if any(self._groups):
            self._schedule()
