"""What a signal's value may be: what the browser can hold and send back."""

from __future__ import annotations

from typing import Any

import pytest

from via.page.signals import Signal, SignalError

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize("number", [NAN, INFINITY, -INFINITY, 2**53 + 1, -(2**53) - 1, 10**30])
@pytest.mark.parametrize("wrap", [lambda n: n, lambda n: [1, n], lambda n: {"a": {"b": [n]}}])
def test_a_number_that_the_browser_cannot_hold_is_refused_when_it_is_set(number, wrap):
    with pytest.raises(SignalError, match="a signal"):
        Signal("s1", wrap(number), {})
    changed: dict[str, Signal] = {}
    signal = Signal("s1", wrap(1), changed)
    with pytest.raises(SignalError, match="a signal"):
        signal.set_value(wrap(number))
    assert signal.value == wrap(1)
    assert changed == {}


@pytest.mark.parametrize(
    "value",
    [
        2**53,
        -(2**53),
        1.5e300,
        0.1234567890123456789,
        "12345678901234567890",
        "null",
        ["null", "9" * 40],
        [1, None],
        {"a": None},
        {"9" * 20: 1},
    ],
)
def test_what_the_browser_can_hold_is_taken(value: Any) -> None:
    assert Signal("s1", value, {}).value == value
