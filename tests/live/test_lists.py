"""Lists in a page: each visitor's tab keeps its own rows, and shows what its items are."""

from __future__ import annotations

import pytest

import via
from via import h


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def shop(made: list[str]) -> via.V:
    v = via.new()
    v.config(via.Options(pubsub=via.MemoryPubSub()))
    prices = {"apple": 1, "pear": 2, "plum": 3}

    @v.page("/")
    def page(c: via.Context) -> None:
        unit = c.signal("€")

        @c.action
        def raise_pear() -> None:
            prices["pear"] += 1
            c.sync()

        @c.action
        def in_dollars() -> None:
            unit.set_value("$")
            c.sync()

        def row(item: tuple[str, int]) -> h.H:
            made.append(item[0])
            return h.Li(h.ID(item[0]), h.Text(f"{item[0]}: {unit.string()}{item[1]}"))

        c.view(
            lambda: h.Main(
                h.Button(raise_pear.on_click()),
                h.Button(in_dollars.on_click()),
                h.Ul(h.each(prices.items(), row, key=lambda item: item[0])),
            )
        )

    return v


def test_a_row_is_made_again_where_its_item_changed(made, shop, visitor) -> None:
    tab = visitor(shop)
    tab.visit()
    assert "pear: €2" in tab.html
    with tab.listen() as stream:
        made.clear()
        tab.act("a1")
        stream.wait_for("pear: €3")
        assert made == ["pear"]


def test_all_rows_are_made_again_where_a_signal_changed(made, shop, visitor) -> None:
    tab = visitor(shop)
    tab.visit()
    with tab.listen() as stream:
        made.clear()
        tab.act("a2")
        for text in ("apple: $1", "pear: $2", "plum: $3"):
            stream.wait_for(text)
        assert sorted(made) == ["apple", "pear", "plum"]


def test_each_tab_has_rows_of_its_own(made, shop, visitor) -> None:
    one, other = visitor(shop), visitor(shop)
    one.visit()
    other.visit()
    with one.listen() as stream:
        one.act("a2")
        stream.wait_for("pear: $2")
    with other.listen() as stream:
        made.clear()
        other.act("a1")
        stream.wait_for("pear: €3")
        assert made == ["pear"]
