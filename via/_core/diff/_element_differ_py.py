"""The patches that turn an element into its successor.

The page's elements are found by their ids only. An element without an id that changed gets an
anchor, an id of ours, with the patch of the nearest element around it that can be found; from then
on it is patched itself. The tree is the author's and has no anchors: an `AnchorTree` beside it has.

This file is compiled as `_element_differ_c`, and is its own twin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .anchors import AnchorTree
from .match_children import match_children
from .parser_rules import ESCAPES_PARENT, MAY_CLOSE_ANCESTORS, NOT_PATCHABLE, TEMPLATE

if TYPE_CHECKING or not __name__.endswith("_c"):
    from ._analysis_py import content, identity, is_fixed, key, traits
    from ._anchored_py import outweighs, write
    from ._compare_py import edges, equal, fingerprint, in_place, innermost_change, same_head
    from ._patches_py import Patch, Patches, cost
else:
    from ._analysis_c import content, identity, is_fixed, key, traits
    from ._anchored_c import outweighs, write
    from ._compare_c import edges, equal, fingerprint, in_place, innermost_change, same_head
    from ._patches_c import Patch, Patches, cost

if TYPE_CHECKING:
    from ..html import Element

DEEPEST: Final = 150
"""How deep the elements of a view nest that is sent in parts; Python's own stack is not deeper."""

_FEW: Final = 4
"""So many patches may cost more than the element that they are in."""

_Pairs = list[tuple[int, int, bool]]


