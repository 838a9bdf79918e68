"""Ends open streams when the server is told to stop.

ASGI servers wait for open responses before they tell the app to shut down; a stream of events
would keep them waiting forever.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class ShutdownSignals:
    """Calls `on_signal` when the process is asked to end, before the server's own handler."""

    def __init__(self, on_signal: Callable[[], None]) -> None:
        self._on_signal = on_signal
        self._previous: dict[signal.Signals, Any] = {}

    def watch(self) -> None:
        """Begin; has no effect outside the main thread, which alone gets signals."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            previous = signal.getsignal(number)
            if callable(previous):
                self._previous[number] = previous
                signal.signal(number, self._handle)

    def restore(self) -> None:
        """Put the server's own handlers back."""
        for number, previous in self._previous.items():
            if signal.getsignal(number) == self._handle:
                signal.signal(number, previous)
        self._previous.clear()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._on_signal()
        self._previous[signal.Signals(number)](number, frame)
