"""When a tab ends by itself: its browser said nothing more.

A page that was served waits for its stream for the context's time to live. A tab whose stream has
broken off waits for another one for the grace period. Actions that it accepted may end first, for
some seconds more. A tab that says that it is closing, or that a shutdown takes away, ends at once
(`Tab.dispose`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .services import Services


ACTION_GRACE: Final = 10.0
"""Seconds for which actions that were accepted may keep a tab whose browser does not come back."""


class TabLifetime:
    """Calls `end` when a tab has waited for its browser for too long.

    `is_busy` tells whether actions that it accepted still run.
    """

    __slots__ = ("_end", "_is_busy", "_services", "_timer")

    def __init__(
        self, services: Services, end: Callable[[], None], is_busy: Callable[[], bool]
    ) -> None:
        self._services = services
        self._end = end
        self._is_busy = is_busy
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
        self._end = _no_end
        self._is_busy = _never

    def _end_after(self, delay: float) -> None:
        self.stop()
        self._timer = self._services.loop.call_later(delay, self._over)

    def _over(self) -> None:
        if self._is_busy():
            self._timer = self._services.loop.call_later(ACTION_GRACE, self._end)
        else:
            self._end()


def _never() -> bool:
    return False


def _no_end() -> None:
    pass
