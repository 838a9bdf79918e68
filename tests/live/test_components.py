"""Components: whose view is rendered when one of them syncs, and what of it is sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from support.server import Visitor

import via
from via import h


@pytest.fixture
def shop(v: via.V, visitor: Callable[..., Visitor]) -> tuple[Visitor, Counter[str]]:
    """A page with a total, a shelf with two items, and a note; counts who renders."""
    rendered: Counter[str] = Counter()

    @v.page("/")
    def page(c: via.Context) -> None:
        numbers = {"tea": 0, "cake": 0}

        def item(name: str) -> Callable[[via.Context], None]:
            def component(cc: via.Context) -> None:
                def add(sync: Callable[[], None]) -> None:
                    numbers[name] += 1
                    sync()

                more = cc.action(lambda: add(cc.sync))
                alone = cc.action(lambda: add(cc.sync_component))

                def view() -> h.H:
                    rendered[name] += 1
                    return h.B(f"{name} {numbers[name]}", more.on_click(), alone.on_focus())

                cc.view(view)

            return component

        def shelf(cc: via.Context) -> None:
            items = [cc.component(item(name)) for name in numbers]

            def view() -> h.H:
                rendered["shelf"] += 1
                label = h.Span(h.ID("shelf"), f"on the shelf {sum(numbers.values())}")
                return h.Div(label, [one() for one in items])

            cc.view(view)

        def note(cc: via.Context) -> None:
            def view() -> h.H:
                rendered["note"] += 1
                return h.P("note " * 100)

            cc.view(view)

        shown, noted = c.component(shelf), c.component(note)
        c.action(c.sync)

        def view() -> h.H:
            rendered["page"] += 1
            return h.Main(h.H1(h.ID("total"), f"total {sum(numbers.values())}"), shown(), noted())

        c.view(view)

    one = visitor(v)
    one.visit()
    rendered.clear()
    return one, rendered


TEA, TEA_ALONE, CAKE, CAKE_ALONE, PAGE = "a1", "a2", "a3", "a4", "a5"


def test_a_components_sync_renders_the_pages_view(shop: tuple[Visitor, Counter[str]]) -> None:
    one, rendered = shop
    with one.listen() as stream:
        assert one.act(TEA).status_code == 204
        change = stream.wait_for("tea 1").elements()
        stream.wait_for("total 1")
        stream.wait_for("on the shelf 1")
        assert "note" not in change
    assert rendered == {"page": 1, "shelf": 1, "tea": 1}


def test_several_that_sync_are_rendered_once(v: via.V, visitor: Any) -> None:
    rendered: Counter[str] = Counter()

    @v.page("/")
    def page(c: via.Context) -> None:
        contexts: list[via.Context] = []

        def part(cc: via.Context) -> None:
            name = f"part {len(contexts)}"
            contexts.append(cc)

            def view() -> h.H:
                rendered[name] += 1
                return h.P(f"{name}: {rendered[name]}")

            cc.view(view)

        parts = [c.component(part) for _ in range(3)]
        c.action(lambda: [cc.sync() for cc in contexts[:2] * 5])
        c.view(lambda: h.Main(*[one() for one in parts]))

    one = visitor(v)
    one.visit()
    before = rendered.copy()
    with one.listen() as stream:
        assert one.act().status_code == 204
        stream.wait_for("part 1:")
    assert rendered - before == {"part 0": 1, "part 1": 1}


def test_a_component_alone_leaves_what_is_around_it(shop: tuple[Visitor, Counter[str]]) -> None:
    one, rendered = shop
    with one.listen() as stream:
        assert one.act(TEA_ALONE).status_code == 204
        stream.wait_for("tea 1")
        assert rendered == {"tea": 1}
        assert one.act(CAKE).status_code == 204
        stream.wait_for("total 2")
        stream.wait_for("on the shelf 2")
    # Nothing that was sent alone is taken back.
    assert not any("tea 0" in "".join(event.data) for event in stream.events)
    assert rendered == {"tea": 1, "page": 1, "shelf": 1, "cake": 1}


def test_the_pages_sync_renders_everything(shop: tuple[Visitor, Counter[str]]) -> None:
    one, rendered = shop
    with one.listen() as stream:
        assert one.act(TEA).status_code == 204
        stream.wait_for("tea 1")
        rendered.clear()
        assert one.act(PAGE).status_code == 204
        assert one.act(CAKE).status_code == 204
        stream.wait_for("cake 1")
    assert rendered["note"] == 1
    assert rendered["tea"] == 1


@pytest.mark.parametrize("is_async", [False, True])
def test_a_component_may_wait_as_it_is_set_up(
    v: via.V, visitor: Callable[..., Visitor], is_async: bool
) -> None:
    v.config(via.Options(streams=[via.StreamConfig("PAST", ["past.>"])]))

    def history(c: via.Context) -> None:
        past = via.replay_history[str](c, "past.a", 5)
        c.view(lambda: h.P(f"past: {past}"))

    async def history_later(c: via.Context) -> None:
        past = await via.replay_history[str](c, "past.a", 5)
        c.view(lambda: h.P(f"past: {past}"))

    @v.page("/")
    def page(c: via.Context) -> None:
        shown = c.component(history_later if is_async else history)
        c.view(lambda: h.Main(shown()))

    one = visitor(v)
    one.visit()
    assert "past: []" in one.html


def test_a_component_that_waits_in_an_async_page_is_refused(v: via.V) -> None:
    async def later(c: via.Context) -> None:
        await asyncio.sleep(0)
        c.view(lambda: h.P("later"))

    with pytest.raises(via.PageError, match=r"component .*later waits as it is set up"):

        @v.page("/")
        async def page(c: via.Context) -> None:
            c.view(c.component(later))
