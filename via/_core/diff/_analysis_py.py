"""The pure-Python twin of `_analysis_c`: what is known of an element, and what is in it."""

from __future__ import annotations

from typing import Any

from ..html._factories_py import element
from ..html._nodes_py import Attribute, Element, Raw, Text
from .parser_rules import (
    ESCAPES_PARENT,
    IGNORED,
    KNOWN,
    MAY_CLOSE_ANCESTORS,
    OWN_TEXT,
    PLAIN,
    RAW_TEXT,
    RULES,
    combine,
    is_address,
    outline,
    stays_text,
)

# Its name, id and content


def is_fixed(node: Any) -> bool:
    """Whether a node is text or raw markup, which has no address."""
    return type(node) is not Element


def identity(element: Element) -> str | None:
    """The value of an element's id; None if it has none, "" if it is one that finds nothing."""
    for child in element.children[: element.split]:
        if type(child) is Attribute and child._spec.key == "id" and child.value is not None:
            return child.value if is_address(child.value) and isinstance(child.value, str) else ""
    return None


def key(node: Any) -> tuple[str, str | None] | None:
    """By what a changed element may be known again: its name and id; None for text."""
    return (node.tag, identity(node)) if type(node) is Element else None


def content(element: Element) -> tuple[Any, ...]:
    """An element's children without its attributes and what renders nothing."""
    return tuple(
        child
        for child in element.children[element.split :]
        if not (child is None or child is True or child is False)
    )


# What the HTML parser makes of it


def text_of(node: Any) -> str:
    """The text of a node that is neither an element nor raw markup."""
    return node.value if type(node) is Text else repr(node) if type(node) is not str else node


def traits(element: Element) -> int:
    """What the HTML parser makes of an element, in the bits of `parser_rules`."""
    if not element.traits & KNOWN:
        element.traits = _traits(element)
    return element.traits


def placeholder(node: Element, known: int) -> Element:
    """An element of the same name and attributes that holds nothing.

    It is taken for one of which the HTML parser makes what `known` says, in the bits of
    `parser_rules`.
    """
    empty = element(node.tag, *node.children[: node.split])
    empty.traits = known | KNOWN
    return empty


def _traits(element: Element) -> int:
    tag = element.tag.lower()
    children: list[tuple[str, int]] = []
    text = False
    for child in content(element):
        kind = type(child)
        if kind is Element:
            children.append((child.tag.lower(), traits(child)))
        elif kind is Raw:
            if tag in RAW_TEXT:
                if not stays_text(tag, child.value):
                    children.append(("", MAY_CLOSE_ANCESTORS | ESCAPES_PARENT))
                continue
            inner, is_text = outline(child.value)
            children.extend(inner)
            text |= is_text
        elif not text and RULES.get(tag, PLAIN).misfit_text:
            text = not text_of(child).isspace()
    result = combine(tag, children, text)
    for child in element.children[: element.split]:
        if type(child) is Attribute and child.value is not None:
            if child._spec.key == "data-ignore-morph":
                result |= IGNORED
            elif child._spec.key == "data-text":
                result |= OWN_TEXT
    return result
