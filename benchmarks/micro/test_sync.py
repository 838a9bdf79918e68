"""A small change in a large view: from the changed data to the bytes that are ready to be sent.

via compares the new view with the last one and sends what changed; the peers render the whole view
and send it with datastar-py, for the browser to morph. All of them show the same DOM. Variants:

* `kept`: each part is a cached function of its data, as nodes with via, as text with Jinja2;
* `each`: the parts are those of `h.each`, which makes the changed one again;
* `nodes`: the app holds a list of the parts' nodes, and puts the changed one into it;
* `components`: each part is a component, of which the changed one is sent alone (`sync_component`).
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import brotli
import htpy
import jinja2
import pytest
from datastar_py import ServerSentEventGenerator
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from via import h
from via._core.diff.differ import ViewDiffer
from via._core.html import to_bytes
from via._core.rows.each import RowMemory
from via.server.compression import Brotli, Gzip

Part = tuple[Any, ...]
"""The data of one row, line or widget."""

Data = list[Part]


class Case(NamedTuple):
    """A view that is a list of parts, and a change in its data; `via` and so on make one part."""

    start: Callable[[], Data]
    change: Callable[[Data, int], int]
    """Changes a part, or adds one; returns its place."""
    via: Callable[..., h.Element]
    via_around: Callable[[Sequence[h.Element]], h.Element]
    htpy: Callable[..., htpy.Element]
    htpy_around: Callable[[Any], htpy.Element]
    jinja: str
    jinja_around: tuple[str, str]
    names: str


def change_row(rows: Data, step: int) -> int:
    at = 37 * step % len(rows)
    rows[at] = (rows[at][0], rows[at][1], f"changed & {step}", rows[at][3])
    return at


def add_line(lines: Data, step: int) -> int:
    lines.append((f"user {step % 7}", f"message {step} is new"))
    return len(lines) - 1


def change_widget(widgets: Data, step: int) -> int:
    widgets[50] = (50, step)
    return 50


CASES = {
    "one cell of 1,000 rows": Case(
        lambda: [(n, f"name {n}", f"a < b & {n}", f"{n / 8:.2f}") for n in range(1000)],
        change_row,
        lambda n, name, note, price: h.Tr(
            h.ID(f"row-{n}"),
            h.Class("row"),
            h.Td(h.Text(n)),
            h.Td(h.Text(name)),
            h.Td(h.Text(note)),
            h.Td(h.Text(price)),
        ),
        lambda rows: h.Div(h.ID("view"), h.Table(h.TBody(rows))),
        lambda n, name, note, price: htpy.tr(id=f"row-{n}", class_="row")[
            htpy.td[n], htpy.td[name], htpy.td[note], htpy.td[price]
        ],
        lambda rows: htpy.div(id="view")[htpy.table[htpy.tbody[rows]]],
        '<tr id="row-{{ n }}" class="row"><td>{{ n }}</td><td>{{ name }}</td>'
        "<td>{{ note }}</td><td>{{ price }}</td></tr>",
        ('<div id="view"><table><tbody>', "</tbody></table></div>"),
        "n, name, note, price",
    ),
    "one line more in a chat of 200": Case(
        lambda: [(f"user {n % 7}", f"message number {n} of the chat") for n in range(200)],
        add_line,
        lambda user, text: h.Li(h.B(h.Text(user)), h.Text(": "), h.Text(text)),
        lambda lines: h.Div(h.ID("view"), h.Ul(h.ID("log"), lines)),
        lambda user, text: htpy.li[htpy.b[user], ": ", text],
        lambda lines: htpy.div(id="view")[htpy.ul(id="log")[lines]],
        "<li><b>{{ user }}</b>: {{ text }}</li>",
        ('<div id="view"><ul id="log">', "</ul></div>"),
        "user, text",
    ),
    "one counter of 100 widgets": Case(
        lambda: [(n, 0) for n in range(100)],
        change_widget,
        lambda n, count: h.Div(
            h.ID(f"widget-{n}"),
            h.Class("card"),
            h.H2(h.Text(f"Widget {n}")),
            h.P(h.Text("Count: "), h.Span(h.Text(count))),
            h.Button(h.Data("on:click", f"@post('/_action/a{n}')"), h.Text("+1")),
        ),
        lambda cards: h.Div(h.ID("view"), cards),
        lambda n, count: htpy.div(id=f"widget-{n}", class_="card")[
            htpy.h2[f"Widget {n}"],
            htpy.p["Count: ", htpy.span[count]],
            htpy.button({"data-on:click": f"@post('/_action/a{n}')"})["+1"],
        ],
        lambda cards: htpy.div(id="view")[cards],
        '<div id="widget-{{ n }}" class="card"><h2>Widget {{ n }}</h2>'
        "<p>Count: <span>{{ count }}</span></p>"
        "<button data-on:click=\"@post('/_action/a{{ n }}')\">+1</button></div>",
        ('<div id="view">', "</div>"),
        "n, count",
    ),
}


class Via:
    """A tab's view, compared."""

    def __init__(self, case: Case, data: Data, *, kept: bool) -> None:
        self._part = functools.cache(case.via) if kept else case.via
        self._around = case.via_around
        self._differ = ViewDiffer("via-x")
        self._differ.whole(self._view(data))

    def sync(self, data: Data, at: int) -> bytes:
        return self._differ.update(self._view(data))

    def html(self, data: Data) -> bytes:
        return to_bytes(self._view(data))

    def _view(self, data: Data) -> h.Element:
        part = self._part
        return self._around([part(*one) for one in data])


