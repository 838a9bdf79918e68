"""In which order a tab's actions run, and that each runs once, whatever way they come.

The browser numbers its actions. One that is sent while another is unanswered says so, and is not
run before that one has come; one that comes again, since its answer was lost, is not run again.
"""

from __future__ import annotations

import asyncio
from typing import Final

MOST_NUMBERS: Final = 128
"""Numbers of actions that a tab remembers."""

PATIENCE: Final = 0.25
"""Seconds for which an action waits for the one before it: that may be late, and the visitor sees
what came of the newer one; or it may never come."""


class ActionOrder:
    """The numbers of a tab's actions."""

    __slots__ = ("_came", "_waiting")

    def __init__(self) -> None:
        self._came: dict[object, None] = {}  # the latest, oldest first
        self._waiting: dict[object, list[asyncio.Future[None]]] = {}

    def is_new(self, number: object) -> bool:
        """Whether an action's number has not come before; it has from now on."""
        came = self._came
        if number in came:
            return False
        came[number] = None
        if len(came) > MOST_NUMBERS:
            del came[next(iter(came))]
        if self._waiting:
            for waiter in self._waiting.pop(number, ()):
                if not waiter.done():
                    waiter.set_result(None)
        return True

    def forget(self, number: object) -> None:
        """The action was not run, and is to come again."""
        self._came.pop(number, None)

    def has_come(self, number: object) -> bool:
        """Whether an action has come."""
        return number in self._came

    def is_awaited(self, number: object) -> bool:
        """Whether an action waits for this one."""
        return number in self._waiting

    async def wait(self, number: object) -> None:
        """Wait until an action has come, for a while."""
        waiter = asyncio.get_running_loop().create_future()
        waiters = self._waiting.setdefault(number, [])
        waiters.append(waiter)
        try:
            async with asyncio.timeout(PATIENCE):
                await waiter
        except TimeoutError:
            self.is_new(number)  # who waits for it too has waited long enough
        finally:
            waiters.remove(waiter)
            if not waiters:
                self._waiting.pop(number, None)