class ElementDiffer:
    """Finds the patches of elements, and gives anchors to those that need one.

    `prefix` begins the anchors' ids. `nonce` is for the scripts of what is written. With `moves`
    the page can take elements that it has to another place.
    """

    __slots__ = ("_anchors", "_moves", "_prefix", "nonce")

    def __init__(self, prefix: str, moves: bool) -> None:
        self._prefix = prefix
        self._moves = moves
        self._anchors = 0
        self.nonce = ""

    def patches(
        self, old: Element, new: Element, anchors: AnchorTree | None
    ) -> tuple[AnchorTree | None, Patches | None]:
        """The new element's anchors and the patches; None if an element around it must be sent.

        For two elements that were just compared: it is tried first where all of the change is.
        """
        inner_old, inner_new, inner_anchors, around = innermost_change(old, new, anchors)
        if around and _address(inner_new, inner_anchors):
            inner_anchors, patches = self._element(inner_old, inner_new, inner_anchors)
            if patches is not None and len(patches) < _FEW:
                return enclosed(inner_anchors, around), patches
        return self._element(old, new, anchors)

    def moved_across(self, patches: Patches) -> Patches:
        """The patches, where what goes in one parent and comes in another moves there instead."""
        gone: dict[str, Element] = {
            patch.address: patch.old[0]
            for patch in patches
            if patch.mode == "remove" and identity(patch.old[0]) == patch.address
        }
        if not gone or not self._moves:
            return patches
        result: Patches = []
        moved: set[str] = set()
        for patch in patches:
            names = tuple(_address(node, None) for node in patch.new)
            if patch.mode in ("outer", "replace") or not names or not gone.keys() >= set(names):
                result.append(patch)
                continue
            changes = self._changes(
                [(gone[name], node) for name, node in zip(names, patch.new, strict=True)]
            )
            if changes is None:
                result.append(patch)
                continue
            result += [*changes, Patch(patch.mode, patch.address, (), (), b"", names)]
            moved.update(names)
        return [p for p in result if p.mode != "remove" or p.address not in moved]

    def _changes(self, pairs: list[tuple[Element, Element]]) -> Patches | None:
        """The patches of elements that are elsewhere; None if one cannot be patched by itself."""
        changes: Patches = []
        for old, new in pairs:
            if key(old) != key(new):
                return None
            if not equal(old, new):
                _, inner = self._element(old, new, None)
                if inner is None:
                    return None
                changes += inner
        return changes

    def _element(
        self, old: Element, new: Element, anchors: AnchorTree | None
    ) -> tuple[AnchorTree | None, Patches | None]:
        address = _address(new, anchors)
        not_patchable = traits(old) & NOT_PATCHABLE
        if not not_patchable:
            # First: what is compared and found equal to a known node takes over its traits.
            carried, patches, changed = self._content(old, new, anchors, address)
            not_patchable = traits(new) & NOT_PATCHABLE
        if not not_patchable:
            anchors = carried
            if not same_head(old, new):
                changed = True
            elif patches is not None and (
                len(patches) < _FEW or not address or self._is_cheaper(patches, new, anchors)
            ):
                return anchors, patches
        else:
            changed = True
            if anchors is not None:
                anchors = AnchorTree(anchors.anchor)
        if not_patchable & (ESCAPES_PARENT | MAY_CLOSE_ANCESTORS):
            return anchors, None
        if address:
            html = write(new, anchors, self.nonce)
            return anchors, [Patch(patch_mode(new, self._moves), address, (old,), (new,), html)]
        if changed:
            anchors = self._anchored(new, anchors)
        return anchors, None

    def _is_cheaper(self, patches: Patches, node: Element, anchors: AnchorTree | None) -> bool:
        """Whether the patches cost less than the element that they are in."""
        price = cost(patches)
        return outweighs(node, price) or price <= len(write(node, anchors, self.nonce))

    def _content(
        self, old: Element, new: Element, anchors: AnchorTree | None, address: str
    ) -> tuple[AnchorTree | None, Patches | None, bool]:
        """Patches of what is in an element, and whether it must be sent for its own sake."""
        olds, news = content(old), content(new)
        start, end = edges((old, new), olds, news)
        stop = len(news) - end
        before = anchors.children if anchors else {}
        after = _moved(before, start, len(olds) - end, len(news) - len(olds))
        removed, added = olds[start : len(olds) - end], news[start:stop]
        pairs, moving = _matched(removed, added, self._moves)
        moved: dict[int, str] = {}
        for at_old, at_new, is_equal in moving:
            child_address = _address(removed[at_old], before.get(at_old + start))
            if child_address:
                moved[at_new + start] = child_address
                pairs.append((at_old, at_new, is_equal))
        patches: Patches = []
        is_lost = False
        stay: dict[int, int] = {}
        for at_old, at_new, is_equal in pairs:
            stay[at_new + start] = at_old + start
            child_anchors = before.get(at_old + start)
            if not is_equal:
                child_anchors, inner = self._element(removed[at_old], added[at_new], child_anchors)
                if inner is None:
                    is_lost = True
                else:
                    patches += inner
            if child_anchors is not None:
                after[at_new + start] = child_anchors

        removals, lost_some = _removals(removed, before, start, {at for at, _, _ in pairs})
        losses = (anchors.losses if anchors else 0) + (lost_some or is_lost)
        if losses > 1:
            # Its children change again and again: from now on each of them can be found.
            is_first = losses == 2 and (lost_some or is_lost)
            self._anchor_children(
                news,
                after,
                range(len(news))
                if is_first
                else [place for place in range(start, stop) if place not in stay],
            )
        insertions = self._insertions(news, after, stay, moved, (start, stop), address)

        result = anchors
        if anchors is None or losses != anchors.losses or after != before:
            anchor = anchors.anchor if anchors else ""
            result = AnchorTree(anchor, after, losses) if after or losses or anchor else None
        if lost_some or insertions is None:
            return result, None, True
        if is_lost:
            return result, None, False
        return result, removals + patches + insertions, False

    def _insertions(
        self,
        news: tuple[Any, ...],
        anchors: dict[int, AnchorTree],
        stay: dict[int, int],
        moved: dict[int, str],
        span: tuple[int, int],
        address: str,
    ) -> Patches | None:
        """The patches that bring new children, and those that move, from the first on.

        None if there is nothing to put them beside.
        """
        insertions: Patches = []
        place, stop = span
        while place < stop:
            if place in stay and place not in moved:
                place += 1
                continue
            first = place
            is_moved = place in moved
            while place < stop and (place in moved if is_moved else place not in stay):
                if is_fixed(news[place]):
                    return None
                place += 1
            mode, beside = _beside(news, anchors, (first, place), address)
            is_next_there = place >= stop or (place in stay and place not in moved)
            if not beside or (mode == "before" and not is_next_there):
                return None
            if is_moved:
                names = tuple(moved[at] for at in range(first, place))
                insertions.append(Patch(mode, beside, (), (), b"", names))
                continue
            html = b"".join(
                write(news[at], anchors.get(at), self.nonce) for at in range(first, place)
            )
            insertions.append(Patch(mode, beside, (), news[first:place], html))
        return insertions

    # Anchors

    def _anchored(self, node: Element, anchors: AnchorTree | None) -> AnchorTree | None:
        """The element's anchors, with one on itself where it can have one."""
        if anchors is not None and anchors.anchor:
            return anchors
        # A script would run again if it were found and sent.
        if identity(node) is not None or node.tag.lower() == "script":
            return anchors
        self._anchors += 1
        anchor = f"{self._prefix}{self._anchors}"
        if anchors is None:
            return AnchorTree(anchor)
        # What was tried may be dropped: the page's own anchors are left as they are.
        return AnchorTree(anchor, anchors.children, anchors.losses)

    def _anchor_children(
        self, news: tuple[Any, ...], anchors: dict[int, AnchorTree], places: range | list[int]
    ) -> None:
        for place in places:
            if not is_fixed(news[place]):
                anchored = self._anchored(news[place], anchors.get(place))
                if anchored is not None:
                    anchors[place] = anchored


