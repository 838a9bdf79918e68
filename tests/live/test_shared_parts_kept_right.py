"""Shared parts under pressure: nothing is lost, late or out of order, and nothing stays behind."""

from __future__ import annotations

import asyncio
import gc
import re
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from support.server import Event, Listening, Visitor, wait_until

import via
from via import h
from via._core.tasks.handlers import wait
from via.app import running


class Board:
    """A part that tells a number, and pages that show it; their contexts, to be used from here."""

    def __init__(self, v: via.V, view: Callable[[], h.H] | None = None) -> None:
        self.v = v
        self.number = 0
        self.part: via.SharedContext | None = None
        self.pages: list[via.Context] = []
        self.made = 0
        self.view = view or self.told
        v.page("/", self.page)
        self.pages.clear()
        self.made = 0

    def told(self) -> h.H:
        return h.B(h.ID("board"), f"board {self.number}.")

    def set_up(self, c: via.SharedContext) -> None:
        self.part = c
        self.made += 1
        c.view(lambda: self.view())

    def page(self, c: via.Context) -> None:
        self.pages.append(c)
        shown = c.shared("board", self.set_up)
        c.view(lambda: h.Main(h.I(h.ID("page"), f"page {self.number}."), shown()))

    def call(self, function: Callable[[], Any]) -> None:
        """Call a function on the app's event loop."""
        running(self.v).services.loop.call_soon_threadsafe(function)

    def sync(self) -> None:
        assert self.part is not None
        self.part.sync()

    def set(self, number: int) -> None:
        self.number = number
        self.sync()


def numbers(stream: Listening, pattern: str = r"board (\d+)\.") -> list[int]:
    """The numbers that came, in order."""
    return [int(n) for event in stream.events for n in re.findall(pattern, text(event))]


def text(event: Event) -> str:
    return "\n".join(event.data)


def test_reloads_within_the_grace_keep_it(v: via.V, visitor: Callable[[Any], Visitor]) -> None:
    v.config(via.Options(resume_grace=0.3))
    board = Board(v)
    one = visitor(v)
    for _ in range(300):  # longer than the grace altogether, and never so long without a tab
        one.visit()
        one.close()
    assert board.made == 1


