"""Log lines that may come in floods: few of each kind are written, the rest are counted."""

from __future__ import annotations

import logging
import time
from typing import Final

PERIOD: Final = 1.0
"""Seconds between two lines of one kind."""

_KINDS: Final = 1000


class ThrottledLog:
    """Writes at most one line of a kind in each `PERIOD`, and says how many it left out."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._last: dict[str, tuple[float, int]] = {}

    def warn(self, kind: str, message: str) -> None:
        """Log the message, unless one of its kind was just logged."""
        now = time.monotonic()
        last, left_out = self._last.get(kind, (-PERIOD, 0))
        if now - last < PERIOD:
            self._last[kind] = (last, left_out + 1)
            return
        if len(self._last) >= _KINDS:
            self._last.clear()
        self._last[kind] = (now, 0)
        more = f" (and {left_out} more like it)" if left_out else ""
        self._logger.warning("%s%s", message, more)
