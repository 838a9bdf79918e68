"""Gives the memory of a burst of tabs back to the operating system.

Python frees an ended tab's memory at once, but keeps small free blocks for later, of which some lie
in every page of it. A full collection gives them up. It takes long where much is alive, so it is
run where few tabs are left of many.
"""

from __future__ import annotations

import asyncio
import gc
from typing import Final

_MANY: Final = 200
_FEW: Final = 32
_DELAY: Final = 1.0
"""Seconds between the end of the last of them and the collection."""


class BurstMemory:
    """Is told of each tab that ends."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ended = 0
        self._timer: asyncio.TimerHandle | None = None

    def tab_ended(self, left: int) -> None:
        """A tab has ended, and so many are left."""
        self._ended += 1
        if self._ended >= _MANY and left <= _FEW:
            self.close()
            self._timer = self._loop.call_later(_DELAY, self._give_back)

    def close(self) -> None:
        """Give nothing back from now on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_back(self) -> None:
        self._timer = None
        self._ended = 0
        gc.collect()
