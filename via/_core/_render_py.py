"""The pure-Python twin of `_render_c`: nodes, their construction and how they are written.

A node holds immutable values and finished nodes only: what must be asked for its markup is asked
when the element is made, so that a mistake is reported at the line that made it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, cast, final

from ._names import (
    DOCS,
    EATS_NEWLINE,
    MAX_DEPTH,
    VOID,
    check_attribute_name,
    check_element_name,
    child_error,
    depth_error,
    flag_error,
    join_values,
    joiner,
    text_error,
    value_error,
    void_error,
)
from ._types import BinaryWriter, Child, ElementFactory, Value

# Writing

_TEXT: Final = re.compile("[&<>\r\0\ud800-\udfff]")
_VALUE: Final = re.compile('[&<>"\r\0\ud800-\udfff]')
_LONE: Final = re.compile("[\ud800-\udfff]")
_REFERENCES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


def _reference(match: re.Match[str]) -> str:
    return _REFERENCES.get(match.group(), "\ufffd")


def to_bytes(node: Child, nonce: str = "") -> bytes:
    """The node's HTML in UTF-8. With `nonce`, scripts made here and not of `Raw` bear it."""
    if type(node) not in _NODES:
        node = fragment(node)
    out: list[str] = []
    _put(out.append, node, f' nonce="{_VALUE.sub(_reference, nonce)}"' if nonce else "")
    return "".join(out).encode()


def _put(write: Callable[[str], object], node: Any, nonce: str) -> None:
    _put_all(write, (node,), nonce)


def _put_all(write: Callable[[str], object], nodes: Iterable[Any], nonce: str) -> None:
    """Write without recursion: elements may nest deeper than Python's own functions."""
    unfinished: list[tuple[Iterator[Any], str]] = [(iter(nodes), "")]
    while unfinished:
        rest, end = unfinished[-1]
        for child in rest:
            kind = type(child)
            if kind is Text:
                write(_TEXT.sub(_reference, child.value))
            elif kind is Element:
                _put_start(write, child, nonce)
                if not child.void:
                    unfinished.append(_inside(write, child, nonce))
                    break
            elif kind is str:
                write(_TEXT.sub(_reference, child))
            elif child is None or child is True or child is False:
                continue
            elif kind is Raw:
                write(_LONE.sub("\ufffd", child.value))
            elif kind is Attribute:
                write(_written(child))
            elif kind is Fragment:
                unfinished.append((iter(child.children), ""))
                break
            else:
                write(repr(child))
        else:
            write(end)
            unfinished.pop()


def _inside(
    write: Callable[[str], object], element: Element, nonce: str
) -> tuple[Iterator[Any], str]:
    """What is still to be written of an element: its content and its end tag."""
    end = f"</{element.tag}>"
    content = element.children[element.split :]
    if element.tag.lower() not in EATS_NEWLINE:
        return iter(content), end
    written: list[str] = []
    _put_all(written.append, content, nonce)
    text = "".join(written)
    write("\n" + text if text.startswith(("\n", "\r")) else text)
    return iter(()), end


def _written(attribute: Attribute) -> str:
    value = attribute.value
    if value is None:
        return ""
    if not isinstance(value, str):
        return f" {attribute.name}"
    return f' {attribute.name}="{_VALUE.sub(_reference, value)}"'


def _put_start(write: Callable[[str], object], element: Element, nonce: str) -> None:
    write(f"<{element.tag}")
    for child in element.children[: element.split]:
        if type(child) is Attribute:
            write(_written(child))
    if nonce and element.tag.lower() == "script" and not _has_nonce(element):
        write(nonce)
    write(">")


def _has_nonce(element: Element) -> bool:
    return any(
        type(child) is Attribute and child._spec.key == "nonce"
        for child in element.children[: element.split]
    )


# Nodes


