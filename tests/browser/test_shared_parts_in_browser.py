"""Shared parts in a real browser: what each tab shows is what its page's view is."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.core_variants import core_module
from support.random_views import Made, Maker, build
from support.server import wait_until

import via
from via import h
from via._core import html as render
from via._core._backend import PURE_PYTHON
from via._core.diff import parser_rules
from via._core.diff.analysis import traits

ids = core_module("diff.anchored", "py" if PURE_PYTHON else "c").ids
SEQUENCES = 30
BOXES = ["section", "a", "button", "table", "p", "h2", "select", "li"]
"""What the part is in; the parser takes a `div` out of some."""

# The view that the page shows and the one that it should, both as text; ids that begin with `via-`
# do not count.
READ = """html => {
  const plain = node => {
    if (node.nodeType !== 1) return node.nodeType === 3 ? node.data : `<!--${node.data}-->`;
    const attributes = [...node.attributes]
      .filter(({name, value}) => !(name === "id" && value.startsWith("via-")))
      .map(({name, value}) => `${name}=${JSON.stringify(value)}`).sort().join(" ");
    const inner = [...(node.content ?? node).childNodes].map(plain).join("");
    return `<${node.namespaceURI.slice(-4)}:${node.localName} ${attributes}>${inner}</>`;
  };
  const template = document.createElement("template");
  template.innerHTML = html;
  return [plain(document.getElementById("via-view")), plain(template.content.firstElementChild)];
}"""


class Stage:
    """A page with a shared part in the middle, all of it made at random."""

    def __init__(self) -> None:
        self.part: Made = Made("div")
        self.around: Made = Made("div")
        self.is_open = True
        self.box = "section"
        self.shared: via.SharedContext | None = None
        self.contexts: list[via.Context] = []
        self.v = via.new()
        self.v.config(via.Options(pubsub=via.MemoryPubSub()))
        self.v.page("/", self.page)
        self.contexts.clear()

    def page(self, c: via.Context) -> None:
        self.contexts.append(c)
        shown = c.shared("stage", self.set_up)
        c.view(lambda: self.view(shown()))

    def set_up(self, c: via.SharedContext) -> None:
        self.shared = c
        c.view(lambda: build(self.part, render))

    def view(self, part: h.H) -> h.H:
        # Without an id, since the parser may make two of it.
        box = render.element(self.box, part if self.is_open else None)
        return h.Main(h.ID("main"), build(self.around, render), box)

    def whole(self) -> h.Element:
        return h.Div(h.ID("via-view"), self.view(h.Div(h.ID("via-p"), build(self.part, render))))

    def is_view(self) -> bool:
        """Whether it holds together, and no two elements share an id."""
        names: list[str] = []
        ids(self.whole(), names)
        return len(set(names)) == len(names) and not traits(self.whole()) & (
            parser_rules.ESCAPES_PARENT | parser_rules.MAY_CLOSE_ANCESTORS
        )


def renamed(view: Made, prefix: str) -> Made:
    """The view with ids that no other view has."""
    view = copy.deepcopy(view)
    for element in view.all():
        if element.attributes.get("id"):
            element.attributes["id"] = f"{prefix}{element.attributes['id']}"
    return view


def check(page: Page, html: str, what: str) -> None:
    """Wait until the page shows this view."""
    shown: list[str] = []

    def is_shown() -> bool:
        shown[:] = page.evaluate(READ, html)
        return shown[0] == shown[1]

    try:
        wait_until(is_shown, "the view", 5)
    except AssertionError:
        assert shown[0] == shown[1], what


@pytest.mark.parametrize("wild", [False, True], ids=["tame", "wild"])
def test_each_tab_shows_its_pages_view(
    wild: bool, serve: Any, new_page: Callable[..., Page], console: Any
) -> None:
    console.allow("SVG|attribute|<path>|<circle>")
    stage = Stage()
    url = serve(stage.v).url
    pages = [new_page(), new_page()]
    for page in pages:
        page.goto(url)
        expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    sequences = 0
    for seed in range(20 * SEQUENCES):
        random = Random(seed)
        maker = Maker(random, wild, scripts=False)
        part, around = maker.view(), maker.view()
        stage.box = random.choice(BOXES) if wild else "section"
        for step in range(5):
            before = stage.part, stage.around, stage.is_open
            what = random.choice(["part", "part", "around", "both", "toggle"])
            if what in ("part", "both"):
                part = maker.changed(part)
            if what in ("around", "both"):
                around = maker.changed(around)
            stage.part, stage.around = renamed(part, "p-"), renamed(around, "q-")
            if what == "toggle":
                stage.is_open = not stage.is_open
            if not stage.is_view():
                stage.part, stage.around, stage.is_open = before
                break
            assert stage.shared is not None
            if what != "around" or not step:
                stage.shared.sync()
            for c in stage.contexts if what != "part" or not step else []:
                c.sync()
            html = str(stage.whole())
            for page in pages:
                check(page, html, f"seed {seed}, step {step}, {what}")
        else:
            sequences += 1
        if sequences == SEQUENCES:
            return
    pytest.fail("too few views hold together")


@pytest.mark.parametrize(
    ("box", "inner"),
    [("a", "a"), ("button", "button"), ("select", "option"), ("table", "tr"), ("h2", "h3")],
)
def test_what_the_parser_takes_out_of_its_place_is_right_in_each_tab(
    box: str, inner: str, serve: Any, new_page: Callable[..., Page], console: Any
) -> None:
    stage = Stage()
    stage.box = box
    stage.part = Made("div", children=[Made("b", children=[Made(text="none yet")])])
    url = serve(stage.v).url
    page = new_page()
    page.goto(url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    for count in (1, 2, 1, 3):
        items = [Made(inner, children=[Made(text=f"{n} of {count}")]) for n in range(count)]
        stage.part = Made("div", children=items)
        assert stage.shared is not None
        stage.shared.sync()
        check(page, str(stage.whole()), f"{count} {inner} in {box}")


def test_what_is_typed_in_a_part_stays_while_others_change_it(
    v: via.V, serve: Any, new_page: Callable[..., Page]
) -> None:
    def board(c: via.SharedContext) -> None:
        lines: list[str] = []

        @c.action
        def add(caller: via.Context) -> None:
            lines.append(f"line {len(lines)}")
            c.sync()

        c.view(
            lambda: h.Div(
                h.Input(h.ID("draft")),
                h.Button(h.ID("add"), add.on_click(), "add"),
                h.Ul(h.ID("lines"), [h.Li(h.Text(line)) for line in lines]),
            )
        )

    @v.page("/")
    def page(c: via.Context) -> None:
        shown = c.shared("board", board)
        c.view(lambda: h.Main(h.H1("Board"), shown()))

    url = serve(v).url
    ann, bob = new_page(), new_page()
    for tab in (ann, bob):
        tab.goto(url)
        expect(tab.locator("html")).to_have_attribute("data-via-connection", "open")
    bob.focus("#draft")
    bob.keyboard.type("half a ")
    ann.click("#add")
    expect(bob.locator("#lines li")).to_have_count(1)
    bob.keyboard.type("word")
    ann.click("#add")
    expect(bob.locator("#lines li")).to_have_count(2)
    assert bob.input_value("#draft") == "half a word"
    ann.reload()
    expect(ann.locator("#lines li")).to_have_count(2)
    bob.click("#add")
    expect(ann.locator("#lines li")).to_have_count(3)
