"""What a tab's stream has to send: views coalesce, events keep their order and are bounded."""

import asyncio
from typing import Any

import pytest

from via._core.sse.send_queue import MAX_BYTES, MAX_EVENTS


class View:
    """A view that counts how often it was rendered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.times = 0
        self.error: BaseException | None = None
        self.waits = False

    def patch(self) -> Any:
        self.times += 1
        if self.waits:
            return self.later()
        if self.error is not None:
            raise self.error
        return f"{self.name}{self.times} ".encode()

    async def later(self) -> bytes:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return f"{self.name}{self.times} late ".encode()

    def __eq__(self, other: object) -> bool:
        raise AssertionError("views are compared by identity")

    __hash__ = None  # type: ignore[assignment]


class Box:
    """An send_queue of one variant, and what it told."""

    def __init__(self, module: Any) -> None:
        self.elements: list[Any] = []
        self.errors: list[tuple[str, str]] = []
        self.box = module.SendQueue(
            self.elements.append, lambda view, error: self.errors.append((view.name, str(error)))
        )

    def drain(self, *events: bytes) -> bytes:
        taken = self.box.drain(list(events))
        return taken if isinstance(taken, bytes) else asyncio.run(taken)


@pytest.fixture
def box(send_queue: Any) -> Box:
    return Box(send_queue)


def test_what_is_taken_is_gone(box) -> None:
    assert not box.box
    assert box.drain() == b""
    box.box.add_event(b"one ")
    box.box.add_event(b"two ")
    assert box.box
    assert box.drain(b"zero ") == b"zero one two "
    assert not box.box
    assert box.drain(b"only ") == b"only "


def test_a_view_that_waits_is_not_queued_twice(box) -> None:
    a, b = View("a"), View("b")
    for view in (a, b, a, b, a):
        box.box.add_view(view)
    assert box.drain() == b"a1 b1 "
    box.box.add_view(a)
    assert box.drain() == b"a2 "


def test_views_and_events_keep_their_order(box) -> None:
    a = View("a")
    box.box.add_event(b"before ")
    box.box.add_view(a)
    box.box.add_event(b"after ")
    box.box.add_view(a)
    assert box.drain() == b"before a1 after "


def test_a_view_comes_again_behind_elements_that_may_be_newer(box) -> None:
    a = View("a")
    box.box.add_view(a)
    box.box.add_event(b"elements ", ["node"])
    box.box.add_view(a)
    assert box.elements == []
    assert box.drain() == b"a1 elements a2 "
    assert box.elements == [["node"]]


def test_what_a_view_raises_is_reported_and_the_rest_is_sent(box) -> None:
    a, b, late = View("a"), View("b"), View("late")
    a.error, late.error, late.waits = ValueError("at once"), ValueError("later"), True
    for view in (a, late, b):
        box.box.add_view(view)
    assert box.drain() == b"b1 "
    assert box.errors == [("a", "at once"), ("late", "later")]


def test_a_view_that_lets_a_cancellation_pass_is_reported_like_any_error(box) -> None:
    late, b = View("late"), View("b")
    late.error, late.waits = asyncio.CancelledError("not mine"), True
    for view in (late, b):
        box.box.add_view(view)
    assert box.drain() == b"b1 "
    assert box.errors == [("late", "not mine")]


def test_a_stream_that_is_cancelled_while_a_view_waits_ends(box) -> None:
    forever = View("forever")
    forever.later = asyncio.Event().wait  # type: ignore[assignment, method-assign]
    forever.waits = True
    box.box.add_view(forever)

    async def scenario() -> None:
        task = asyncio.create_task(box.box.drain([]))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert box.errors == []


def test_views_that_wait_are_waited_for_in_order(box) -> None:
    a, b, c = View("a"), View("b"), View("c")
    a.waits = c.waits = True
    for view in (a, b, c):
        box.box.add_view(view)
    box.box.add_event(b"event ")
    assert box.drain(b"first ") == b"first a1 late b1 c1 late event "
    assert box.errors == []


def test_what_is_queued_while_it_is_taken_waits_for_the_next_time(box) -> None:
    class Again(View):
        def patch(self) -> bytes:
            box.box.add_view(self)
            return b"again "

    box.box.add_view(Again("x"))
    assert box.drain() == b"again "
    assert box.box
    assert box.drain() == b"again "


def test_renderings_can_be_dropped(box) -> None:
    a = View("a")
    box.box.add_view(a)
    box.box.add_event(b"event ")
    box.box.add_event(b"elements ", ["node"])
    box.box.drop_views()
    assert box.drain() == b"event elements "
    assert a.times == 0
    box.box.add_view(a)
    assert box.drain() == b"a1 "


@pytest.mark.parametrize(
    ("events", "size"), [(MAX_EVENTS, 1), (4, MAX_BYTES // 4)], ids=["many", "large"]
)
def test_events_are_bounded(box, events, size) -> None:
    for _ in range(events):
        box.box.add_event(b"x" * size)
    assert not box.box.overflown
    box.box.add_event(b"one too many")
    assert box.box.overflown
    box.box.clear()
    assert not box.box.overflown
    assert box.drain() == b""