def patch_mode(node: Element, moves: bool) -> str:
    """How an element is put in the place of its predecessor."""
    # Datastar's own client does not look into templates as it morphs.
    is_replaced = not moves and node.depth <= DEEPEST and traits(node) & TEMPLATE
    return "replace" if is_replaced else "outer"


def enclosed(
    anchors: AnchorTree | None, around: list[tuple[AnchorTree | None, int]]
) -> AnchorTree | None:
    """The outermost anchors, once these are at their place in those around them."""
    for outer, place in reversed(around):
        if outer is not None and outer.children.get(place) is anchors:
            return around[0][0]
        if anchors is not None:
            outer = outer or AnchorTree()
            outer.children[place] = anchors
        elif outer is not None:
            outer.children.pop(place, None)
        anchors = outer
    return anchors


def _address(node: Element, anchors: AnchorTree | None) -> str:
    """The id by which the page has the element; "" if it has none."""
    name = identity(node)
    if name is None:
        return anchors.anchor if anchors else ""
    return str(name)


def _matched(old: tuple[Any, ...], new: tuple[Any, ...], moves: bool) -> tuple[_Pairs, _Pairs]:
    """Which of the children that differ are successors of which: those that stay, and that move."""
    if len(old) == len(new) == 1:
        # They differ, or they would be part of an edge.
        is_same = key(old[0]) == key(new[0]) and not is_fixed(old[0])
        return ([(0, 0, False)] if is_same else []), []
    if not old or not new:
        return [], []
    found: _Pairs | None = in_place(old, new)
    if found is not None:
        return found, []
    return match_children(old, new, equal=equal, fingerprint=fingerprint, key=key, moves=moves)


def _removals(
    removed: tuple[Any, ...], anchors: dict[int, AnchorTree], start: int, stay: set[int]
) -> tuple[Patches, bool]:
    """The patches that take out children, and whether one of them cannot be found."""
    removals: Patches = []
    is_lost = texts = False
    for place, node in enumerate(removed):
        if place in stay:
            continue
        if is_fixed(node):
            texts = True
            continue
        address = _address(node, anchors.get(place + start))
        if address:
            removals.append(Patch("remove", address, (node,), (), b""))
        else:
            is_lost = True
    return removals, is_lost or texts


def _beside(
    news: tuple[Any, ...], anchors: dict[int, AnchorTree], span: tuple[int, int], address: str
) -> tuple[str, str]:
    """The mode and the address by which the children of a span are inserted; "" if there is none.

    `address` is that of the element that they are in.
    """
    first, stop = span
    if address and stop == len(news):
        return "append", address
    if address and first == 0:
        return "prepend", address
    beside = ""
    if first and not is_fixed(news[first - 1]):
        beside = _address(news[first - 1], anchors.get(first - 1))
    if beside:
        return "after", beside
    if stop < len(news) and not is_fixed(news[stop]):
        beside = _address(news[stop], anchors.get(stop))
    return "before", beside


def _moved(
    before: dict[int, AnchorTree], start: int, stop: int, shift: int
) -> dict[int, AnchorTree]:
    """The anchors before `start` and, by `shift` places further, those from `stop` on."""
    if not shift and stop - start < len(before):
        after = before.copy()
        for place in range(start, stop):
            after.pop(place, None)
        return after
    return {
        place if place < start else place + shift: child
        for place, child in before.items()
        if not start <= place < stop
    }
