"""The pure-Python twin of `_tree_c`: nodes compared, summed up and written, for views in parts."""

from __future__ import annotations

from typing import Any, Final

from ._markup import (
    IGNORED,
    KNOWN,
    LEAKS,
    OWN_TEXT,
    PLAIN,
    RAW_TEXT,
    RULES,
    SEALED,
    UNBOUND,
    combine,
    is_address,
    outline,
    stays_text,
)
from ._names import EATS_NEWLINE
from ._render_py import Attribute, Element, Raw, Text, element, to_bytes
from ._shadow import Shadow

# Comparing


class _Difference:
    """The first difference that `equal` met, so that what is equal before it is known.

    `places` has, for the pairs of elements around it, how much of their content is equal. They
    are kept by `id`, and so are good only while the trees live that are compared.
    """

    def __init__(self) -> None:
        self.is_recording = False
        self.places: dict[tuple[int, int], int] = {}


_difference: Final = _Difference()


def equal(old: Any, new: Any) -> bool:
    """Whether two nodes have the same markup, so far as the server owns it.

    What is known of the old one's traits is then known of the new one.
    """
    _difference.places.clear()
    _difference.is_recording = True
    try:
        return _same(old, new)
    finally:
        _difference.is_recording = False


EQUAL: Final = 0
CHANGED: Final = 1
OTHER: Final = 2


def compare(old: Element, new: Element, deepest: int) -> int:
    """How an element became the other one: EQUAL, CHANGED, or OTHER.

    It is another one if its name or id differs, and so it is for all that is done with it where
    either nests deeper than `deepest`.
    """
    if old is new:
        return EQUAL
    if key(old) != key(new) or max(old.depth, new.depth) > deepest:
        return OTHER
    return EQUAL if equal(old, new) else CHANGED


def _same(old: Any, new: Any) -> bool:
    if old is new:
        return True
    kind = type(old)
    if kind is Element:
        return type(new) is Element and _same_elements(old, new)
    if type(new) is Element:
        return False
    if kind is Raw or type(new) is Raw:
        return kind is type(new) and bool(old.value == new.value)
    return _spelled(old) == _spelled(new)


def _same_elements(old: Element, new: Element) -> bool:
    owned = traits(old) & (IGNORED | OWN_TEXT)
    if owned & IGNORED and traits(new) & IGNORED:
        return old.tag == new.tag and identity(old) == identity(new)
    if not same_head(old, new):
        return False
    if owned:
        return True
    mine, theirs = content(old), content(new)
    place = 0
    for mine_here, theirs_here in zip(mine, theirs, strict=False):
        if not _same(mine_here, theirs_here):
            break
        place += 1
    if place < len(mine) or place < len(theirs):
        if _difference.is_recording:
            _difference.places[id(old), id(new)] = place
        return False
    new.traits = old.traits
    return True


def content(element: Element) -> tuple[Any, ...]:
    """An element's children without its attributes and what renders nothing."""
    return tuple(
        child
        for child in element.children[element.split :]
        if not (child is None or child is True or child is False)
    )


def same_head(old: Element, new: Element) -> bool:
    """Whether two elements have the same name and attributes."""
    if old._spec is not new._spec and old.tag != new.tag:
        return False
    return _attributes(old) == _attributes(new)


def _attributes(element: Element) -> list[tuple[str, str | bool]]:
    return [
        (child._spec.name, child.value)
        for child in element.children[: element.split]
        if type(child) is Attribute and child.value is not None
    ]


def _spelled(node: Any) -> str:
    return node.value if type(node) is Text else repr(node) if type(node) is not str else node


def edges(
    within: tuple[Element, Element], old: tuple[Any, ...], new: tuple[Any, ...]
) -> tuple[int, int]:
    """How many nodes are equal from the start on, and then from the end on.

    The nodes are the content of the elements `within`.
    """
    most = min(len(old), len(new))
    start = _difference.places.get((id(within[0]), id(within[1])), -1)
    if start < 0:
        start = 0
        while start < most and _same(old[start], new[start]):
            start += 1
    end = 0
    while end < most - start:
        # The first two that differ may be the last.
        if len(old) == len(new) and len(old) - 1 - end == start:
            break
        if not _same(old[-1 - end], new[-1 - end]):
            break
        end += 1
    return start, end


