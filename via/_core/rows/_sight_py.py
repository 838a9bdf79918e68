"""Whether a value is what it was: what is seen in it, and compared with what is seen later.

This file is compiled as `_sight_c`, and is its own twin.

Values are the same where they are equal and written alike, as `1`, `1.0` and `True` are not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodType,
    ModuleType,
    NoneType,
    SimpleNamespace,
)
from typing import Any, Final
from uuid import UUID

import msgspec

UNSEEN: Final = 0
"""What is in the value cannot be seen."""
SEEN: Final = 1
"""All that is in the value was seen, and may change."""
FIXED: Final = 2
"""All that is in the value was seen, and cannot change."""

_DEEPEST: Final = 4
_MOST_HELD: Final = 64
_MOST_TYPES: Final = 1000

_LEAVES: Final = frozenset(
    {NoneType, bool, int, str, bytes, float, complex, Decimal}
    | {date, datetime, time, timedelta, UUID, type, ModuleType, BuiltinFunctionType}
)
"""Types whose values hold nothing."""
_EXACT: Final = frozenset({NoneType, bool, int, str, bytes})
"""Those of them whose equal values are written alike."""
_FIXED_HOLDERS: Final = frozenset({tuple, frozenset})

_HEAP_TYPE: Final = 1 << 9

Kind = Any
"""A type; compiled code would take those of other metaclasses for none."""

Hold = Callable[[Any], Sequence[Any]]
"""The values that a value holds."""

_holds: dict[Kind, Hold | None] = {}
_stand_ins: dict[Kind, Callable[[Any], Any]] = {}


def see_as(kind: Any, look: Callable[[Any], Any]) -> None:
    """Have `look(value)` stand for the values of a type, and of those derived from it."""
    _stand_ins[kind] = look
    _holds.clear()


class Sight:
    """What was seen in a value that holds others."""

    __slots__ = ("kind", "parts")

    def __init__(self, kind: Kind, parts: list[Any]) -> None:
        self.kind = kind
        self.parts = parts


def look(value: Any, depth: int = _DEEPEST) -> tuple[Any, int]:
    """What is seen in a value, for `is_still`, and how well it is known by that."""
    kind = type(value)
    if kind in _LEAVES or issubclass(kind, Enum):
        return value, FIXED
    hold = _hold(kind)
    if hold is None or depth == 0:
        return value, UNSEEN
    held = hold(value)
    if len(held) > _MOST_HELD:
        return value, UNSEEN
    known = FIXED if _is_frozen(kind) else SEEN
    parts: list[Any] = []
    for one in held:
        seen, how = look(one, depth - 1)
        parts.append(seen)
        known = min(known, how)
    return Sight(kind, parts), known


def is_still(seen: Any, value: Any) -> bool:
    """Whether what is seen in a value is what was seen; of what cannot be seen, itself."""
    if type(seen) is not Sight:
        return is_same(seen, value)
    sight: Sight = seen
    kind = type(value)
    if kind is not sight.kind:
        return False
    parts = sight.parts
    if kind is dict:
        return _is_still_dict(parts, value)
    hold = _hold(kind)
    if hold is None:
        return False
    held = hold(value)
    if len(held) != len(parts):
        return False
    for index in range(len(parts)):  # noqa: SIM110  (compiled)
        if not is_still(parts[index], held[index]):
            return False
    return True


def _is_still_dict(parts: list[Any], value: dict[Any, Any]) -> bool:
    size = len(value)
    if len(parts) != 2 * size:
        return False
    index = 0
    for key, one in value.items():
        if not is_same(parts[index], key) or not is_still(parts[size + index], one):
            return False
        index += 1  # noqa: SIM113  (compiled)
    return True


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are one, or are leaves that are equal and written alike."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind in _EXACT:
        return bool(one == other)
    return kind in _LEAVES and bool(one == other) and repr(one) == repr(other)


def captured(function: Any, apart: object) -> list[list[Any]]:
    """The leaves of what a function captures, for each variable: see `_leaves`."""
    found: list[list[Any]] = []
    for value in _variables(function):
        leaves: list[Any] = []
        _leaves(value, leaves, apart, 2)
        found.append(leaves)
    return found


def _leaves(value: Any, found: list[Any], apart: object, depth: int) -> None:
    """Add what a variable is, or the leaves that it holds itself; `apart` is left out.

    What lies deeper is taken for other data, as a list of a page's items is.
    """
    kind = type(value)
    if value is apart:
        return
    if kind in _LEAVES:
        found.append(value)
    elif kind is FunctionType or kind is MethodType or kind is partial:
        if depth:
            for one in _variables(value):
                _leaves(one, found, apart, depth - 1)
    else:
        hold = _hold(kind)
        held = () if hold is None else hold(value)
        if hold is None or len(held) > _MOST_HELD:
            found.append(value)
            return
        found.extend([one for one in held if type(one) in _LEAVES])


def _variables(function: Any) -> list[Any]:
    """What a function captures: variables around it, globals that it names, its defaults."""
    if isinstance(function, MethodType):
        return [function.__self__, *_variables(function.__func__)]
    if isinstance(function, partial):
        return [*_variables(function.func), *function.args, *function.keywords.values()]
    if not isinstance(function, FunctionType):
        return [function]
    found = [_content(cell) for cell in function.__closure__ or ()]
    names = function.__globals__
    for name in function.__code__.co_names:
        value = names.get(name, _unknown)
        if not callable(value) and type(value) is not ModuleType:
            found.append(value)
    found += function.__defaults__ or ()
    found += (function.__kwdefaults__ or {}).values()
    return found


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not set yet
        return None


# What values hold


def _hold(kind: Kind) -> Hold | None:
    """What tells the values that those of a type hold; None if nobody can see them."""
    hold = _holds.get(kind, _unknown)
    if hold is _unknown:
        if len(_holds) >= _MOST_TYPES:
            _holds.clear()
        hold = _holds[kind] = _find_hold(kind)
    return hold


def _find_hold(kind: Kind) -> Hold | None:
    for base in kind.__mro__:
        if base in _stand_ins:
            return _of_stand_in(_stand_ins[base])
    if kind is list or kind is tuple:
        return _itself
    if kind is dict:
        return _of_dict
    if kind is set or kind is frozenset:
        return list
    if issubclass(kind, msgspec.Struct):
        return _of_fields(kind.__struct_fields__)
    if dataclasses.is_dataclass(kind):
        return _of_fields(tuple(field.name for field in dataclasses.fields(kind)))
    if issubclass(kind, tuple) and hasattr(kind, "_fields") and "__slots__" in vars(kind):
        return _itself
    if kind is SimpleNamespace:
        return _of_object
    is_plain = bool(kind.__dictoffset__) and all(
        base.__flags__ & _HEAP_TYPE and "__slots__" not in vars(base) for base in kind.__mro__[:-1]
    )
    return _of_object if is_plain and not issubclass(kind, type) else None


def _of_stand_in(stand_in: Callable[[Any], Any]) -> Hold:
    def hold(value: Any) -> Sequence[Any]:
        seen = stand_in(value)
        inner = None if type(seen) in _LEAVES else _hold(type(seen))
        return (seen,) if inner is None else inner(seen)

    return hold


def _is_frozen(kind: Kind) -> bool:
    if kind in _FIXED_HOLDERS or issubclass(kind, tuple):
        return True
    if issubclass(kind, msgspec.Struct):
        return bool(kind.__struct_config__.frozen)
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


def _itself(value: Any) -> Any:
    return value


def _unknown(value: Any) -> Sequence[Any]:
    raise NotImplementedError


def _of_dict(value: Any) -> Sequence[Any]:
    return [*value, *value.values()]


def _of_object(value: Any) -> Sequence[Any]:
    return [*value.__dict__, *value.__dict__.values()]


def _of_fields(names: tuple[str, ...]) -> Hold:
    return lambda value: [getattr(value, name, None) for name in names]
