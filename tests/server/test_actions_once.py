"""Actions run in the order in which the browser sent them, and once, also if they come again."""

from __future__ import annotations

import asyncio
import random
import threading
from functools import partial

import pytest
from support.server import wait_until

import via
from via import h
from via.live import action_order
from via.live.action_order import MOST_NUMBERS, ActionOrder
from via.live.tab import Tab


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
    assert sum(map(held.order.is_past, range(3 * MOST_NUMBERS))) == MOST_NUMBERS


def held_back(tab: Tab, count: int) -> bool:
    return tab.waiting_actions == count


def test_what_comes_early_waits_for_what_was_sent_before_it(
    ran, counter, visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 20)
    tab = visitor(counter)
    tab.visit()
    (held,) = via.app.running(counter).registry.tabs.values()
    numbers = list(range(2, 8))
    random.Random(3).shuffle(numbers)
    early = [
        threading.Thread(
            target=tab.act,
            kwargs={"s1": number, "via_edits": {"s1": number}}
            | {"via_number": number, "via_after": number - 1},
        )
        for number in numbers
    ]
    for count, thread in enumerate(early, 1):
        thread.start()
        wait_until(partial(held_back, held, count), "the action to wait")
    assert ran == []
    assert tab.act("a1", s1=1, via_edits={"s1": 1}, via_number=1).status_code == 204
    for thread in early:
        thread.join()
    assert ran == [1, 2, 3, 4, 5, 6, 7]
    assert held.waiting_actions == 0


def test_what_never_comes_is_not_waited_for_for_ever(
    ran, counter, visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 0.05)
    tab = visitor(counter)
    tab.visit()
    assert tab.act("a1", via_number=9, via_after=8).status_code == 204
    assert tab.act("a1", via_number=10, via_after=8).status_code == 204
    assert ran == [0, 0]


def test_so_many_wait_and_no_more(counter, visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 20)
    counter.config(via.Options(limits=via.Limits(waiting_actions=3)))
    tab = visitor(counter)
    tab.visit()
    (held,) = via.app.running(counter).registry.tabs.values()
    answers: list[int] = []

    def ask(number: int) -> None:
        answers.append(tab.act("a1", via_number=number, via_after=1).status_code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2, 7)]
    for thread in threads:
        thread.start()
    wait_until(lambda: answers == [429, 429], "those beyond the bound to be refused")
    assert held.waiting_actions == 3
    assert tab.act("a1", via_number=1).status_code == 204
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204, 204, 204, 429, 429]


@pytest.mark.parametrize("odd", ["x", [1], 1.5, None, {"a": 1}])
def test_an_odd_predecessor_is_none(ran, counter, visitor, odd) -> None:
    tab = visitor(counter)
    tab.visit()
    assert tab.act("a1", via_number=1, via_after=odd).status_code == 204
    assert ran == [0]


def test_what_is_late_is_run_when_it_comes(
    ran, counter, visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 0.05)
    tab = visitor(counter)
    tab.visit()
    for number, after in ((2, 1), (1, None)):
        said = {"s1": number, "via_edits": {"s1": number}}
        assert tab.act("a1", via_number=number, via_after=after, **said).status_code == 204
    assert ran == [2, 2]  # the late one brought an older edit


def test_what_comes_after_one_that_is_put_off_is_put_off_too(
    ran, counter, visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 20)
    tab = visitor(counter)
    tab.visit()
    (held,) = via.app.running(counter).registry.tabs.values()
    assert tab.act("a2", via_number=1).status_code == 204
    waiting: list[int] = []
    thread = threading.Thread(
        target=lambda: waiting.append(tab.act("a1", via_number=3, via_after=2).status_code)
    )
    thread.start()
    wait_until(lambda: held_back(held, 1), "the action to wait")
    assert tab.act("a2", via_number=2).status_code == 429
    thread.join()
    assert waiting == [429]
    assert tab.act("a1", via_number=4, via_after=2).status_code == 429
    assert ran == [-1]
    for number in (2, 3, 4):  # each waits for nothing, as what is sent again does
        assert tab.act("a1", via_number=number).status_code == 204
    assert ran == [-1, 0, 0, 0]


def test_what_is_put_off_does_not_wait_twice(
    ran, counter, visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 0.05)
    tab = visitor(counter)
    tab.visit()
    tab.act("a2", via_number=1)
    assert tab.act("a2", via_number=2).status_code == 429
    asked = [tab.act("a1", via_number=3, via_after=2).status_code for _ in range(2)]
    assert asked == [429, 204]
    assert ran == [-1, 0]


def test_a_repetition_over_the_rate_is_not_run_a_second_time(ran, counter, visitor) -> None:
    tab = visitor(counter)
    tab.visit()
    assert tab.act("a2", via_number=1).status_code == 204
    assert tab.act("a2", via_number=1).status_code == 429
    assert tab.act("a1", via_number=1).status_code == 204
    assert ran == [-1]


def test_what_comes_before_the_wait_begins_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 20)

    async def wait() -> bool:
        order = ActionOrder()
        waiting = order.wait(1, 2)  # as a coroutine that has not started
        order.take(1)
        async with asyncio.timeout(1):
            return await waiting

    assert asyncio.run(wait())
