"""The pure-Python twin of `_construct_c`: nodes made of what an author gives.

A node holds immutable values and finished nodes only: what must be asked for its markup is asked
when the element is made, so that a mistake is reported at the line that made it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, Final

from ._nodes_py import Attribute, Element, Fragment, Name, Node, Raw, Tag, Text, written
from .types import Child
from .validation import (
    MAX_DEPTH,
    check_url,
    child_error,
    depth_error,
    flag_error,
    join_values,
    text_error,
    value_error,
    void_error,
)

# Elements

_NO_TAG: Final = Tag("fragment", "nodes")


def build(tag: Tag, args: Iterable[Child]) -> Element:
    """A new element."""
    attributes: list[Attribute] = []
    content: list[Any] = []
    depth = _flatten(tag, args, attributes, content, "child", 0)
    if len(attributes) > 1:
        attributes = _merge(attributes)
    if depth >= MAX_DEPTH:
        raise depth_error(tag.display)
    element = Element()
    element._spec = tag
    element.children = (*attributes, *content)
    element.split = len(attributes)
    element.depth = depth + 1
    element.traits = 0
    return element


def _flatten(
    tag: Tag,
    items: Iterable[Any],
    attributes: list[Attribute],
    content: list[Any],
    where: str,
    level: int,
) -> int:
    """Sort children into attributes and content; return the deepest content's depth."""
    depth = 0
    for position, item in enumerate(items, 1):
        kind = type(item)
        inner = 0
        if item is None or item is True or item is False:
            continue
        if kind is Attribute:
            attributes.append(item)
            continue
        if kind is Fragment:
            inner = _flatten(tag, item.children, attributes, content, where, level)
        elif kind is Element:
            inner = item.depth
            content.append(item)
        elif kind in (Text, str, int, float, Raw):
            content.append(item)
        else:
            here = f"{where} {position}"
            node = _foreign(item)
            if node is not None:
                content.append(node)
            elif level > 32 or isinstance(item, (dict, bytes, bytearray, memoryview)):
                raise child_error(f"{tag.display}: {here}", item)
            else:
                try:
                    iterator = iter(item)
                except TypeError:
                    raise child_error(f"{tag.display}: {here}", item) from None
                inner = _flatten(tag, iterator, attributes, content, f"{here}, item", level + 1)
        depth = max(depth, inner)
        if tag.void and content:
            raise void_error(f"{tag.display}: {where} {position}", tag.name)
    return depth


def _foreign(item: Any) -> Raw | str | int | float | None:
    """A node for an object that is not one but can be shown; None if it cannot be."""
    kind = type(item)
    if hasattr(kind, "__html__"):
        markup = item.__html__()
    elif isinstance(item, str):
        return str.__str__(item)
    elif isinstance(item, int):
        return int.__int__(item)
    elif isinstance(item, float):
        return float.__float__(item)
    elif hasattr(kind, "render"):
        file = io.BytesIO()
        item.render(file)
        markup = file.getvalue().decode()
    else:
        return None
    return raw_of(markup)


def _merge(attributes: list[Attribute]) -> list[Attribute]:
    """Let attributes of one name be one: values join, or the last one wins."""
    merged: dict[str, Attribute] = {}
    for attribute in attributes:
        spec = attribute._spec
        first = merged.get(spec.key)
        if first is not None and spec.joint is not None:
            joined = Attribute()
            joined._spec = spec
            joined.value = join_values(
                spec.joint,
                first.value if isinstance(first.value, str) else "",
                attribute.value if isinstance(attribute.value, str) else "",
            )
            attribute = joined
        merged[spec.key] = attribute
    return list(merged.values())


def fragment(*children: Child) -> Fragment:
    """Nodes in a row without an element around them."""
    node = Fragment()
    attributes: list[Attribute] = []
    content: list[Any] = []
    node.depth = _flatten(_NO_TAG, children, attributes, content, "child", 0)
    node.children = (*attributes, *content)
    node.split = len(attributes)
    return node


def to_bytes(child: Child, nonce: str = "") -> bytes:
    """The HTML in UTF-8 of a node or of what an element takes as a child."""
    return written(child if isinstance(child, Node) else fragment(child), nonce)


# Attributes and text


def _coerce(name: Name, value: object) -> str | bool | None:
    """An attribute's value as it is kept."""
    if name.kind == "spelled" and isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value is True:
        return value
    if value is False:
        return None
    if name.kind != "flag":
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int.__repr__(value)
        if isinstance(value, float):
            return float.__repr__(value)
        raise value_error(name.display, value)
    raise flag_error(name.display, value)


def attribute_of(name: Name, value: object) -> Attribute:
    """The attribute of this value. Raises TypeError or ValueError for one it cannot have."""
    attribute = Attribute()
    attribute._spec = name
    attribute.value = coerced = _coerce(name, value)
    if name.is_url and isinstance(coerced, str):
        check_url(name.display, coerced)
    return attribute


def text_of(value: str | int | float) -> Text:
    """Text, made of a number too. Raises TypeError for anything else."""
    node = Text()
    if isinstance(value, str):
        node.value = str.__str__(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        node.value = int.__repr__(value)
    elif isinstance(value, float):
        node.value = float.__repr__(value)
    else:
        raise text_error("h.Text", value)
    return node


def raw_of(markup: str) -> Raw:
    """Markup as it stands. Raises TypeError for anything but a str."""
    node = Raw()
    if not isinstance(markup, str):
        raise text_error("h.Raw", markup)
    node.value = str.__str__(markup)
    return node
