"""The law of view diffing in a real browser: the patched document is that of the new view."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.client_desk import Desk, patch
from support.core_variants import core_module
from support.random_views import Maker, build

from via._core import html as render
from via._core._backend import PURE_PYTHON
from via._core.diff import parser_rules
from via._core.diff.analysis import traits
from via._core.diff.differ import ViewDiffer

PREFIX = "via-x"  # as the app does: the client knows anchors by it
ids = core_module("diff.anchored", "py" if PURE_PYTHON else "c").ids
SEQUENCES = 75

# The document's view and the new view's own document, both as text: anchors and the places where
# one text ends and the next begins do not count.
READ = """async ([step, prefix, html]) => {
  const until = Date.now() + 10000;
  while (document.getElementById("step").textContent !== step) {
    if (Date.now() > until) throw new Error("the patches did not come");
    await new Promise(done => setTimeout(done, 1));
  }
  const plain = node => {
    if (node.nodeType !== 1) return node.nodeType === 3 ? node.data : `<!--${node.data}-->`;
    const attributes = [...node.attributes]
      .filter(({name, value}) => !(name === "id" && value.startsWith(prefix)))
      .map(({name, value}) => `${name}=${JSON.stringify(value)}`).sort().join(" ");
    const inner = [...(node.content ?? node).childNodes].map(plain).join("");
    return `<${node.namespaceURI.slice(-4)}:${node.localName} ${attributes}>${inner}</>`;
  };
  const template = document.createElement("template");
  template.innerHTML = html;
  return [plain(document.getElementById("view")), plain(template.content.firstElementChild)];
}"""


class Reader:
    """Sends events to the page and compares what it shows with what it should."""

    def __init__(self, desk: Desk, page: Page) -> None:
        self.desk = desk
        self.page = page
        self.steps = 0

    def check(self, events: bytes, node: Any, what: str) -> None:
        self.steps += 1
        self.desk.push(events.decode() + patch(f"<b id=step>{self.steps}</b>"))
        html = render.to_bytes(node).decode()
        shown, expected = self.page.evaluate(READ, [str(self.steps), PREFIX, html])
        assert shown == expected, f"{what}:\n{events.decode()}"


@pytest.fixture
def reader(show: Callable[..., Page], desk: Desk) -> Reader:
    page = show("<b id=step></b><main><div id=view></div></main>", stream=True)
    return Reader(desk, page)


def is_view(node: Any) -> bool:
    """Views that break out of their own element are no views; of two like ids one may be lost."""
    names: list[str] = []
    ids(node, names)
    return len(set(names)) == len(names) and not traits(node) & (
        parser_rules.ESCAPES_PARENT | parser_rules.MAY_CLOSE_ANCESTORS
    )


@pytest.mark.parametrize("moves", [False, True], ids=["made anew", "moved"])
@pytest.mark.parametrize("wild", [False, True], ids=["tame", "wild"])
def test_the_browsers_document_after_the_patches_is_that_of_the_new_view(
    reader, wild, moves, console
):
    console.allow("SVG|attribute|<path>|<circle>")
    sequences = 0
    for seed in range(10 * SEQUENCES):
        maker = Maker(Random(seed), wild, scripts=False)
        views = [maker.view()]
        for _ in range(4):
            views.append(maker.changed(views[-1]))
        nodes = [build(view, render) for view in views]
        if not all(map(is_view, nodes)):
            continue
        differ = ViewDiffer(PREFIX, moves=moves)
        reader.check(differ.whole(nodes[0]), nodes[0], f"seed {seed}, the first view")
        for i, node in enumerate(nodes[1:], 1):
            reader.check(differ.update(node), node, f"seed {seed}, change {i}")
        in_part = maker.changed_in_part(views[-1])
        if in_part is not None:
            view, part = in_part
            node = build(view, render)
            if is_view(node):
                patches = differ.part(part.attributes["id"], build(part, render))
                reader.check(patches, node, f"seed {seed}, in part")
        sequences += 1
        if sequences == SEQUENCES:
            return
    pytest.fail("too few views hold together")


def test_what_the_user_does_outlives_changes_around_it(reader):
    def view(text: str) -> Any:
        El, Attr = render.element, render.attr
        return El(
            "div",
            Attr("id", "view"),
            El("p", "said: ", El("b", text)),
            El("form", El("input", Attr("name", "typed")), El("input", Attr("type", "checkbox"))),
            El("div", Attr("data-ignore-morph"), El("i", text)),
        )

    differ = ViewDiffer(PREFIX)
    reader.check(differ.whole(view("1")), view("1"), "the first view")
    page = reader.page
    page.check("[type=checkbox]")
    page.fill("[name=typed]", "half a wo")
    page.eval_on_selector("[data-ignore-morph]", "el => { el.innerHTML = '<u>mine</u>' }")
    for text in "2345":
        reader.desk.push(differ.update(view(text)).decode())
        expect(page.locator("#view b")).to_have_text(text)
    page.keyboard.type("rd")
    assert page.input_value("[name=typed]") == "half a word"
    assert page.is_checked("[type=checkbox]")
    assert page.inner_html("[data-ignore-morph]") == "<u>mine</u>"


def test_a_list_whose_order_changes_keeps_the_focus(reader):
    def view(order: str) -> Any:
        items = [render.element("input", render.attr("id", f"in-{name}")) for name in order]
        return render.element("div", render.attr("id", "view"), *items)

    differ = ViewDiffer(PREFIX)
    reader.check(differ.whole(view("abcdef")), view("abcdef"), "the first view")
    reader.page.focus("#in-c")
    reader.page.keyboard.type("x")
    for order in ("fedcba", "abcdefg", "bcdefg"):
        reader.check(differ.update(view(order)), view(order), order)
    reader.page.keyboard.type("y")
    assert reader.page.input_value("#in-c") == "xy"
