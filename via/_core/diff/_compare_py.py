"""The pure-Python twin of `_compare_c`: where two nodes differ, for views sent in parts."""

from __future__ import annotations

from typing import Any, Final

from ..html._nodes_py import Attribute, Element, Raw
from ._analysis_py import content, identity, key, text_of, traits
from .anchors import AnchorTree
from .parser_rules import IGNORED, NOT_PATCHABLE, OWN_TEXT


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
    return text_of(old) == text_of(new)


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
    return hash(text_of(node))


def innermost_change(
    old: Element, new: Element, anchors: AnchorTree | None
) -> tuple[Element, Element, AnchorTree | None, list[tuple[AnchorTree | None, int]]]:
    """Down to the innermost elements that hold all of the difference between two.

    They, the anchors of the old one, and for each element around it, from the outermost on, its
    anchors and the place of the one child that differs.
    """
    around: list[tuple[AnchorTree | None, int]] = []
    while same_head(old, new) and not traits(old) & NOT_PATCHABLE:
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
        # What was compared and found equal has taken over the old one's traits.
        if traits(new) & NOT_PATCHABLE:
            break
        if key(inner) != key(new_inner):
            break
        around.append((anchors, place))
        anchors = None if anchors is None else anchors.children.get(place)
        old, new = inner, new_inner
    return old, new, anchors, around


def in_place(old: tuple[Any, ...], new: tuple[Any, ...]) -> list[tuple[int, int, bool]] | None:
    """Pairs as of `match_children`, where each old node surely became the new one in its place.

    None where that is not sure: nodes were added, removed or moved.
    """
    if len(old) != len(new):
        return None
    pairs: list[tuple[int, int, bool]] = []
    equal = keyed = 0
    for place, (mine, theirs) in enumerate(zip(old, new, strict=True)):
        known_by = key(mine)
        if known_by != key(theirs):
            return None
        is_equal = _same(mine, theirs)
        if known_by is None and not is_equal:
            return None
        equal += is_equal
        keyed += known_by is None or bool(known_by[1])
        pairs.append((place, place, is_equal))
    return pairs if keyed == len(old) or equal * 2 >= len(old) else None
