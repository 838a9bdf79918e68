"""The tabs of a running app, and how many there may be."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from math import ceil
from typing import TYPE_CHECKING, Final

from ..page.rate_limit import RateLimitConfig, TokenBucket
from .burst_memory import BurstMemory
from .request_error import RequestError
from .shared_parts import SharedParts

if TYPE_CHECKING:
    from ..options import Limits
    from .tab import Tab


GRACE: Final = 10
"""Seconds that running actions and requests have to end when the app is stopped."""

_STEP: Final = 0.1
"""Seconds between two of the groups in which tabs are sent elsewhere."""


class _Visitor:
    """A browser: its tabs, and what counts the actions of all of them."""

    __slots__ = ("bucket", "tabs")

    def __init__(self, bucket: TokenBucket | None) -> None:
        self.bucket = bucket
        self.tabs: list[Tab] = []


class TabRegistry:
    """Every tab that lives, by its id.

    Pages that were served wait for their streams. Where there are too many of them, the one that
    has waited longest is dropped: its stream, if it comes after all, has the page built anew.
    """

    def __init__(
        self, limits: Limits, visitor_rate_limit: RateLimitConfig, memory: BurstMemory
    ) -> None:
        self.tabs: dict[str, Tab] = {}
        self.parts = SharedParts()
        self._limits = limits
        self._visitor_rate_limit = visitor_rate_limit
        self._visitors: dict[str, _Visitor] = {}
        self._waiting: OrderedDict[Tab, int] = OrderedDict()
        self._waiting_bytes = 0
        self._memory = memory
        self._drained: asyncio.Future[None] | None = None
        self.leaving = False
        """Whether new tabs are to go elsewhere; those that are here go on until `closing`."""
        self.closing = False

    def make_room(self, browser: str) -> None:
        """See that the browser may open another tab. Raises RequestError if it may not."""
        visitor, limits = self._visitors.get(browser), self._limits
        if visitor is not None and len(visitor.tabs) >= limits.visitor_tabs:
            waiting = next((tab for tab in visitor.tabs if tab in self._waiting), None)
            if waiting is None:
                raise RequestError(429, "this browser has too many tabs", retry_after=10)
            waiting.dispose()
        if len(self.tabs) >= limits.tabs:
            if not self._waiting:
                raise RequestError(503, "too many pages are open", retry_after=10)
            self._drop_waiting()

    def add(self, tab: Tab) -> None:
        """Hold a tab until it ends."""
        visitor = self._visitors.get(tab.browser)
        if visitor is None:
            visitor = _Visitor(self._visitor_rate_limit.bucket())
            self._visitors[tab.browser] = visitor
        visitor.tabs.append(tab)
        if visitor.bucket is not None:
            tab.buckets += (visitor.bucket,)
        self.tabs[tab.id] = tab

    def page_served(self, tab: Tab, size: int) -> None:
        """A document of `size` bytes is on its way; the tab waits for its stream."""
        if tab.closed:
            return  # it ended while its page was made
        self._waiting[tab] = size
        self._waiting_bytes += size
        limits = self._limits
        while len(self._waiting) > 1 and (
            len(self._waiting) > limits.waiting_pages or self._waiting_bytes > limits.waiting_bytes
        ):
            self._drop_waiting()

    def stream_opened(self, tab: Tab) -> None:
        """The tab waits no more."""
        self._waiting_bytes -= self._waiting.pop(tab, 0)

    def remove(self, tab: Tab) -> None:
        """Forget a tab."""
        if self.tabs.pop(tab.id, None) is not None:
            self.stream_opened(tab)
            visitor = self._visitors[tab.browser]
            visitor.tabs.remove(tab)
            if not visitor.tabs:
                del self._visitors[tab.browser]
            self._memory.tab_ended(len(self.tabs))
            self._look_whether_drained()

    def session_began(self, tab: Tab) -> None:
        """The tab's browser has a session: its tabs without one are to come back with it."""
        visitor = self._visitors.get(tab.browser)
        for other in [] if visitor is None else list(visitor.tabs):
            if other is not tab and not other.cookies.session.token():
                other.dispose()

    async def move(self, seconds: float) -> None:
        """Take no new tabs, and end those that are here over so many seconds, one after another.

        The others go on meanwhile. Their browsers find them elsewhere, built anew.
        """
        self.leaving = True
        tabs = list(self.tabs.values())
        at_once = ceil(len(tabs) * _STEP / seconds) if seconds > _STEP else len(tabs)
        for begin in range(0, len(tabs), at_once or 1):
            for tab in tabs[begin : begin + at_once]:
                tab.dispose_when_idle()
            if at_once < len(tabs):
                await asyncio.sleep(_STEP)

    async def drain(self) -> None:
        """Let the actions that were accepted end, each tab with its last one, and refuse new ones.

        Returns when every tab has ended, at the latest after `GRACE` seconds.
        """
        if self._drained is None:
            self.leaving = self.closing = True
            loop = asyncio.get_running_loop()
            self._drained = loop.create_future()
            end = loop.call_later(GRACE, self.close)
            self._drained.add_done_callback(lambda _: end.cancel())
            for tab in list(self.tabs.values()):
                tab.dispose_when_idle()
            self._look_whether_drained()
        await asyncio.shield(self._drained)

    def close(self) -> None:
        """End every tab, and with it its stream; new ones are refused."""
        self.leaving = self.closing = True
        for tab in list(self.tabs.values()):
            tab.dispose()
        self.parts.close()
        self._memory.close()

    def _look_whether_drained(self) -> None:
        if self._drained is not None and not self.tabs and not self._drained.done():
            self._drained.set_result(None)

    def _drop_waiting(self) -> None:
        next(iter(self._waiting)).dispose()
