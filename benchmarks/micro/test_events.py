"""Framing one event: some 2 KB of HTML in lines, and a patch of signals, against datastar-py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from datastar_py import ServerSentEventGenerator

from via._core.sse import _events_py
from via._core.sse.events import patch_elements, patch_signals

TEXT = "\n".join(f'<li id="item-{n}" class="item">item number {n}</li>' for n in range(44))
HTML = TEXT.encode()
SIGNALS_TEXT = '{"count":42,"name":"Ada","items":[1,2,3],"busy":false,"error":null}'
SIGNALS = SIGNALS_TEXT.encode()

OFTEN = {"rounds": 200, "iterations": 100, "warmup_rounds": 5}
"""What takes no longer than a look at the clock is done a hundred times between two."""

ELEMENTS: dict[str, Callable[[], bytes]] = {
    "via": lambda: patch_elements(HTML, selector="#list", mode="inner"),
    "via_in_pure_python": lambda: _events_py.patch_elements(HTML, selector="#list", mode="inner"),
    # A str becomes bytes before it is sent; via's core makes bytes from the start.
    "datastar_py": lambda: ServerSentEventGenerator.patch_elements(
        TEXT, selector="#list", mode="inner"
    ).encode(),
}
SIGNAL_EVENTS: dict[str, Callable[[], bytes]] = {
    "via": lambda: patch_signals(SIGNALS),
    "via_in_pure_python": lambda: _events_py.patch_signals(SIGNALS),
    "datastar_py": lambda: ServerSentEventGenerator.patch_signals(SIGNALS_TEXT).encode(),
}


@pytest.mark.benchmark(group="elements, 2 KB in 44 lines")
@pytest.mark.parametrize("way", ELEMENTS)
def test_elements(benchmark: Any, way: str) -> None:
    event = benchmark.pedantic(ELEMENTS[way], **OFTEN)
    assert event == ELEMENTS["datastar_py"]()


@pytest.mark.benchmark(group="signals")
@pytest.mark.parametrize("way", SIGNAL_EVENTS)
def test_signals(benchmark: Any, way: str) -> None:
    event = benchmark.pedantic(SIGNAL_EVENTS[way], **OFTEN)
    assert event == SIGNAL_EVENTS["datastar_py"]()
