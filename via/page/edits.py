"""Which of the values that the browser sends are new: what was edited in it, in order.

The client numbers what is changed in it, by the visitor or by expressions. With its signals it
sends, in `via_edits`, the number of each one's last edit that the server is not known to have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .signals import Signal, UnexpectedValue, receive_values

_LARGEST: Final = 2**53


def receive_edits(signals: Mapping[str, Signal], values: Mapping[str, Any], known: int) -> int:
    """Give the signals the values that were edited in the browser since the edit `known`.

    Returns the number of the newest edit. Requests of other clients, without `via_edits`, bring
    all that they have. Raises UnexpectedValue, and gives none, where a value has another type than
    its signal or `via_edits` is no object of numbers.
    """
    if "via_edits" not in values:
        receive_values(signals, values)
        return known
    edits = _edits(values)
    new = {
        name: values[name] for name, number in edits.items() if number > known and name in values
    }
    if new:
        receive_values(signals, new)
    return max(known, *edits.values()) if edits else known


def newest_edit(values: Mapping[str, Any]) -> int:
    """The number of the newest edit among the values, 0 if there is none."""
    return max(_edits(values).values(), default=0)


def _edits(values: Mapping[str, Any]) -> dict[str, int]:
    edits = values.get("via_edits", {})
    if not isinstance(edits, dict) or not all(
        type(number) is int and 0 <= number <= _LARGEST for number in edits.values()
    ):
        raise UnexpectedValue("via_edits is not an object of the numbers of edits")
    return edits
