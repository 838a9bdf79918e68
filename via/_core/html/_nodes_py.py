"""The pure-Python twin of `_nodes_c`: nodes, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, final

from .types import BinaryWriter
from .validation import EATS_NEWLINE, URLS, VOID, joiner

# What nodes of one kind share


class Tag:
    """What elements of one name share; `display` names it in errors."""

    __slots__ = ("display", "name", "void")

    def __init__(self, name: str, display: str) -> None:
        self.name = name
        self.display = display
        self.void = name.lower() in VOID


class Name:
    """What attributes of one name share; `kind` says which values they take."""

    __slots__ = ("display", "is_url", "joint", "key", "kind", "name")

    def __init__(self, name: str, display: str, kind: str = "value") -> None:
        self.name = name
        self.display = display
        self.key = name.lower()
        self.joint = joiner(self.key)
        self.is_url = self.key in URLS
        self.kind = kind


# Nodes


class Node:
    """Base of all nodes; `str(node)` is its HTML."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__:
            raise TypeError(f"type {__name__}.Node is not an acceptable base type")

    def render(self, w: BinaryWriter, /) -> None:
        """Write the HTML in UTF-8 to a binary file object."""
        w.write(written(self))

    def __bytes__(self) -> bytes:
        return written(self)

    def __str__(self) -> str:
        return written(self).decode()

    def __html__(self) -> str:
        """The HTML, as Jinja2 and markupsafe ask for it."""
        return written(self).decode()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {written(self).decode()!r}>"


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
    _spec: Name
    value: str | bool | None

    @property
    def name(self) -> str:
        """The name, as it is written."""
        return self._spec.name


@final
class Element(Node):
    """An element: first `split` attributes (or None, bools), then content."""

    __slots__ = ("_spec", "children", "depth", "split", "traits")
    _spec: Tag
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


# Writing

_TEXT: Final = re.compile("[&<>\r\0\ud800-\udfff]")
_VALUE: Final = re.compile('[&<>"\r\0\ud800-\udfff]')
_LONE: Final = re.compile("[\ud800-\udfff]")
_REFERENCES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


def _reference(match: re.Match[str]) -> str:
    return _REFERENCES.get(match.group(), "\ufffd")


def written(node: Node, nonce: str = "") -> bytes:
    """The node's HTML in UTF-8. With `nonce`, scripts made here and not of `Raw` bear it."""
    out: list[str] = []
    _put_all(out.append, (node,), f' nonce="{_VALUE.sub(_reference, nonce)}"' if nonce else "")
    return "".join(out).encode()


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
                write(_attribute(child))
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


def _attribute(attribute: Attribute) -> str:
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
            write(_attribute(child))
    if nonce and element.tag.lower() == "script" and not _has_nonce(element):
        write(nonce)
    write(">")


def _has_nonce(element: Element) -> bool:
    return any(
        type(child) is Attribute and child._spec.key == "nonce"
        for child in element.children[: element.split]
    )