class ViaNodes(Via):
    """A tab's view of nodes that the app holds."""

    def __init__(self, case: Case, data: Data) -> None:
        self._nodes = [case.via(*one) for one in data]
        super().__init__(case, data, kept=False)

    def sync(self, data: Data, at: int) -> bytes:
        self._nodes[at : at + 1] = [self._part(*data[at])]
        return self._differ.update(self._view(data))

    def _view(self, data: Data) -> h.Element:
        return self._around(self._nodes)


class ViaEach(Via):
    """A tab's view whose parts `h.each` makes."""

    def __init__(self, case: Case, data: Data) -> None:
        self._memory = RowMemory()
        self._row = lambda one: case.via(*one)
        super().__init__(case, data, kept=False)

    def _view(self, data: Data) -> h.Element:
        return self._memory.render(lambda: self._around(h.each(data, self._row)))


class ViaComponents(Via):
    """A tab's view of components, of which one syncs by itself: `c.component` gives each an id."""

    def sync(self, data: Data, at: int) -> bytes:
        node = self._part(*data[at])
        changes = self._differ.part(f"widget-{at}", node)
        assert changes is not None
        return changes


class Whole:
    """The whole view, in the event that datastar-py makes of it."""

    def __init__(self, render: Callable[[Data], str]) -> None:
        self._render = render

    def sync(self, data: Data, at: int) -> bytes:
        return ServerSentEventGenerator.patch_elements(self._render(data)).encode()

    def html(self, data: Data) -> bytes:
        return self._render(data).encode()


def with_htpy(case: Case, data: Data) -> Whole:
    part, around = case.htpy, case.htpy_around
    return Whole(lambda data: str(around(part(*one) for one in data)))


def with_jinja2(case: Case, data: Data) -> Whole:
    before, after = case.jinja_around
    template = jinja2.Environment(autoescape=True).from_string(
        f"{before}{{% for {case.names} in data %}}{case.jinja}{{% endfor %}}{after}"
    )
    return Whole(lambda data: template.render(data=data))


def with_jinja2_kept(case: Case, data: Data) -> Whole:
    environment = jinja2.Environment(autoescape=True)
    template = environment.from_string(case.jinja)
    names = case.names.split(", ")
    before, after = case.jinja_around
    whole = environment.from_string(f"{before}{{{{ parts }}}}{after}")

    @functools.cache
    def part(*values: Any) -> str:
        return template.render(dict(zip(names, values, strict=True)))

    return Whole(lambda data: whole.render(parts=Markup("".join([part(*one) for one in data]))))


