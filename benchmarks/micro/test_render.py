"""Writing a table of 1,000 rows: nodes made and rendered, against the peers at their best.

A row has an id, a class and four cells, one of which must be escaped. The floor is a string built
by hand with markupsafe's escape, the least that any Python code could do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import htpy
import jinja2
import pytest
from markupsafe import escape
from selectolax.lexbor import LexborHTMLParser

from via import h
from via._core.html import _construct_py as _build_py
from via._core.html import _factories_py, to_bytes

ROWS = [(i, f"name {i}", f"a < b & {i}", f"{i / 8:.2f}") for i in range(1000)]

TEMPLATE = jinja2.Environment(autoescape=True).from_string(
    "<table><tbody>{% for n, name, note, price in rows %}"
    '<tr id="row-{{ n }}" class="row"><td>{{ n }}</td><td>{{ name }}</td><td>{{ note }}</td>'
    "<td>{{ price }}</td></tr>{% endfor %}</tbody></table>"
)


def via_nodes() -> h.Element:
    Tr, Td, ID, Class, Text = h.Tr, h.Td, h.ID, h.Class, h.Text
    return h.Table(
        h.TBody(
            [
                Tr(
                    ID(f"row-{n}"),
                    Class("row"),
                    Td(Text(n)),
                    Td(Text(name)),
                    Td(Text(note)),
                    Td(Text(price)),
                )
                for n, name, note, price in ROWS
            ]
        )
    )


def with_via() -> bytes:
    return to_bytes(via_nodes())


PY_TABLE, PY_TBODY, PY_TR, PY_TD = (
    _factories_py.element_factory(tag, tag.title(), "") for tag in ("table", "tbody", "tr", "td")
)
PY_ID, PY_CLASS = (_factories_py.attribute_factory(name, name, "") for name in ("id", "class"))


def with_via_in_pure_python() -> bytes:
    text = _factories_py.text
    return _build_py.to_bytes(
        PY_TABLE(
            PY_TBODY(
                [
                    PY_TR(
                        PY_ID(f"row-{n}"),
                        PY_CLASS("row"),
                        PY_TD(text(n)),
                        PY_TD(text(name)),
                        PY_TD(text(note)),
                        PY_TD(text(price)),
                    )
                    for n, name, note, price in ROWS
                ]
            )
        )
    )


def with_jinja2() -> bytes:
    return TEMPLATE.render(rows=ROWS).encode()


def with_htpy() -> bytes:
    tr, td = htpy.tr, htpy.td
    return str(
        htpy.table[
            htpy.tbody[
                (
                    tr(id=f"row-{n}", class_="row")[td[n], td[name], td[note], td[price]]
                    for n, name, note, price in ROWS
                )
            ]
        ]
    ).encode()


def with_markupsafe() -> bytes:
    parts = ["<table><tbody>"]
    parts += [
        f'<tr id="row-{escape(n)}" class="row"><td>{escape(n)}</td><td>{escape(name)}</td>'
        f"<td>{escape(note)}</td><td>{escape(price)}</td></tr>"
        for n, name, note, price in ROWS
    ]
    parts.append("</tbody></table>")
    return "".join(parts).encode()


def dom(markup: bytes) -> str | None:
    return LexborHTMLParser(markup).html


WAYS: list[Callable[[], bytes]] = [
    with_via,
    with_via_in_pure_python,
    with_jinja2,
    with_htpy,
    with_markupsafe,
]


@pytest.mark.benchmark(group="1,000 rows, nodes and HTML")
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_table(benchmark: Any, way: Callable[[], bytes]) -> None:
    assert dom(benchmark(way)) == dom(with_markupsafe())


@pytest.mark.benchmark(group="1,000 rows, HTML of nodes that exist")
def test_existing_nodes(benchmark: Any) -> None:
    nodes = via_nodes()
    assert dom(benchmark(to_bytes, nodes)) == dom(with_markupsafe())


@pytest.mark.benchmark(group="1,000 rows, nodes only")
def test_nodes_only(benchmark: Any) -> None:
    assert benchmark(via_nodes).tag == "table"