class Node:
    """Base of all nodes; `str(node)` is its HTML."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__:
            raise TypeError(f"type {__name__}.Node is not an acceptable base type")

    def render(self, w: BinaryWriter, /) -> None:
        """Write the HTML in UTF-8 to a binary file object."""
        w.write(to_bytes(self))

    def __bytes__(self) -> bytes:
        return to_bytes(self)

    def __str__(self) -> str:
        return to_bytes(self).decode()

    def __html__(self) -> str:
        """The HTML, as Jinja2 and markupsafe ask for it."""
        return to_bytes(self).decode()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {to_bytes(self).decode()!r}>"


@final
class Text(Node):
    """Text; always escaped."""

    __slots__ = ("value",)
    value: str


@final
class Raw(Node):
    """Markup that is written as it stands."""

    __slots__ = ("value",)
    value: str


@final
class Attribute(Node):
    """An attribute; its value is a str, True for a bare name, or None for one left out."""

    __slots__ = ("_spec", "value")
    _spec: _Name
    value: str | bool | None

    @property
    def name(self) -> str:
        """The name, as it is written."""
        return self._spec.name


@final
class Element(Node):
    """An element: first `split` attributes (or None, bools), then content."""

    __slots__ = ("_spec", "children", "depth", "split", "traits")
    _spec: _Tag
    children: tuple[Any, ...]
    split: int
    depth: int
    traits: int

    @property
    def tag(self) -> str:
        """The name, as it is written."""
        return self._spec.name

    @property
    def void(self) -> bool:
        """Whether it has neither content nor an end tag."""
        return self._spec.void


@final
class Fragment(Node):
    """Nodes in a row without an element of their own; elements take them as their children."""

    __slots__ = ("children", "depth", "split")
    children: tuple[Any, ...]
    split: int
    depth: int


_NODES: Final = (Element, Fragment, Text, Raw, Attribute)


# Construction


class _Tag:
    """What elements of one kind share."""

    __slots__ = ("display", "name", "void")

    def __init__(self, name: str, display: str) -> None:
        self.name = name
        self.display = display
        self.void = name.lower() in VOID


class _Name:
    """What attributes of one kind share."""

    __slots__ = ("display", "joint", "key", "kind", "name")

    def __init__(self, name: str, display: str = "", kind: str = "value") -> None:
        self.name = name
        self.display = display or f"h.Attr({name!r})"
        self.key = name.lower()
        self.joint = joiner(self.key)
        self.kind = kind


_NO_TAG: Final = _Tag("fragment", "nodes")


def _build(tag: _Tag, args: Iterable[Child]) -> Element:
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
    tag: _Tag,
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
    """What stands for an object that is no node of ours but can be shown; None if it cannot."""
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
    return raw(markup)


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


# Attributes


def _coerce(name: _Name, value: object) -> str | bool | None:
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


def _attribute(name: _Name, value: object) -> Attribute:
    attribute = Attribute()
    attribute._spec = name
    attribute.value = _coerce(name, value)
    return attribute


# What `via.h` is made of


def _named(function: Any, display: str, doc: str) -> Any:
    function.__name__ = function.__qualname__ = display
    function.__module__ = "via.h"
    function.__doc__ = doc
    return function


def element_factory(name: str, display: str, doc: str) -> ElementFactory:
    """The function `display(*children)` that makes the element `name`."""
    tag = _Tag(name, f"h.{display}")

    def factory(*children: Child) -> Element:
        return _build(tag, children)

    return cast(ElementFactory, _named(factory, display, doc))


def attribute_factory(name: str, display: str, doc: str, kind: str = "value") -> Any:
    """The function `display(value)` that makes the attribute `name`.

    `kind` is "value", "flag" (there or not: a bool, True by default), "optional" (a value, the
    bare name by default) or "spelled" (bools are written as `true` and `false`).
    """
    spec = _Name(name, f"h.{display}", kind)

    def factory(value: Value, /) -> Attribute:
        return _attribute(spec, value)

    def optional(value: Value = True, /) -> Attribute:
        return _attribute(spec, value)

    return _named(optional if kind in ("flag", "optional") else factory, display, doc)


def attr(name: str, value: Value = True, /) -> Attribute:
    return _attribute(_Name(check_attribute_name(name)), value)


def data(name: str, value: Value = True, /) -> Attribute:
    name = "data-" + name if isinstance(name, str) else check_attribute_name(name)
    return _attribute(_Name(check_attribute_name(name)), value)


def aria(name: str, value: Value, /) -> Attribute:
    name = "aria-" + name if isinstance(name, str) else check_attribute_name(name)
    return _attribute(_Name(check_attribute_name(name), kind="spelled"), value)


def element(name: str, /, *children: Child) -> Element:
    return _build(_Tag(check_element_name(name), f"h.El({name!r})"), children)


def fragment(*children: Child) -> Fragment:
    """Nodes in a row without an element around them."""
    node = Fragment()
    attributes: list[Attribute] = []
    content: list[Any] = []
    node.depth = _flatten(_NO_TAG, children, attributes, content, "child", 0)
    node.children = (*attributes, *content)
    node.split = len(attributes)
    return node


def text(value: str | int | float, /) -> Text:
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


def raw(markup: str, /) -> Raw:
    node = Raw()
    if not isinstance(markup, str):
        raise text_error("h.Raw", markup)
    node.value = str.__str__(markup)
    return node


for _function, _display in (
    (text, "Text"),
    (raw, "Raw"),
    (attr, "Attr"),
    (data, "Data"),
    (aria, "Aria"),
    (element, "El"),
):
    _named(_function, _display, DOCS[_display])
