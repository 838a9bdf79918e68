"""When a tab ends by itself: its browser said nothing more.

A page that was served waits for its stream for the context's time to live. A tab whose stream has
broken off waits for another one for the grace period. A tab that says that it is closing, or that
a shutdown takes away, ends at once (`Tab.dispose`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .services import Services


class TabLifetime:
    """Calls `end` when a tab has waited for its browser for too long."""

    __slots__ = ("_end", "_services", "_timer")

    def __init__(self, services: Services, end: Callable[[], None]) -> None:
        self._services = services
        self._end = end
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the tab ends unless its browser comes in time."""
        return self._timer is not None

    def page_served(self) -> None:
        """The document is on its way to the browser, which is to open its stream."""
        if self._services.context_ttl >= 0:
            self._end_after(self._services.context_ttl)

    def stream_opened(self) -> None:
        """The browser is there."""
        self.stop()

    def stream_lost(self) -> None:
        """The stream has ended; the browser may come back."""
        self._end_after(self._services.resume_grace)

    def stop(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Wait no more, and refer back to the tab no more."""
        self.stop()
        self._end = _nothing

    def _end_after(self, delay: float) -> None:
        self.stop()
        self._timer = self._services.loop.call_later(delay, self._end)


def _nothing() -> None:
    pass
