"""What changes places is the same element afterwards, with all that the visitor did in it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.server import wait_until

import via
from via import h

ELEMENTS = """
window.moves = [];
customElements.define("x-card", class extends HTMLElement {
  connectedCallback() { moves.push("in"); }
  disconnectedCallback() { moves.push("out"); }
  connectedMoveCallback() {}
});
"""
MARK = """() => document.querySelectorAll("#rows > *").forEach((row, i) => {
  for (const el of [row, ...row.querySelectorAll("*")]) el.mark = row.id + el.localName;
  row.querySelector("[type=text]").value = "typed " + row.id;
  row.querySelector("[type=checkbox]").checked = true;
  row.querySelector("details").open = true;
  row.querySelector("x-card").held = row.id;
  const frame = row.querySelector("iframe");
  if (frame) frame.contentWindow.held = row.id;
  moves.length = 0;
})"""
LOST = """() => [...document.querySelectorAll("#rows > *")].flatMap(row => {
  const lost = [row, ...row.querySelectorAll("*")].filter(el => el.mark !== row.id + el.localName)
    .map(el => el.localName + " is another one");
  if (row.querySelector("[type=text]").value !== "typed " + row.id) lost.push("text");
  if (!row.querySelector("[type=checkbox]").checked) lost.push("check");
  if (!row.querySelector("details").open) lost.push("details");
  if (row.querySelector("x-card").held !== row.id) lost.push("custom element's state");
  const frame = row.querySelector("iframe");
  if (frame && frame.contentWindow.held !== row.id) lost.push("iframe was loaded again");
  return lost.map(what => `${row.id}: ${what}`);
}).concat(moves.map(what => "a custom element went " + what))"""
ORDER = """() => [...document.querySelectorAll("#rows > *")].map(row => row.id)"""


def row(name: int, size: int) -> h.H:
    return h.Li(
        h.ID(f"row{name}"),
        h.Input(h.Type("text")),
        h.Input(h.Type("checkbox")),
        h.Details(h.Summary(h.Text("more")), h.Text("text")),
        h.Video(h.Attr("preload", "none")) if size <= 50 else None,
        h.IFrame(h.Attr("srcdoc", f"<p>{name}")) if size <= 5 else None,
        h.Raw("<x-card></x-card>"),
    )


def rotated(order: list[int]) -> list[int]:
    return [*order[1:], order[0]]


def swapped(order: list[int]) -> list[int]:
    return [order[-1], *order[1:-1], order[0]]


def shuffled(order: list[int]) -> list[int]:
    order = order[:]
    Random(len(order)).shuffle(order)
    return order


@pytest.fixture
def rows(v: via.V, serve: Callable[..., Any], page: Page) -> Callable[..., Page]:
    """Open a page of so many rows that `change` brings to another order, in a view of any size."""

    def open_page(
        size: int,
        change: Callable[[list[int]], list[int]],
        around: int = 0,
        make: Callable[[int, int], h.H] = row,
    ) -> Page:
        v.append_to_head(h.Script(h.Raw(ELEMENTS)))

        @v.page("/")
        def list_page(c: via.Context) -> None:
            order = list(range(size))

            @c.action
            def go() -> None:
                order[:] = change(order)
                c.sync()

            c.view(
                lambda: h.Main(
                    h.Ul(h.ID("rows"), [make(name, size) for name in order]),
                    h.Button(h.ID("go"), h.Text("go"), go.on_click()),
                    h.P(h.Text("much text " * around)),
                )
            )

        page.goto(serve(v).url)
        expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
        page.evaluate(MARK)
        return page

    return open_page


def becomes(page: Page, order: list[int]) -> None:
    page.evaluate("document.getElementById('go').click()")
    expected = [f"row{name}" for name in order]
    wait_until(lambda: page.evaluate(ORDER) == expected, f"the order {expected}")


@pytest.mark.parametrize("size", [2, 5, 50, 1000])
@pytest.mark.parametrize(
    "change",
    [lambda order: order[::-1], rotated, swapped, shuffled],
    ids=["reversal", "rotation", "swap", "shuffle"],
)
def test_rows_that_change_places_are_the_same_rows(rows, size, change):
    page = rows(size, change, around=100)
    page.focus("#row1 [type=text]")
    order = list(range(size))
    for _ in range(2):
        order = change(order)
        becomes(page, order)
        assert page.evaluate(LOST) == []
        assert page.evaluate("document.activeElement.parentElement.id") == "row1"


@pytest.mark.parametrize("around", [0, 2000], ids=["a small view", "a large view"])
def test_rows_come_and_go_while_others_move(rows, around):
    changes = iter([[3, 9, 1, 8, 0], [1, 9, 3, 7], [7, 3, 6, 1]])
    page = rows(4, lambda _: next(changes), around)
    becomes(page, [3, 9, 1, 8, 0])
    lost = page.evaluate(LOST)
    assert not [what for what in lost if what.startswith(("row3", "row1", "row0"))]
    page.evaluate(MARK)
    becomes(page, [1, 9, 3, 7])
    lost = page.evaluate(LOST)
    assert not [what for what in lost if what.startswith(("row1", "row9", "row3"))]
    page.evaluate(MARK)
    becomes(page, [7, 3, 6, 1])
    lost = page.evaluate(LOST)
    assert not [what for what in lost if what.startswith(("row7", "row3", "row1"))]


@pytest.mark.parametrize("around", [0, 2000], ids=["a small view", "a large view"])
def test_a_row_that_goes_to_another_list_is_the_same_row(v, serve, page, around):
    @v.page("/")
    def board(c: via.Context) -> None:
        columns = {"todo": [1, 2, 3], "done": [4]}

        @c.action
        def finish() -> None:
            columns["done"].insert(0, columns["todo"].pop(1))
            c.sync()

        def view() -> h.H:
            lists = [
                h.Ul(
                    h.ID(name),
                    [
                        h.Li(
                            h.ID(f"card{n}"), h.Input(), h.Text(f" {name}"), h.P(h.Text("-" * 200))
                        )
                        for n in cards
                    ],
                )
                for name, cards in columns.items()
            ]
            return h.Main(
                lists, h.Button(h.ID("go"), finish.on_click()), h.P(h.Text("much text " * around))
            )

        c.view(view)

    page.goto(serve(v).url)
    page.fill("#card2 input", "typed")
    page.evaluate("document.getElementById('card2').mark = true")
    page.evaluate("document.getElementById('go').click()")
    expect(page.locator("#done > li")).to_have_count(2)
    expect(page.locator("#todo > li")).to_have_count(2)
    assert page.evaluate("document.querySelector('#done > :first-child').mark")
    assert page.input_value("#card2 input") == "typed"
    expect(page.locator("#card2")).to_contain_text("done")


@pytest.mark.parametrize("around", [0, 2000], ids=["a small view", "a large view"])
def test_an_element_that_gets_another_parent_is_the_same_element(v, serve, page, around):
    @v.page("/")
    def form(c: via.Context) -> None:
        is_boxed = False

        @c.action
        def toggle() -> None:
            nonlocal is_boxed
            is_boxed = not is_boxed
            c.sync()

        def view() -> h.H:
            field = h.Input(h.ID("field"))
            return h.Main(
                h.FieldSet(h.Legend(h.Text("boxed")), field) if is_boxed else field,
                h.Button(h.ID("go"), toggle.on_click()),
                h.P(h.Text("much text " * around)),
            )

        c.view(view)

    page.goto(serve(v).url)
    page.fill("#field", "typed")
    page.evaluate("document.getElementById('field').mark = true")
    for parent in ("fieldset", "main", "fieldset"):
        page.evaluate("document.getElementById('go').click()")
        page.wait_for_selector(f"{parent} > #field")
        assert page.evaluate("document.getElementById('field').mark")
        assert page.input_value("#field") == "typed"
        assert page.evaluate("document.activeElement.id") == "field"


@pytest.mark.parametrize("around", [0, 2000], ids=["a small view", "a large view"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda names: ["new", *names], ["new:", "ann:of ann", "bob:of bob", "cid:of cid"]),
        (lambda names: names[1:], ["bob:of bob", "cid:of cid"]),
        (lambda names: [names[0], names[2]], ["ann:of ann", "cid:of cid"]),
        (lambda names: names[::-1], ["cid:of cid", "bob:of bob", "ann:of ann"]),
        (
            lambda names: [names[0], "new", *names[1:]],
            ["ann:of ann", "new:", "bob:of bob", "cid:of cid"],
        ),
        (lambda names: ["x", names[1], "y"], ["x:of ann", "bob:of bob", "y:of cid"]),
    ],
    ids=["one in front", "first goes", "middle goes", "reversed", "one between", "renamed"],
)
def test_rows_without_ids_keep_what_was_typed_in_them(v, serve, page, around, change, expected):
    @v.page("/")
    def people(c: via.Context) -> None:
        names = ["ann", "bob", "cid"]

        @c.action
        def go() -> None:
            names[:] = change(names)
            c.sync()

        c.view(
            lambda: h.Main(
                h.Ul([h.Li(h.Label(h.Text(name), h.Input(h.Type("text")))) for name in names]),
                h.Button(h.ID("go"), go.on_click()),
                h.P(h.Text("much text " * around)),
            )
        )

    page.goto(serve(v).url)
    for place, name in enumerate(["ann", "bob", "cid"]):
        page.locator("input").nth(place).fill(f"of {name}")
    page.evaluate("document.getElementById('go').click()")
    expect(page.locator("li")).to_have_text([row.partition(":")[0] for row in expected])
    read = "li => `${li.textContent}:${li.querySelector('input').value}`"
    assert page.evaluate(f"[...document.querySelectorAll('li')].map({read})") == expected
