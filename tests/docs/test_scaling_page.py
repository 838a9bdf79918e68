"""docs/scaling.md shows what the simulation says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import scaling
from benchmarks.scaling import Visitors, need, simulate

TEXT = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text()


def test_the_page_shows_what_the_script_prints(capsys) -> None:
    scaling.main()
    for line in capsys.readouterr().out.splitlines():
        assert line in TEXT


@pytest.mark.parametrize(
    "name", ["PAGE", "CLICK", "RELAYED_CLICK", "FRAME", "BROKER_IN", "BROKER_OUT", "BROKER_ANSWER"]
)
def test_the_page_shows_the_figures_that_it_reckons_with(name: str) -> None:
    value: float = getattr(scaling, name)
    assert f"{value:g} µs" in TEXT or f"{value:.0f} µs" in TEXT


def test_what_comes_to_the_wrong_process_costs_more() -> None:
    visitors = Visitors(1_000_000)
    apart, together = need(visitors, at_home=0), need(visitors, at_home=1)
    assert apart.processes > together.processes
    assert apart.broker_messages > together.broker_messages
    assert apart.memory == together.memory


def test_a_busier_process_makes_clicks_wait_longer() -> None:
    idle = simulate(2, 100, at_home=1, seconds=2)
    busy = simulate(2, 25_000, at_home=1, seconds=2)
    assert idle.median < busy.median
    assert idle.last < busy.last
