"""Signals: values that the server and the browser share."""

from __future__ import annotations

import builtins
import math
import re
from collections.abc import Mapping, MutableMapping
from operator import attrgetter
from typing import Any, Final, TypeVar

import msgspec

from .. import h
from .._core.rows.each import see_as
from ..errors import ViaError

_LARGEST_INT: Final = 2**53
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_LONG_NUMBER: Final = re.compile(rb"[0-9]{16}")
_INT64: Final = range(-(2**63), 2**63)
_Number = TypeVar("_Number", int, float)
_TRUE: Final = frozenset({"true", "1", "yes", "on"})

_BOOL: Final = (frozenset({bool}), "true or false")
_KINDS: Final[Mapping[int, tuple[frozenset[type], str]]] = {
    ord('"'): (frozenset({str}), "a text"),
    ord("t"): _BOOL,
    ord("f"): _BOOL,
    ord("["): (frozenset({list}), "a list"),
    ord("{"): (frozenset({dict}), "an object"),
}
"""Which types the browser may send for a value that is written so in JSON."""

# What is typed in the field of a number need not be one (yet).
_NUMBER: Final = (frozenset({int, float, str}), "a number or a text")

Changed = MutableMapping[str, "Signal"]
"""The signals that the next patch brings to the browser, by id."""


class SignalError(ViaError, ValueError):
    """A value cannot be a signal's, or cannot be read as the type that was asked for."""


class UnexpectedValue(ViaError):
    """The browser sent a value of another type than a signal's."""


def is_json(value: Any) -> bool:
    """Whether a value can be sent to the browser."""
    try:
        msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _kind(value: Any) -> tuple[frozenset[type], str]:
    """Which types the browser may send for this value. Raises SignalError if it is not JSON."""
    if value is None:
        raise SignalError("a signal cannot be None: a null deletes it in the browser; use '' or 0")
    try:
        encoded = msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError, msgspec.MsgspecError) as error:
        raise SignalError(
            f"a signal's value must be JSON, not {type(value).__name__}: {error}"
        ) from None
    if b"null" in encoded or _LONG_NUMBER.search(encoded):
        _check_numbers(value)
    return _KINDS.get(encoded[0], _NUMBER)


def _check_numbers(value: Any) -> None:
    """Raise SignalError for numbers in a value that do not come through the browser."""
    if isinstance(value, float) and not math.isfinite(value):
        raise SignalError(f"a signal cannot be or hold {value}: JSON has no such number")
    if isinstance(value, int) and abs(value) > _LARGEST_INT:
        raise SignalError(
            f"a signal cannot be or hold {value}: the browser keeps whole numbers up to 2**53; "
            "use a text"
        )
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            _check_numbers(item)


class Signal:
    """One value, held by the server and the browser; made by `Context.signal`.

    The browser's value arrives with every action. A value set on the server travels with the
    next `Context.sync` or `Context.sync_signals`.
    """

    __slots__ = ("_bound", "_changed", "_err", "_id", "_kind", "_made", "_value")

    _is_received = True

    def __init__(self, id: str, value: Any, changed: Changed) -> None:
        self._id = id
        self._kind = self._made = _kind(value)
        self._value = value
        self._changed = changed
        self._err: SignalError | None = None
        self._bound = False

    def id(self) -> str:
        """The signal's name in the browser; expressions read it as `$` and this name."""
        return self._id

    def err(self) -> SignalError | None:
        """Why the last typed read failed, or None."""
        return self._err

    @property
    def value(self) -> Any:
        """The value as it is: str, int, float, bool, list or dict."""
        return self._value

    def bind(self) -> h.Attribute:
        """The attribute that ties an input to this signal, both ways."""
        self._bound = True
        return h.Data("bind", self._id)

    def text(self) -> h.Element:
        """A `span` that always shows the signal's value."""
        return h.Span(h.Data("text", f"${self._id}"), h.Text(self.string()))

    def set_value(self, value: Any) -> None:
        """Set the value; the next sync sends it. Raises SignalError if it is None or not JSON."""
        kind = _kind(value)
        if kind is not self._kind:
            # What the browser sends until it has heard of this is of the type before.
            types, words = self._made
            self._kind = kind if kind is self._made else (types | kind[0], f"{words} or {kind[1]}")
        self._value = value
        self._err = None
        self._changed[self._id] = self

    def string(self) -> str:
        """The value as text: `true`/`false` for a bool, JSON for a list or a dict."""
        value = self._value
        if isinstance(value, str):
            return value
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return msgspec.json.encode(value).decode()

    def bool(self) -> builtins.bool:
        """Whether the value's text is "true", "1", "yes" or "on", in upper or lower case."""
        return self.string().strip().lower() in _TRUE

    def int(self) -> builtins.int:
        """The value as a whole number; 0 where it is none (see `err`)."""
        return self._number(int, 0)

    def int64(self) -> builtins.int:
        """As `int`; 0 where the number does not fit 64 bits (see `err`)."""
        number = self._number(int, 0)
        if number in _INT64:
            return number
        self._err = SignalError(f"signal {self._id}: {number} does not fit 64 bits")
        return 0

    def float(self) -> builtins.float:
        """The value as a number; 0.0 where it is not one (see `err`)."""
        return self._number(float, 0.0)

    def bytes(self) -> builtins.bytes:
        """The text of the value in UTF-8."""
        return self.string().encode(errors="replace")

    def _number(self, kind: type[_Number], zero: _Number) -> _Number:
        value = self._value
        self._err = None
        try:
            if kind is int:
                text = self.string().strip()
                if not _WHOLE.fullmatch(text):
                    raise ValueError
                return kind(text)
            return kind(value)
        except (TypeError, ValueError, OverflowError):
            self._err = SignalError(
                f"signal {self._id}: {value!r} is not a {'whole ' * (kind is int)}number"
            )
            return zero

    def _receive(self, value: Any) -> None:
        self._value = value
        self._err = None


see_as(Signal, attrgetter("_value"))  # in the rows of lists


def receive_values(signals: Mapping[str, Signal], values: Mapping[str, Any]) -> None:
    """Give the signals the values that the browser sent; those of no signal are left out.

    Raises UnexpectedValue, and gives none, where one has another type than its signal.
    """
    received = []
    for name, value in values.items():
        signal = signals.get(name)
        if signal is None or value is None or not signal._is_received:
            continue
        if type(value) not in signal._kind[0]:
            raise UnexpectedValue(
                f"the signal {name} takes {signal._kind[1]}, not {type(value).__name__}"
            )
        received.append((signal, value))
    for signal, value in received:
        signal._receive(value)


def matching_values(signals: Mapping[str, Signal], values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that their signals may receive."""
    return {
        name: value
        for name, value in values.items()
        if (signal := signals.get(name)) is not None and type(value) in signal._kind[0]
    }


def is_bound(signal: Signal) -> bool:
    """Whether an input of the page shows the signal, so that the visitor may be typing in it."""
    return signal._bound
