"""Whatever goes in is what a real HTML parser reads back out; lexbor is the parser here.

NUL and lone surrogates cannot stand in HTML: both become U+FFFD.
"""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from support.core_variants import IDS, core_module

COMPILED, PURE = (core_module("html", variant) for variant in IDS)
VARIANTS = [pytest.param(COMPILED, id="compiled"), pytest.param(PURE, id="pure")]

characters = st.one_of(
    st.sampled_from("&<>\"'\r\n\0 \t=/;#!-a\x7f\x80\xa0é\u2028\ufeff\ufffe😀\ud800\udfff"),
    st.characters(exclude_categories=()),
)
texts = st.text(characters, max_size=40)


def held(text: str) -> str:
    """The text as HTML can hold it."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)


def parsed(markup: str) -> Any:
    body = LexborHTMLParser(f"<!doctype html><body>{markup}").body
    assert body is not None
    return body.child


@pytest.mark.parametrize("render", VARIANTS)
@pytest.mark.parametrize("tag", ["div", "pre", "textarea", "td", "title", "custom-element"])
@given(text=texts)
def test_text(render: Any, tag: str, text: str) -> None:
    for child in (text, render.text(text)):
        markup = str(render.element(tag, child))
        markup = f"<table><tr>{markup}</table>" if tag == "td" else markup
        node = LexborHTMLParser(f"<!doctype html><body>{markup}").css_first(tag)
        assert node.text() == held(text)


@pytest.mark.parametrize("render", VARIANTS)
@pytest.mark.parametrize("tag", ["script", "style", "iframe", "noscript", "xmp", "title"])
@given(text=texts | st.sampled_from(["</script>", "</style >", "<!--<script>", "]]>", "</title"]))
def test_text_never_leaves_its_element(render: Any, tag: str, text: str) -> None:
    """Parsers resolve no references in most of these; nor do they find an end tag."""
    markup = str(render.element("main", render.element(tag, text), render.element("p")))
    node = parsed(markup)
    assert [child.tag for child in node.iter()] == [tag, "p"]


@pytest.mark.parametrize("render", VARIANTS)
@given(value=texts)
def test_attribute_values(render: Any, value: str) -> None:
    node = parsed(str(render.element("div", render.attr("title", value), "after")))
    assert node.attributes == {"title": held(value)}
    assert node.text() == "after"


@pytest.mark.parametrize("render", VARIANTS)
@given(name=st.text(characters, max_size=8))
def test_attribute_names_are_refused_or_read_back(render: Any, name: str) -> None:
    try:
        attribute = render.attr(name, "value")
    except ValueError:
        return
    node = parsed(str(render.element("div", attribute)))
    lower = re.sub("[A-Z]", lambda match: match.group().lower(), name)
    assert node.attributes == {lower: "value"}


@pytest.mark.parametrize("render", VARIANTS)
@given(nonce=texts.filter(bool))
def test_the_nonce(render: Any, nonce: str) -> None:
    node = parsed(render.to_bytes(render.element("script"), nonce).decode())
    assert node.attributes == {"nonce": held(nonce)}


# A plan of a tree: text, or a tag with attributes and children.
plans = st.recursive(
    texts,
    lambda inner: st.tuples(
        st.sampled_from(["div", "span", "b", "section", "pre"]),
        st.dictionaries(st.sampled_from(["id", "title", "data-a"]), texts, max_size=2),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


def built(render: Any, plan: Any) -> Any:
    if isinstance(plan, str):
        return plan
    tag, attributes, children = plan
    made = [render.attr(name, value) for name, value in attributes.items()]
    return render.element(tag, *made, *[built(render, child) for child in children])


def tree(node: Any) -> Any:
    if node.tag == "-text":
        return node.text_content
    children = []
    child = node.child
    while child is not None:
        children.append(tree(child))
        child = child.next
    return (node.tag, node.attributes, children)


def expected(plan: Any) -> Any:
    if isinstance(plan, str):
        return held(plan)
    tag, attributes, children = plan
    merged: list[Any] = []
    for child in map(expected, children):
        if isinstance(child, str) and merged and isinstance(merged[-1], str):
            merged[-1] += child
        elif child != "":
            merged.append(child)
    return (tag, {name: held(value) for name, value in attributes.items()}, merged)


@pytest.mark.parametrize("render", VARIANTS)
@given(plan=plans.filter(lambda plan: not isinstance(plan, str)))
def test_trees(render: Any, plan: Any) -> None:
    assert tree(parsed(str(built(render, plan)))) == expected(plan)


@given(plan=plans, nonce=texts)
def test_both_variants_write_the_same(plan: Any, nonce: str) -> None:
    one, other = (
        render.to_bytes(render.element("script", built(render, plan)), nonce)
        for render in (COMPILED, PURE)
    )
    assert one == other


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    texts,
    st.binary(),
    st.just({}),
    st.just([]),
)


def outcome(make: Any) -> Any:
    try:
        return str(make())
    except (TypeError, ValueError) as error:
        return type(error), str(error)


@given(
    tag=st.sampled_from(["div", "br", "pre", "script"]),
    children=st.lists(
        st.one_of(
            values,
            st.lists(values, max_size=2),
            st.tuples(st.sampled_from(["class", "id", "ID", "a b", "style"]), values),
        ),
        max_size=5,
    ),
)
def test_both_variants_take_and_refuse_the_same(tag: str, children: list[Any]) -> None:
    def make(render: Any) -> Any:
        made = [render.attr(*child) if isinstance(child, tuple) else child for child in children]
        return render.element_factory(tag, tag.title(), "")(*made)

    assert outcome(lambda: make(COMPILED)) == outcome(lambda: make(PURE))
