"""What a changed view costs: bytes on the wire and time to them, every node of it made anew.

The time is that of the comparison alone: making the nodes is a render's cost, which the peers have
as well. They are compared with writing all of the same view, which is what a server without
diffing does before the first byte is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import htpy
import pytest

from via import h
from via._core.diff import _differ_py
from via._core.diff.analysis import traits
from via._core.diff.differ import ViewDiffer
from via._core.html import _factories_py, to_bytes
from via.examples.chat import Message, line

ROWS = 1000


def table(
    changed: int = -1,
    rows: int = ROWS,
    ids: bool = True,
    make: Any = h,
    order: list[int] | None = None,
) -> Any:
    Tr, Td, Text = make.Tr, make.Td, make.Text
    return make.Div(
        make.ID("via-view"),
        make.Table(
            make.TBody(
                [
                    Tr(
                        make.ID(f"row-{n}") if ids else None,
                        make.Class("row"),
                        Td(Text(n)),
                        Td(Text(f"name {n}")),
                        Td(Text("changed" if n == changed else f"a < b & {n}")),
                        Td(Text(f"{n / 8:.2f}")),
                    )
                    for n in order or range(rows)
                ]
            )
        ),
    )


class Pure:
    """As much of `via.h` as the table needs, of the pure-Python twin."""

    Text = staticmethod(_factories_py.text)
    Div, Table, TBody, Tr, Td = (
        staticmethod(_factories_py.element_factory(tag, tag, ""))
        for tag in ("div", "table", "tbody", "tr", "td")
    )
    ID, Class = (
        staticmethod(_factories_py.attribute_factory(name, name, "")) for name in ("id", "class")
    )


def with_htpy() -> bytes:
    return str(
        htpy.div(id="via-view")[
            htpy.table[
                htpy.tbody[
                    (
                        htpy.tr(id=f"row-{n}", class_="row")[
                            htpy.td[n],
                            htpy.td[f"name {n}"],
                            htpy.td[f"a < b & {n}"],
                            htpy.td[f"{n / 8:.2f}"],
                        ]
                        for n in range(ROWS)
                    )
                ]
            ]
        ]
    ).encode()


def chat(lines: int) -> h.Element:
    log = [
        h.Li(h.B(f"user {n % 7}"), ": ", f"message number {n} of the chat") for n in range(lines)
    ]
    return h.Div(h.ID("via-view"), h.Ul(h.ID("log"), log))


def messages(count: int) -> h.Element:
    """A chat in the lines of `via.examples.chat`."""
    sent = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
    log = [line(Message(f"Amber Badger {n % 7}", f"line {n}", sent)) for n in range(count)]
    return h.Div(h.ID("via-view"), h.Ol(h.ID("messages"), log))


def widgets(count: int) -> h.Element:
    cards = [
        h.Div(
            h.Class("card"),
            h.H2(f"Widget {n}"),
            h.P("Count: ", h.Span(count if n == 50 else 0)),
            h.Button(h.Data("on:click", "@post('/_action/abcdef0123456789')"), "+1"),
        )
        for n in range(100)
    ]
    return h.Div(h.ID("via-view"), cards)


BYTES: dict[str, list[Callable[[], Any]]] = {
    "one cell of 1,000 rows with ids": [table, lambda: table(499), lambda: table(500)],
    "one cell of 1,000 rows without ids": [
        lambda: table(ids=False),
        lambda: table(500, ids=False),
        lambda: table(ids=False),
    ],
    "one line more in a chat of 200": [lambda: chat(200), lambda: chat(201)],
    "one line more in the example's chat of 200": [lambda: messages(200), lambda: messages(201)],
    "one counter of 100 widgets": [lambda: widgets(0), lambda: widgets(1), lambda: widgets(2)],
}


@pytest.mark.parametrize("case", BYTES)
def test_bytes_of_a_change(benchmark: Any, case: str) -> None:
    """The last change sends at most a hundredth (a bare line: a fiftieth) of the view."""
    first, *rest, last = BYTES[case]

    def prepared() -> tuple[tuple[ViewDiffer, Any], dict[str, Any]]:
        differ = ViewDiffer("via-v-")
        differ.whole(first())
        for view in rest:
            differ.update(view())
        return (differ, last()), {}

    patches = benchmark.pedantic(
        lambda differ, view: differ.update(view), setup=prepared, rounds=20
    )
    whole = len(to_bytes(first()))
    benchmark.extra_info |= {"bytes": len(patches), "whole": whole, "part": len(patches) / whole}
    assert len(patches) <= whole / (50 if "a chat" in case else 100)


IN_ORDER = list(range(ROWS))
ORDERS: dict[str, list[int]] = {
    "two rows swapped": [*IN_ORDER[:10], 900, *IN_ORDER[11:900], 10, *IN_ORDER[901:]],
    "the first row to the end": [*IN_ORDER[1:], 0],
    "the order reversed": IN_ORDER[::-1],
    "shuffled": Random(1).sample(IN_ORDER, ROWS),
}


@pytest.mark.parametrize("way", ["moved", "made anew"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.benchmark(group="diff: 1,000 rows with ids change places")
def test_rows_change_places(benchmark: Any, order: str, way: str) -> None:
    """Made anew is what Datastar's own client is sent, and all that could be sent before."""

    def prepared() -> tuple[tuple[ViewDiffer, Any], dict[str, Any]]:
        differ = ViewDiffer("via-v-", moves=way == "moved")
        first = table()
        traits(first)  # they are known from a tab's second update on
        differ.whole(first)
        return (differ, table(order=ORDERS[order])), {}

    patches = benchmark.pedantic(
        lambda differ, view: differ.update(view), setup=prepared, rounds=30
    )
    benchmark.extra_info |= {"bytes": len(patches)}


CHANGES: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "nothing changed": (table, {}),
    "one cell changed": (table, {"changed": 500}),
    "one row more": (table, {"rows": ROWS + 1}),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("variant", ["compiled", "pure"])
@pytest.mark.benchmark(group="diff: a table of 1,000 rows, all of its nodes new")
def test_time_of_a_change(benchmark: Any, variant: str, change: str) -> None:
    make = h if variant == "compiled" else Pure
    kind = ViewDiffer if variant == "compiled" else _differ_py.ViewDiffer

    def prepared() -> tuple[tuple[ViewDiffer, Any], dict[str, Any]]:
        differ = kind("via-v-")
        # The second view of a tab: the first one's nodes are known.
        differ.whole(table(0, make=make))
        differ.update(table(make=make))
        return (differ, table(**CHANGES[change][1], make=make)), {}

    benchmark.pedantic(lambda differ, view: differ.update(view), setup=prepared, rounds=30)


@pytest.mark.benchmark(group="diff: a table of 1,000 rows, all of its nodes new")
def test_time_of_the_whole_view(benchmark: Any) -> None:
    benchmark.pedantic(to_bytes, setup=lambda: ((table(),), {}), rounds=30)


@pytest.mark.benchmark(group="diff: a table of 1,000 rows, all of its nodes new")
def test_time_of_the_whole_view_nodes_included(benchmark: Any) -> None:
    benchmark(lambda: to_bytes(table()))


@pytest.mark.benchmark(group="diff: a table of 1,000 rows, all of its nodes new")
def test_time_of_the_whole_view_by_htpy(benchmark: Any) -> None:
    benchmark(with_htpy)
