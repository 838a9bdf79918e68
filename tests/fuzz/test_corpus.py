"""The inputs that fuzzing kept, and some new ones from them; `tools/fuzz.py` goes on for longer."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from .mutate import mutated
from .targets import SEEDS, TARGETS

CORPUS = Path(__file__).parent / "corpus"


def inputs(target: str) -> list[bytes]:
    """The seeds and what was kept, one input in hexadecimal a line."""
    file = CORPUS / f"{target}.txt"
    kept = file.read_text().split() if file.exists() else []
    return SEEDS[target] + [bytes.fromhex(line) for line in kept]


@pytest.mark.parametrize("target", TARGETS)
def test_every_input_of_the_corpus_is_taken_or_refused(target: str) -> None:
    for data in inputs(target):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_so_are_some_new_ones(target: str) -> None:
    chance, pool = random.Random(1), inputs(target)
    for _ in range(300):
        TARGETS[target](mutated(pool, chance))