def fingerprint(node: Any) -> int:
    """A number that equal nodes share, and others as good as never."""
    kind = type(node)
    if kind is Element:
        owned = traits(node) & (IGNORED | OWN_TEXT)
        if owned & IGNORED:
            return hash((node.tag, identity(node)))
        parts = () if owned else tuple(map(fingerprint, content(node)))
        return hash((node.tag, *_attributes(node), parts))
    if kind is Raw:
        return hash((1, node.value))
    return hash(_spelled(node))


# Summing up


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


def traits(element: Element) -> int:
    """What the HTML parser makes of an element, in the bits of `_markup`."""
    if not element.traits & KNOWN:
        element.traits = _traits(element)
    return element.traits


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
                    children.append(("", UNBOUND | LEAKS))
                continue
            inner, is_text = outline(child.value)
            children.extend(inner)
            text |= is_text
        elif not text and RULES.get(tag, PLAIN).misfit_text:
            text = not _spelled(child).isspace()
    result = combine(tag, children, text)
    for child in element.children[: element.split]:
        if type(child) is Attribute and child.value is not None:
            if child._spec.key == "data-ignore-morph":
                result |= IGNORED
            elif child._spec.key == "data-text":
                result |= OWN_TEXT
    return result


def ids(node: Element, into: list[str]) -> None:
    """Append the ids of an element and of those within it."""
    name = identity(node)
    if name:
        into.append(name)
    for child in node.children[node.split :]:
        if type(child) is Element:
            ids(child, into)


def narrow(
    old: Element, new: Element, shadow: Shadow | None
) -> tuple[Element, Element, Shadow | None, list[tuple[Shadow | None, int]]]:
    """Down to the innermost elements that hold all of the difference between two.

    They, the shadow of the old one, and for each element around it, from the outermost on, its
    shadow and the place of the one child that differs.
    """
    around: list[tuple[Shadow | None, int]] = []
    while same_head(old, new) and not (traits(old) | traits(new)) & SEALED:
        mine, theirs = content(old), content(new)
        differing = [
            place for place, (a, b) in enumerate(zip(mine, theirs, strict=False)) if not _same(a, b)
        ]
        if len(old.children) - old.split != len(new.children) - new.split:
            break
        if len(mine) != len(theirs) or len(differing) != 1:
            break
        [place] = differing
        inner, new_inner = mine[place], theirs[place]
        if type(inner) is not Element or type(new_inner) is not Element:
            break
        if key(inner) != key(new_inner):
            break
        around.append((shadow, place))
        shadow = None if shadow is None else shadow.children.get(place)
        old, new = inner, new_inner
    return old, new, shadow, around


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


def grafted(root: Element, path: list[int], node: Element) -> Element:
    """The tree with `node` in the place that `path` leads to."""
    if not path:
        return node
    place = path[0]
    children = list(root.children)
    children[place] = grafted(children[place], path[1:], node)
    return element(root.tag, *children)


# Writing


def write(node: Element, shadow: Shadow | None, nonce: str = "") -> bytes:
    """The element's HTML in UTF-8, with the anchors of its shadow."""
    out: list[bytes] = []
    _write(out, node, shadow, nonce)
    return b"".join(out)


def _write(out: list[bytes], node: Any, shadow: Shadow | None, nonce: str) -> None:
    if shadow is None or type(node) is not Element:
        out.append(to_bytes(node, nonce))
        return
    tag = node.tag.encode()
    out.append(b"<" + tag)
    if shadow.anchor:
        out.append(f' id="{shadow.anchor}"'.encode())
    if node.tag.lower() in EATS_NEWLINE:
        # There are no anchors within: it is as it would be without, behind the anchor.
        out.append(to_bytes(node, nonce)[1 + len(tag) :])
        return
    attributes = node.children[: node.split]
    out.extend(to_bytes(child) for child in attributes if type(child) is Attribute)
    out.append(b">")
    if not node.void:
        for place, child in enumerate(content(node)):
            _write(out, child, shadow.children.get(place), nonce)
        out.append(b"</%s>" % tag)
