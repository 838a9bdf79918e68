"""In which order a tab's actions run, and that each runs once, whatever way they come.

The browser numbers its actions. One that is sent while another is unanswered says so, and is not
run before that one has come; one that comes again, since its answer was lost, is not run again.
Where one is put off, so are those that come after it: the browser sends them again in order.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import Final

MOST_NUMBERS: Final = 128
"""Numbers of actions that a tab remembers."""

PATIENCE: Final = 0.25
"""Seconds for which an action waits for the one before it: that may be late, and the visitor sees
what came of the newer one; or it may never come."""


class _State(Enum):
    """What is known of an action."""

    TAKEN = auto()
    """It has come, and is run once."""
    PUT_OFF = auto()
    """It has come, and is to come again."""
    MISSED = auto()
    """Nobody waits for it any more; it may come yet."""


class ActionOrder:
    """The numbers of a tab's actions."""

    __slots__ = ("_known", "_waiting")

    def __init__(self) -> None:
        self._known: dict[object, _State] = {}  # the latest, oldest first
        self._waiting: dict[object, list[asyncio.Future[bool]]] = {}

    def take(self, number: object) -> bool:
        """Whether an action has not been taken before; it has from now on."""
        if self._known.get(number) is _State.TAKEN:
            return False
        self._learn(number, _State.TAKEN)
        return True

    def put_off(self, number: object) -> None:
        """The action is not run, and is to come again; so are those that wait for it."""
        if number is not None and self._known.get(number) is not _State.TAKEN:
            self._learn(number, _State.PUT_OFF)

    def give_back(self, number: object) -> None:
        """The action was taken and could not be run: it is to come again."""
        if number is not None:
            self._learn(number, _State.PUT_OFF)

    def is_past(self, number: object) -> bool:
        """Whether what comes after this action need not wait for it."""
        return self._known.get(number) in (_State.TAKEN, _State.MISSED)

    def is_awaited(self, number: object) -> bool:
        """Whether an action waits for this one."""
        return number in self._waiting

    async def wait(self, before: object, number: object) -> bool:
        """Wait for a while until an action has come, if it has not; whether `number` may go on.

        It may not where the action before it is put off, unless it was put off itself, and has
        come again without it.
        """
        known = self._known
        if known.get(before) is _State.PUT_OFF and known.get(number) is not _State.PUT_OFF:
            return False
        if self.is_past(before):  # since the caller looked
            return True
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        waiters = self._waiting.setdefault(before, [])
        waiters.append(waiter)
        try:
            async with asyncio.timeout(PATIENCE):
                return await waiter
        except TimeoutError:
            self._learn(before, _State.MISSED)  # who waits for it too has waited long enough
            return True
        finally:
            waiters.remove(waiter)
            if not waiters and self._waiting.get(before) is waiters:
                del self._waiting[before]

    def _learn(self, number: object, state: _State) -> None:
        known = self._known
        known[number] = state
        if len(known) > MOST_NUMBERS:
            del known[next(iter(known))]
        if self._waiting:
            for waiter in self._waiting.pop(number, ()):
                if not waiter.done():
                    waiter.set_result(state is not _State.PUT_OFF)
