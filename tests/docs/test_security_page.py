"""docs/security.md says what holds: its tables are compared with the code."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from via.options import Limits, Options
from via.sessions.session import MAX_BYTES
from via.sessions.stores.memory import MemoryStore

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
UNITS = {"KiB": 1024, "MiB": 1024**2, "s": 1}


def value(text: str) -> float:
    number, _, unit = text.replace(",", "").partition(" ")
    return float(number) * UNITS.get(unit, 1)


@pytest.mark.parametrize("field", [field.name for field in fields(Limits)])
def test_every_limit_is_in_the_table_with_its_default(field: str) -> None:
    row = re.search(rf"^\| `{field}` \| ([^|]+) \| [^|]+ \| [^|]+ \|$", TEXT, re.MULTILINE)
    assert row is not None
    assert value(row[1]) == getattr(Limits(), field)


def test_every_rate_limit_is_in_the_table() -> None:
    for field in fields(Options):
        if field.name.endswith("rate_limit"):
            assert f"| `{field.name}` |" in TEXT


def test_the_bounds_of_sessions_are_those_of_the_table() -> None:
    assert "| a session | 256 KiB |" in TEXT
    assert MAX_BYTES == 256 * 1024
    assert "| `via.MemoryStore(max_entries=…)` | 100,000 |" in TEXT
    assert MemoryStore()._max_entries == 100_000


def test_the_tests_that_show_the_promises_are_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", TEXT)
    assert len(named) > 20
    for name in named:
        assert (ROOT / name).is_file(), name
