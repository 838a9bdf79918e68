"""Coroutines that nobody awaited: Python merely warns of them, on stderr; here they are errors."""

from __future__ import annotations

import linecache
import logging
import warnings
from typing import Any


class UnawaitedLog:
    """Logs what should have been awaited and was not, with the line of code where it got lost.

    It is told by Python's warnings, so long as it is open; other warnings go where they went.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._show_others = warnings.showwarning
        self._show = self._show_warning
        warnings.showwarning = self._show

    def close(self) -> None:
        """Let Python warn as it did."""
        if warnings.showwarning == self._show:
            warnings.showwarning = self._show_others

    def _show_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        *rest: Any,
        **options: Any,
    ) -> None:
        if not (issubclass(category, RuntimeWarning) and "was never awaited" in str(message)):
            self._show_others(message, category, filename, lineno, *rest, **options)
            return
        line = linecache.getline(filename, lineno).strip()
        self._logger.error(
            "%s, so what it should do is not done: await it in an `async def` handler (%s:%d: %s)",
            str(message).partition("\n")[0],
            filename,
            lineno,
            line,
        )