WHOLE, KEPT = "Jinja2 + datastar-py", "Jinja2 + datastar-py, kept"
"""The fastest peers, whose whole views the others are measured by turns with."""

WAYS: dict[str, Callable[[Case, Data], Via | Whole]] = {
    "via": lambda case, data: Via(case, data, kept=False),
    "via, kept": lambda case, data: Via(case, data, kept=True),
    "via, each": ViaEach,
    "via, nodes": ViaNodes,
    "via, components": lambda case, data: ViaComponents(case, data, kept=False),
    "htpy + datastar-py": with_htpy,
    WHOLE: with_jinja2,
    KEPT: with_jinja2_kept,
}


CHANGES = 20
"""After so many changes a screen begins anew: the chat stays as long as it is said to be."""


class Screen:
    """What a browser shows: it has seen changes before the one that is measured."""

    def __init__(self, case: Case, way: str) -> None:
        self.case = case
        self.data = case.start()
        self.view = WAYS[way](case, self.data)
        self.step = 0
        self.sent = [self.change(), self.change(), self.change()]

    def change(self) -> bytes:
        self.step += 1
        return self.view.sync(self.data, self.case.change(self.data, self.step))


def in_turn(case: str, ways: Sequence[str]) -> dict[str, float]:
    """Seconds of a change, each way by turns: a machine's speed drifts, ratios need not.

    Of the fastest of ten screens: what else the machine does only ever slows.
    """
    fastest = dict.fromkeys(ways, math.inf)
    for _ in range(10):
        for way in ways:
            screen = Screen(CASES[case], way)
            start = time.perf_counter()
            for _ in range(CHANGES):
                screen.change()
            fastest[way] = min(fastest[way], (time.perf_counter() - start) / CHANGES)
    return fastest


def dom(html: bytes) -> str | None:
    return LexborHTMLParser(html).html


def after(compression: Brotli | Gzip, first: bytes, events: Sequence[bytes]) -> int:
    """Bytes of the last event on a stream that has sent the view and the events before it."""
    compression.frame(first)
    sizes = [len(compression.frame(event)) for event in events]
    compression.finish()
    return sizes[-1]


def after_large_window(first: bytes, events: Sequence[bytes]) -> int:
    """As `after`, by a Brotli that holds all of several views."""
    compressor = brotli.Compressor(quality=5, lgwin=22)
    sizes = [len(compressor.process(data) + compressor.flush()) for data in (first, *events)]
    return sizes[-1]


@pytest.mark.parametrize(
    ("case", "way"),
    [
        (case, way)
        for case in CASES
        for way in WAYS
        if way != "via, components" or "widgets" in case
    ],
)
def test_sync(benchmark: Any, case: str, way: str) -> None:
    made: list[Screen] = []
    changes = 0

    def screen() -> tuple[tuple[Screen], dict[str, Any]]:
        nonlocal changes
        if changes % CHANGES == 0:
            made[:] = [Screen(CASES[case], way)]
        changes += 1
        return (made[0],), {}

    event = benchmark.pedantic(Screen.change, setup=screen, rounds=10 * CHANGES)
    shown = made[0]
    reference = WAYS["htpy + datastar-py"](CASES[case], shown.data)
    assert dom(shown.view.html(shown.data)) == dom(reference.html(shown.data))

    whole = ServerSentEventGenerator.patch_elements(shown.view.html(shown.data).decode()).encode()
    events = [*shown.sent, event]
    benchmark.extra_info |= {
        "bytes": len(event),
        "brotli": after(Brotli(), whole, events),
        "gzip": after(Gzip(), whole, events),
        "large_brotli": after_large_window(whole, events),
        "in_turn": in_turn(case, (way, WHOLE, KEPT)),
    }
