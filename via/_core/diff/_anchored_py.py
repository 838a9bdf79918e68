"""The pure-Python twin of `_anchored_c`: a view's ids, the ways to them, and views with anchors."""

from __future__ import annotations

from typing import Any

from ..html._factories_py import element
from ..html._nodes_py import Attribute, Element, Raw, Text, written
from ..html.validation import EATS_NEWLINE
from ._analysis_py import content, identity
from .anchors import AnchorTree

# Ids


def ids(node: Element, into: list[str]) -> None:
    """Append the ids of an element and of those within it."""
    name = identity(node)
    if name:
        into.append(name)
    for child in node.children[node.split :]:
        if type(child) is Element:
            ids(child, into)


def path_to(root: Element, name: str, hint: list[int] | None = None) -> list[int] | None:
    """The places in `children` that lead to the element of this id; `hint` may be right."""
    if hint is not None and _leads_to(hint, root, name):
        return hint
    if identity(root) == name:
        return []
    for place in range(root.split, len(root.children)):
        child = root.children[place]
        if type(child) is Element:
            path = path_to(child, name)
            if path is not None:
                path.insert(0, place)
                return path
    return None


def _leads_to(path: list[int], root: Element, name: str) -> bool:
    node: Any = root
    for place in path:
        if type(node) is not Element or not node.split <= place < len(node.children):
            return False
        node = node.children[place]
    return type(node) is Element and identity(node) == name


def content_place(element: Element, place: int) -> int:
    """The place in the content of what stands at `place` in `children`."""
    return sum(
        not (child is None or child is True or child is False)
        for child in element.children[element.split : place]
    )


def with_replaced(root: Element, path: list[int], node: Element) -> Element:
    """The tree with `node` in the place that `path` leads to."""
    if not path:
        return node
    place = path[0]
    children = list(root.children)
    children[place] = with_replaced(children[place], path[1:], node)
    return element(root.tag, *children)


# Writing


def outweighs(node: Element, size: int) -> bool:
    """Whether the element's HTML surely has `size` bytes or more: told without writing it."""
    return _weight(node, size) >= size


def _weight(node: Any, most: int) -> int:
    """Bytes that a node has at least; no more of it is looked at once these are `most`."""
    kind = type(node)
    if kind is str:
        return len(node)
    if kind is not Element:
        return len(node.value) if kind in (Text, Raw) else 1
    total = 2 + len(node.tag) + (0 if node.void else 3 + len(node.tag))
    for child in node.children[: node.split]:
        if type(child) is Attribute and child.value is not None:
            value = len(child.value) + 3 if isinstance(child.value, str) else 0
            total += 1 + len(child.name) + value
    for child in content(node):
        if total >= most:
            break
        total += _weight(child, most - total)
    return total


def write(node: Element, anchors: AnchorTree | None, nonce: str = "") -> bytes:
    """The element's HTML in UTF-8, with its anchors."""
    out: list[bytes] = []
    _write(out, node, anchors, nonce)
    return b"".join(out)


def _write(out: list[bytes], node: Any, anchors: AnchorTree | None, nonce: str) -> None:
    if anchors is None or type(node) is not Element:
        out.append(written(node, nonce))
        return
    tag = node.tag.encode()
    out.append(b"<" + tag)
    if anchors.anchor:
        out.append(f' id="{anchors.anchor}"'.encode())
    if node.tag.lower() in EATS_NEWLINE:
        # There are no anchors within: behind its own it is written as without.
        out.append(written(node, nonce)[1 + len(tag) :])
        return
    attributes = node.children[: node.split]
    out.extend(written(child) for child in attributes if type(child) is Attribute)
    out.append(b">")
    if not node.void:
        for place, child in enumerate(content(node)):
            _write(out, child, anchors.children.get(place), nonce)
        out.append(b"</%s>" % tag)
