"""An action that is asked for again, since its answer was lost, is run once."""

from __future__ import annotations

import random

import pytest

import via
from via import h
from via.live.tab import MOST_NUMBERS


@pytest.fixture
def ran() -> list[int]:
    return []


@pytest.fixture
def counter(ran: list[int]) -> via.V:
    v = via.new()
    v.config(via.Options(pubsub=via.MemoryPubSub(), action_rate_limit=via.RateLimitConfig(-1, 1)))

    @v.page("/")
    def page(c: via.Context) -> None:
        which = c.signal(0)

        @c.action
        def add() -> None:
            ran.append(which.int())

        @c.action(via.with_rate_limit(0.001, 1))
        def seldom() -> None:
            ran.append(-1)

        @c.action
        def fail() -> None:
            ran.append(-2)
            raise ValueError("on purpose")

        c.view(
            lambda: h.Main(
                h.Input(which.bind()), *(h.Button(one.on_click()) for one in (add, seldom, fail))
            )
        )

    return v


def test_the_same_number_is_run_once(ran, counter, visitor) -> None:
    tab = visitor(counter)
    tab.visit()
    assert [tab.act("a1", via_number=7).status_code for _ in range(3)] == [204] * 3
    assert ran == [0]
    assert tab.act("a1", via_number=8).status_code == 204
    assert ran == [0, 0]


def test_any_order_and_any_repetition_runs_each_once(ran, counter, visitor) -> None:
    tab = visitor(counter)
    tab.visit()
    asked = [number for number in range(MOST_NUMBERS) for _ in range(2)]
    random.Random(5).shuffle(asked)
    for number in asked:
        assert tab.act("a1", via_number=number).status_code == 204
    assert len(ran) == MOST_NUMBERS


def test_without_a_number_each_is_run(ran, counter, visitor) -> None:
    tab = visitor(counter)
    tab.visit()
    for odd in (None, "x", [1], 1.5):
        for _ in range(2):
            assert tab.act("a1", via_number=odd).status_code == 204
    assert len(ran) == 8


def test_what_was_refused_is_run_when_it_comes_again(ran, counter, visitor) -> None:
    tab = visitor(counter)
    tab.visit()
    assert tab.act("a2", via_number=1).status_code == 204
    assert tab.act("a2", via_number=2).status_code == 429
    assert tab.act("a1", via_number=2).status_code == 204
    assert ran == [-1, 0]


def test_what_failed_is_not_run_again(ran, counter, visitor) -> None:
    tab = visitor(counter)
    tab.visit()
    assert tab.act("a3", via_number=1).status_code == 500
    assert tab.act("a3", via_number=1).status_code == 204
    assert ran == [-2]


def test_numbers_that_are_remembered_are_bounded(counter, visitor) -> None:
    tab = visitor(counter)
    tab.visit()
    for number in range(3 * MOST_NUMBERS):
        tab.act("a1", via_number=number)
    (held,) = via.app.running(counter).registry.tabs.values()
    assert len(held.numbers) == MOST_NUMBERS