def test_changes_faster_than_its_view_are_sent_all_the_same(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    def slow() -> h.H:
        number = board.number
        wait(asyncio.sleep(0.03))
        return h.B(h.ID("board"), f"board {number}.")

    board = Board(v)
    board.view = slow
    one, late = visitor(v), visitor(v)
    one.visit()

    def tick() -> None:
        if board.number < 10_000:
            board.set(board.number + 1)
            running(v).services.loop.call_later(0.005, tick)

    with one.listen() as stream:
        board.call(tick)
        wait_until(lambda: len(numbers(stream)) > 5, "changes")
        late.visit()
        assert "board " in late.html
        board.call(board.pages[0].sync)
        wait_until(lambda: [n for n in numbers(stream, r"page (\d+)\.") if n], "the page's own")
        board.number = 10_000
        board.sync()
        stream.wait_for("board 10000.")
    assert numbers(stream) == sorted(numbers(stream))


def test_what_was_sent_by_hand_is_followed_by_what_is_newer(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    board = Board(v)
    shown: list[Callable[[], h.H]] = []

    @v.page("/by-hand")
    def page(c: via.Context) -> None:
        rendered = c.shared("board", board.set_up)
        shown.append(rendered)

        @c.action
        def go() -> None:
            c.sync()
            c.sync_elements(rendered())
            board.set(board.number + 1)

        c.view(lambda: h.Main(rendered()))

    one = visitor(v)
    one.visit("/by-hand")
    with one.listen() as stream:
        for number in (1, 2, 3):
            one.act("a1")
            stream.wait_for(f"board {number}.")
            wait_until(lambda: numbers(stream)[-1] == board.number, "the newest")


def test_an_error_in_it_leaves_the_pages_as_they_are(
    v: via.V, visitor: Callable[[Any], Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> h.H:
        raise RuntimeError("the board is broken")

    board = Board(v)
    one, late = visitor(v), visitor(v)
    one.visit()
    with one.listen() as stream:
        board.view = broken

        def change() -> None:
            board.number = 1
            board.pages[0].sync()
            board.sync()

        board.call(change)
        stream.wait_for("page 1.")
        late.visit()
        assert "board 0." in late.html
        board.view = board.told
        board.call(board.sync)
        stream.wait_for("board 1.")
    assert "the board is broken" in caplog.text


def test_who_comes_later_sees_what_no_event_brings(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    board = Board(v)
    board.view = lambda: h.Div(h.ID("x"), h.DataIgnoreMorph(), h.Text(f"board {board.number}."))
    one, late = visitor(v), visitor(v)
    one.visit()
    with one.listen():
        board.set(1)

        def sees() -> bool:
            late.visit()
            return "board 1." in late.html

        wait_until(sees, "the newest")


@pytest.mark.parametrize("loses_stream", [False, True])
def test_a_page_that_is_still_being_set_up_is_not_sent(
    v: via.V, visitor: Callable[[Any], Visitor], loses_stream: bool
) -> None:
    board = Board(v)
    state = {"text": "", "began": False}
    go_on: list[asyncio.Event] = []

    @v.page("/two")
    async def two(c: via.Context) -> None:
        shown = c.shared("board", board.set_up)
        state["text"] = "half"
        c.view(lambda: h.Main(h.P(shown()), h.Text(f"two {state['text']}.")))
        if state["began"]:
            go_on.append(asyncio.Event())
            await go_on[0].wait()
        state["text"] = "whole"

    one = visitor(v)
    one.visit()
    state["began"] = True
    with one.listen() as stream:
        board.call(lambda: board.pages[0].navigate("/two"))
        wait_until(lambda: go_on, "the page to begin")
        if not loses_stream:
            board.set(1)
            board.set(2)
            board.call(go_on[0].set)
            event = stream.wait_for("two whole.")
            assert "board 2." in text(event)
            assert not any("half" in text(event) for event in stream.events)
            board.set(3)
            stream.wait_for("board 3.")
    if loses_stream:
        with one.listen() as again:
            board.call(go_on[0].set)
            again.wait_for("two whole.")
            assert not any("half" in text(event) for event in again.events)


@pytest.mark.parametrize("kind", ["table", "template", "link"])
def test_what_is_sent_after_it_comes_after_it(
    v: via.V, visitor: Callable[[Any], Visitor], kind: str
) -> None:
    made = {
        "table": lambda: h.Table(h.ID("new"), h.TBody(h.Tr(h.Td("x")))),
        "template": lambda: h.Template(h.ID("new"), h.P("x")),
        "link": lambda: h.A(h.ID("new"), h.Href("/")),
    }
    board = Board(v)
    board.view = lambda: h.Div(board.told(), made[kind]() if board.number else None)
    one = visitor(v)
    one.visit()

    def change() -> None:
        board.set(1)
        board.pages[0].exec_script("after(1)")

    with one.listen() as stream:
        board.call(change)
        stream.wait_for("after(1)")
        order = [e for e in map(text, stream.events) if 'id="new"' in e or "after(1)" in e]
    assert 'id="new"' in order[0]


def test_what_is_sent_while_it_is_rendered_waits_for_it(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    rendering: list[asyncio.Event] = []

    def slow() -> h.H:
        number = board.number
        if number == 3:
            rendering.append(asyncio.Event())
            wait(rendering[0].wait())
        return h.B(h.ID("board"), f"board {number}.")

    board = Board(v)
    board.view = slow
    one = visitor(v)
    one.visit()
    with one.listen() as stream:
        for number in (1, 2):  # after which the tab has had nothing else for a while
            board.set(number)
            stream.wait_for(f"board {number}.")
        board.set(3)
        wait_until(lambda: rendering, "the rendering")
        board.call(lambda: board.pages[0].exec_script("after(3)"))
        board.call(rendering[0].set)
        stream.wait_for("after(3)")
        order = [e for e in map(text, stream.events) if "board 3." in e or "after(3)" in e]
    assert "board 3." in order[0]


def test_a_tab_that_does_not_show_it_waits_for_nothing(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    async def never(c: via.SharedContext) -> None:
        c.sync()
        await asyncio.Event().wait()

    @v.page("/")
    def page(c: via.Context) -> None:
        number = 0
        if c.query("part"):
            c.shared("never", never)

        @c.action
        def more() -> None:
            nonlocal number
            number += 1
            c.sync()

        c.view(lambda: h.P(f"number {number}."))

    one = visitor(v)
    one.visit("/?part=1")
    with one.listen() as stream:
        one.act("a1")
        stream.wait_for("number 1.")


def test_one_that_could_not_be_set_up_is_tried_again_by_the_same_page(
    v: via.V, visitor: Callable[[Any], Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    is_broken = True

    def board(c: via.SharedContext) -> None:
        if is_broken:
            raise RuntimeError("no database")
        c.view(lambda: h.P("fine"))

    @v.page("/")
    def page(c: via.Context) -> None:
        shown: list[Callable[[], h.H]] = []

        @c.action
        def show() -> None:
            shown[:] = [c.shared("board", board)]
            c.sync()

        c.view(lambda: h.Main([part() for part in shown]))

    one = visitor(v)
    one.visit()
    with one.listen() as stream:
        one.act("a1")
        wait_until(lambda: "no database" in caplog.text, "the error")
        is_broken = False
        one.act("a1")
        stream.wait_for("fine")


def test_what_ends_before_it_is_forgotten_by_it(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    board = Board(v)
    one = visitor(v)
    one.visit()
    part = board.part
    assert part is not None
    page = part.__pubsub__()
    before = len(page._on_close)

    def begin_and_end() -> None:
        for _ in range(50):
            part.on_interval(60, lambda: None)()
            part.subscribe("a", lambda data: None).unsubscribe()

    board.call(begin_and_end)
    done: list[int] = []
    board.call(lambda: done.append(len(page._on_close)))
    wait_until(lambda: done, "the end")
    assert done == [before]


def test_one_that_has_ended_is_gone_by_counting_alone(
    v: via.V, visitor: Callable[[Any], Visitor]
) -> None:
    v.config(via.Options(resume_grace=0.05))
    parts: list[Any] = []

    @v.page("/")
    def page(c: via.Context) -> None:
        def board(part: via.SharedContext) -> None:
            parts.append(weakref.ref(part._part))

            @part.action
            def up(caller: via.Context) -> None:
                part.sync()

            part.view(lambda: h.Button(up.on_click()))

        c.view(c.shared("board", board))

    parts.clear()
    one = visitor(v)
    one.visit()
    gc.collect()
    gc.disable()
    try:
        one.close()
        wait_until(lambda: parts[0]() is None, "the part to be gone")
    finally:
        gc.enable()
