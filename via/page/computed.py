"""Computed signals: values that the server derives at each sync."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from .. import h
from .signals import Signal


class Derived(Signal):
    """The signal of a computed value: the browser reads it and cannot set it."""

    __slots__ = ()

    _is_received = False


class Computed:
    """A value that a function derives; made by `Context.computed`.

    The function runs at each sync and at each read, so that a value follows from the signals as
    they are now. The browser hears of it only when it has changed.
    """

    __slots__ = ("_compute", "_signal")

    def __init__(self, signal: Signal, compute: Callable[[], Any]) -> None:
        self._signal = signal
        self._compute = compute

    def id(self) -> str:
        """The signal's name in the browser; expressions read it as `$` and this name."""
        return self._signal.id()

    def text(self) -> h.Element:
        """A `span` that always shows the value."""
        refresh(self)
        return self._signal.text()

    def string(self) -> str:
        """The value as text."""
        refresh(self)
        return self._signal.string()

    def int(self) -> builtins.int:
        """The value as a whole number; 0 where it is not a number."""
        refresh(self)
        return self._signal.int()

    def bool(self) -> builtins.bool:
        """The value as a bool."""
        refresh(self)
        return self._signal.bool()


def refresh(computed: Computed) -> None:
    """Compute the value anew; the browser hears of it if it has changed."""
    value = computed._compute()
    if value != computed._signal.value:
        computed._signal.set_value(value)
