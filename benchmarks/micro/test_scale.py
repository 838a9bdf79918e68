"""One change in views of growing size: how what it takes grows with what did not change."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

import via
from via import h
from via._core.diff.differ import ViewDiffer
from via._core.html import to_bytes
from via._core.rows.each import RowMemory
from via._core.sse.events import patch_elements
from via.live.context import Context
from via.live.dry_run import DryRun
from via.live.view import PageView
from via.page.mounted_page import PageRequest

Row = tuple[int, str]


def row(item: Row) -> h.Element:
    return h.Tr(h.ID(f"row-{item[0]}"), h.Td(h.Text(item[1])))


def table(rows: Any) -> h.Element:
    return h.Div(h.ID("view"), h.Table(h.TBody(rows)))


@pytest.mark.benchmark(group="one row of a table, with h.each")
@pytest.mark.parametrize("size", [1000, 10_000, 100_000])
def test_each(benchmark: Any, size: int) -> None:
    items, steps, memory = [(n, f"name {n}") for n in range(size)], count(), RowMemory()
    differ = ViewDiffer("via-x")

    def render() -> h.Element:
        return memory.render(lambda: table(h.each(items, row)))

    differ.remember(render())

    def change() -> bytes:
        items[size // 2] = (size // 2, f"changed {next(steps)}")
        return differ.update(render())

    assert benchmark(change).count(b"changed") == 1


@pytest.mark.benchmark(group="one row of a table, sent by hand")
@pytest.mark.parametrize("size", [1000, 10_000, 100_000])
def test_by_hand(benchmark: Any, size: int) -> None:
    differ, steps = ViewDiffer("via-x"), count()
    differ.remember(table([row((n, f"name {n}")) for n in range(size)]))

    def change() -> bytes:
        node = row((500, f"changed {next(steps)}"))
        differ.adopt("row-500", node)
        return patch_elements(to_bytes(node))

    assert b"changed" in benchmark(change)


@pytest.mark.benchmark(group="one component of many")
@pytest.mark.parametrize("size", [100, 1000, 10_000])
def test_components(benchmark: Any, size: int) -> None:
    differ, steps = ViewDiffer("via-x"), count()

    def widget(number: int, text: str) -> h.Element:
        return h.Div(h.ID(f"c{number}"), h.P(h.Text(text)))

    differ.remember(h.Div(h.ID("view"), [widget(n, "first") for n in range(size)]))
    changes = benchmark(lambda: differ.part("c50", widget(50, f"changed {next(steps)}")))
    assert b"changed" in changes


@pytest.mark.benchmark(group="the innermost element of a deep tree")
@pytest.mark.parametrize("depth", [10, 100, 400])
def test_depth(benchmark: Any, depth: int) -> None:
    differ, steps = ViewDiffer("via-x"), count()

    def tree(text: str) -> h.Element:
        node = h.B(h.ID("leaf"), h.Text(text))
        for _ in range(depth):
            node = h.Div(node)
        return h.Div(h.ID("view"), node)

    differ.remember(tree("first"))
    assert b"changed" in benchmark(lambda: differ.update(tree(f"changed {next(steps)}")))


@pytest.mark.benchmark(group="one signal of many")
@pytest.mark.parametrize("size", [10, 100, 1000])
def test_signals(benchmark: Any, size: int) -> None:
    tab = DryRun(PageRequest(), None)
    page = tab.page
    c = Context(tab, PageView(tab, page))
    signals: list[via.Signal] = [c.signal(n) for n in range(size)]
    steps = count(10_000)
    page.changed.clear()

    def change() -> bytes:
        signals[5].set_value(next(steps))
        return tab.outgoing._changes(page)

    assert benchmark(change).startswith(b'{"')
