"""Intervals: handlers that the clock calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from .._core.tasks import handlers
from ..errors import ConfigError, seconds
from .mounted_page import MountedPage, Phase

Enqueue = Callable[[Callable[[], Any]], bool]
"""Runs a job in a tab's queue; False if that is full."""


class Interval:
    """Calls a handler every `period` seconds through a tab's queue, from `start` to `stop`.

    Ticks keep to the period from the start, so that they do not drift. Those that fall due while a
    slow tick waits or runs, or while the queue is full, are left out. Use it on the event loop.
    """

    __slots__ = ("_due", "_enqueue", "_loop", "_pending", "_period", "_timer", "handler")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        period: float,
        handler: Callable[[], Any],
        enqueue: Enqueue,
    ) -> None:
        self.handler = handler
        self._loop = loop
        self._period = period
        self._enqueue = enqueue
        self._pending = False
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Call the handler one period from now, and so on."""
        self._due = self._loop.time()
        self._schedule()

    def stop(self) -> None:
        """Call the handler no more. Safe to call twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def __call__(self) -> None:
        """Run one tick, unless the interval was stopped while it waited for its turn."""
        try:
            if self._timer is not None:
                await handlers.run(self.handler)
        finally:
            self._pending = False

    def _schedule(self) -> None:
        late = max(0.0, self._loop.time() - self._due)
        self._due += (late // self._period + 1) * self._period
        self._timer = self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        self._schedule()
        if not self._pending:
            self._pending = True
            if not self._enqueue(self):
                self._pending = False


def interval_seconds(period: float | timedelta) -> float:
    """The period of an interval in seconds. Raises ConfigError unless it is positive."""
    duration = seconds(period)
    if duration <= 0:
        raise ConfigError(f"c.on_interval needs a positive period, not {period!r}")
    return duration


def start_interval(
    loop: asyncio.AbstractEventLoop,
    page: MountedPage,
    period: float,
    handler: Callable[[], Any],
    call: Callable[[Callable[[], object]], object],
) -> Callable[[], None]:
    """Start an interval that ends with the page; returns `stop`.

    `call` calls a function on the event loop, from any thread.
    """
    interval = Interval(loop, period, handler, page.enqueue)

    def start() -> None:
        if page.phase is not Phase.CLOSED:
            interval.start()
            page.on_close(interval.stop)

    def stop() -> None:
        interval.stop()
        page.off_close(interval.stop)

    call(start)

    def stop_there() -> None:
        call(stop)

    return stop_there
