"""Views in parts: the page's document after a patch is that of the new view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from random import Random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_views import Maker, build
from selectolax.lexbor import LexborHTMLParser

from via._core import _markup
from via._core._differ import ViewDiffer

PREFIX = "via-v-"


@dataclass
class Core:
    """One variant of the core."""

    render: ModuleType
    tree: ModuleType

    def differ(self, on_duplicate: Callable[[str], object] | None = None) -> ViewDiffer:
        class Differ(ViewDiffer):
            _tree = self.tree

        return Differ(PREFIX, on_duplicate)

    def __getattr__(self, tag: str) -> Callable[..., Any]:
        """`core.div("text", id="x")` makes an element; an underscore in a name is a hyphen."""
        if tag.startswith("__"):
            raise AttributeError(tag)

        def make(*children: Any, **attributes: Any) -> Any:
            pairs = [(name.rstrip("_").replace("_", "-"), v) for name, v in attributes.items()]
            return self.render.element(
                tag, *(self.render.attr(name, value) for name, value in pairs), *children
            )

        return make

    def view(self, *children: Any) -> Any:
        return self.div(*children, id="view")

    def html(self, node: Any) -> str:
        return str(self.render.to_bytes(node).decode())


@pytest.fixture(params=["c", "py"], ids=["compiled", "pure"], scope="module")
def core(request: pytest.FixtureRequest) -> Core:
    return CORES[request.param]


CORES = {
    variant: Core(
        import_module(f"via._core._render_{variant}"), import_module(f"via._core._tree_{variant}")
    )
    for variant in ("c", "py")
}


# A document, as far as patches need one


class Dom:
    """An element of the document: a name, attributes, children that are elements or strings."""

    def __init__(self, tag: str, attributes: dict[str, str], children: list[Dom | str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children = children

    def find(self, name: str) -> tuple[Dom, int] | None:
        """The parent of the element with this id, and its place."""
        for place, child in enumerate(self.children):
            if isinstance(child, Dom):
                if child.attributes.get("id") == name:
                    return self, place
                found = child.find(name)
                if found:
                    return found
        return None

    def plain(self) -> list[Any]:
        """What views are compared by: anchors are left out, texts in a row are one."""
        children: list[Any] = []
        for child in self.children:
            if isinstance(child, Dom):
                children.append(child.plain())
            elif children and isinstance(children[-1], str):
                children[-1] += child
            elif child:
                children.append(child)
        attributes = {
            name: value
            for name, value in self.attributes.items()
            if not (name == "id" and value.startswith(PREFIX))
        }
        return [self.tag, attributes, *children]


def parse(html: str, context: str = "template") -> Dom:
    root = LexborHTMLParser(html, is_fragment=True, fragment_tag=context).root
    children = []
    while root is not None:
        children.append(_dom(root))
        root = root.next
    return Dom("", {}, children)


def _dom(node: Any) -> Dom | str:
    if node.tag == "-text":
        return str(node.text_content)
    if node.tag == "-comment":
        return Dom("comment", {"is": node.html}, [])
    children = []
    child = node.child
    while child is not None:
        children.append(_dom(child))
        child = child.next
    if node.tag == "template":
        children = []  # is out of this parser's reach
    return Dom(node.tag, {k: v or "" for k, v in node.attributes.items()}, children)


def events(text: bytes) -> list[dict[str, str]]:
    result = []
    for event in text.decode().split("\n\n")[:-1]:
        name, *lines = event.split("\n")
        assert name == "event: datastar-patch-elements"
        args: dict[str, str] = {}
        for line in lines:
            key, _, value = line.removeprefix("data: ").partition(" ")
            args[key] = f"{args[key]}\n{value}" if key in args else value
        result.append(args)
    return result


def unescape(selector: str) -> str:
    assert selector.startswith("#")
    return selector[1:].replace("\\3a ", ":").replace("\\2e ", ".").replace("\\31 ", "1")


def apply(page: Dom, text: bytes) -> None:
    for event in events(text):
        mode = event.get("mode", "outer")
        if mode == "remove":
            for selector in event["selector"].split(","):
                parent, place = page.find(unescape(selector)) or pytest.fail(f"no {selector}")
                del parent.children[place]
            continue
        content = parse(event["elements"]).children
        if "selector" not in event:
            assert mode in ("outer", "replace")
            for element in content:
                assert isinstance(element, Dom), f"text beside elements in {event}"
                name = element.attributes["id"]
                parent, place = page.find(name) or pytest.fail(f"no element {name!r}")
                parent.children[place] = element
            continue
        found = page.find(unescape(event["selector"]))
        assert found, f"no {event['selector']}"
        parent, place = found
        target = parent.children[place]
        assert isinstance(target, Dom)
        if mode == "append":
            target.children += content
        elif mode == "prepend":
            target.children[:0] = content
        elif mode in ("before", "after"):
            place += mode == "after"
            parent.children[place:place] = content
        else:
            pytest.fail(f"unexpected mode {mode}")


# The law


@pytest.mark.parametrize("wild", [False, True], ids=["tame", "wild"])
@given(seed=st.integers(0, 2**64))
@settings(max_examples=400, deadline=None)
def test_the_document_after_the_patches_is_that_of_the_new_view(core, wild, seed):
    maker = Maker(Random(seed), wild)
    view = maker.view()
    node = build(view, core.render)
    differ = core.differ()
    assume(stays_whole(core, node))
    page = parse(events(differ.whole(node))[0]["elements"])
    for _ in range(5):
        view = maker.changed(view) if maker.random.random() < 0.9 else maker.view()
        node = build(view, core.render)
        assume(stays_whole(core, node))
        patches = differ.update(node)
        before = page.plain()
        apply(page, patches)
        after = parse(core.html(node)).plain()
        assert page.plain() == after, f"{before}\n---\n{patches.decode()}"


def stays_whole(core: Core, node: Any) -> bool:
    """Views that break out of their own element are no views."""
    return not core.tree.traits(node) & (_markup.LEAKS | _markup.UNBOUND)
