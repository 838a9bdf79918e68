"""What must be sent to a browser so that the view it has becomes the next one.

The page's elements are found by their ids only. An element without an id that changed gets an
anchor, an id of ours, with the patch of the nearest element around it that can be found; from then
on it is patched itself. The tree is the author's and has no anchors: they are kept in its shadow.

This file is compiled as `_differ_c`, and is its own twin.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from ..sse.events import patch_elements
from . import tree
from .anchors import Shadow
from .match_children import align
from .parser_rules import IGNORED, LEAKS, OWN_TEXT, SEALED, TEMPLATE, UNBOUND, selector

if TYPE_CHECKING:
    from ..html import Element

_FRAME: Final = 56
"""About how many bytes an event has beside its elements."""

_FEW: Final = 4
"""So many patches may cost more than the element that they are in."""

_DEEPEST: Final = 150
"""How deep the elements of a view nest that is sent in parts; Python's own stack is not deeper."""


class _Patch(NamedTuple):
    """An element's outer patch, its removal or the insertion of elements beside an address."""

    mode: str
    address: str
    old: tuple[Any, ...]
    new: tuple[Any, ...]
    html: bytes


_Patches: TypeAlias = "list[_Patch]"


class ViewDiffer:
    """The view that one browser has, and how it becomes the next one.

    `anchor_prefix` begins the ids that elements without one are given; it differs between the
    differs of one page. `on_duplicate` is called with an id that two elements of a view share,
    once for each; such views are sent as a whole. So are views of up to `small` bytes: to find
    what changed in them takes longer than to send them.

    `update` and `part` remember what they return as sent: after events were lost, or the page was
    patched by other means, call `reset`.
    """

    __slots__ = (
        "_anchors",
        "_ids",
        "_is_ambiguous",
        "_nonce",
        "_on_duplicate",
        "_paths",
        "_prefix",
        "_reported",
        "_root",
        "_shadow",
        "_size",
        "_small",
    )

    _tree: ModuleType = tree  # of the same variant; tests and benchmarks pair the twins

    def __init__(
        self,
        anchor_prefix: str,
        on_duplicate: Callable[[str], object] | None = None,
        small: int = 0,
    ) -> None:
        self._small = small
        self._prefix = anchor_prefix
        self._on_duplicate = on_duplicate
        self._reported: set[str] = set()
        self._anchors = 0
        self._root: Element | None = None
        self._shadow: Shadow | None = None
        self._ids: set[str] = set()
        self._paths: dict[str, list[int]] = {}
        self._is_ambiguous = False
        self._size = 0
        self._nonce = ""

    def whole(self, node: Element, nonce: str = "", *, use_view_transition: bool = False) -> bytes:
        """The event that brings the whole view. The node has an id. Raises ValueError if not."""
        if not self._tree.identity(node):
            raise ValueError(f"a view needs an id to be found by, and <{node.tag}> has none")
        self.remember(node)
        return self._whole(nonce, use_view_transition)

    def remember(self, node: Element) -> None:
        """Take the browser to have this view, as a document's first rendering brings it."""
        self._root = node
        self._shadow = None
        self._size = 0
        self._paths.clear()
        self._collect_ids(node)

    def reset(self) -> None:
        """Forget the view: the next update brings it as a whole."""
        self._root = self._shadow = None

    def update(self, node: Element, nonce: str = "") -> bytes:
        """The events that turn the view into this one; b"" if nothing changed."""
        return self._update(node, nonce, self._small)

    def _update(self, node: Element, nonce: str, small: int) -> bytes:
        t, old = self._tree, self._root
        if old is None:
            return self.whole(node, nonce)
        relation = t.compare(old, node, _DEEPEST)
        if relation == t.EQUAL:
            self._root = node
            return b""
        if relation == t.OTHER:
            return self.whole(node, nonce)
        if small:
            if not self._size:
                self._size = len(t.write(node, None, nonce))
            if self._size <= small:
                return self.whole(node, nonce)
        self._nonce = nonce
        shadow, patches = self._patches(old, node, self._shadow)
        self._root, self._shadow = node, shadow
        if self._is_ambiguous or patches is None or self._clash(patches):
            self._collect_ids(node)
            return self._whole(nonce)
        if patches and patches[0].old == (old,):
            return self._whole(nonce)
        events = _events(patches)
        if not self._size:
            self._size = len(t.write(node, shadow, nonce))
        if len(events) <= self._size + _FRAME:
            return events
        return min(self._whole(nonce), events, key=len)

    def part(self, name: str, node: Element, nonce: str = "") -> bytes | None:
        """As `update`, where only the element of this id changed; `node` has the same id.

        None if the view has no such element.
        """
        if self._root is None:
            return None
        path = self._path(name)
        if path is None:
            return None
        changes = self._inner(path, node, nonce)
        if changes is None:
            return self._update(self._tree.grafted(self._root, path, node), nonce, 0)
        return changes

    def adopt(self, name: str, node: Element) -> None:
        """Take the element of this id to be `node` in the browser, sent there by other means."""
        path = None if self._root is None else self._path(name)
        if path is None:
            return
        grafted = self._tree.grafted(self._root, path, node)
        shadow = self._shadow
        element: Any = self._root
        for place in path:
            shadow = shadow and shadow.children.get(self._tree.content_place(element, place))
            element = element.children[place]
        if shadow is not None:
            shadow.children = {}
            shadow.anchor = ""
        self._root = grafted
        self._collect_ids(grafted)

    def _path(self, name: str) -> list[int] | None:
        """The way to the element of this id: most often the one that led there before."""
        path: list[int] | None = self._tree.path_to(self._root, name, self._paths.get(name))
        if path is not None:
            self._paths[name] = path
        return path

    def _inner(self, path: list[int], new: Element, nonce: str) -> bytes | None:
        """The events of what changes in one element; None where others around it are concerned."""
        t = self._tree
        old: Any = self._root
        if max(old.depth, new.depth) > _DEEPEST:
            return None
        shadow = self._shadow
        around: list[tuple[Shadow | None, int]] = []
        for place in path:
            if t.traits(old) & (SEALED | IGNORED | OWN_TEXT):
                return None
            at = t.content_place(old, place)
            around.append((shadow, at))
            shadow = shadow and shadow.children.get(at)
            old = old.children[place]
        if self._is_ambiguous or t.traits(old) != t.traits(new) or old.tag != new.tag:
            return None
        patches: _Patches = []
        if not t.equal(old, new):
            self._nonce = nonce
            shadow, found = self._patches(old, new, shadow)
            if found is None:
                return None
            patches = found
        self._root = t.grafted(self._root, path, new)
        self._shadow = _enclosed(shadow, around)
        if self._clash(patches):
            self._collect_ids(self._root)
            return self._whole(nonce)
        return _events(patches)

    def _whole(self, nonce: str, use_view_transition: bool = False) -> bytes:
        root = self._root
        assert root is not None
        html: bytes = self._tree.write(root, self._shadow, nonce)
        self._size = len(html)
        return patch_elements(html, mode=self._mode(root), use_view_transition=use_view_transition)

    # Ids

    def _collect_ids(self, node: Element) -> None:
        names: list[str] = []
        if node.depth <= _DEEPEST:
            self._tree.ids(node, names)
        self._ids = set(names)
        self._is_ambiguous = len(names) != len(self._ids)
        if self._is_ambiguous:
            seen: set[str] = set()
            for name in names:
                if name in seen:
                    self._report(name)
                seen.add(name)

    def _clash(self, patches: _Patches) -> bool:
        """Whether an id that the patches bring is there already."""
        gone: list[str] = []
        come: list[str] = []
        for patch in patches:
            for element in patch.old:
                self._tree.ids(element, gone)
            for element in patch.new:
                self._tree.ids(element, come)
        self._ids.difference_update(gone)
        before = len(self._ids)
        self._ids.update(come)
        return len(self._ids) != before + len(come)

    def _report(self, name: str) -> None:
        if self._on_duplicate is not None and name not in self._reported:
            self._reported.add(name)
            self._on_duplicate(name)

    # Elements

    def _mode(self, node: Element) -> str:
        # Morphing does not look into templates.
        if node.depth > _DEEPEST:
            return "outer"
        return "replace" if self._tree.traits(node) & TEMPLATE else "outer"

    def _anchor(self, node: Element, shadow: Shadow | None) -> Shadow | None:
        if shadow is not None and shadow.anchor:
            return shadow
        # A script would run again if it were found and sent.
        if self._tree.identity(node) is not None or node.tag.lower() == "script":
            return shadow
        self._anchors += 1
        anchor = f"{self._prefix}{self._anchors}"
        if shadow is None:
            return Shadow(anchor)
        # What was tried may be dropped: the page's own shadow is left as it is.
        return Shadow(anchor, shadow.children, shadow.losses)

    def _address(self, node: Element, shadow: Shadow | None) -> str:
        name = self._tree.identity(node)
        if name is None:
            return shadow.anchor if shadow else ""
        return str(name)

    def _outer(self, old: Element, new: Element, shadow: Shadow | None, address: str) -> _Patch:
        html = self._tree.write(new, shadow, self._nonce)
        return _Patch(self._mode(new), address, (old,), (new,), html)

    def _patches(
        self, old: Element, new: Element, shadow: Shadow | None
    ) -> tuple[Shadow | None, _Patches | None]:
        """As `_element`, for two that were just compared; first where all of the change is."""
        inner_old, inner_new, inner_shadow, around = self._tree.narrow(old, new, shadow)
        if around and self._address(inner_new, inner_shadow):
            inner_shadow, patches = self._element(inner_old, inner_new, inner_shadow)
            if patches is not None and len(patches) < _FEW:
                return _enclosed(inner_shadow, around), patches
        return self._element(old, new, shadow)

    def _element(
        self, old: Element, new: Element, shadow: Shadow | None
    ) -> tuple[Shadow | None, _Patches | None]:
        """The new element's shadow, and patches; None if an element around it must be sent."""
        t = self._tree
        address = self._address(new, shadow)
        sealed = t.traits(old) & SEALED
        if not sealed:
            # First, since what is found equal to what is known is known as well.
            carried, patches, changed = self._content(old, new, shadow, address)
            sealed = t.traits(new) & SEALED
        if not sealed:
            shadow = carried
            if not t.same_head(old, new):
                changed = True
            elif patches is not None and (
                len(patches) < _FEW or not address or self._is_cheaper(patches, new, shadow)
            ):
                return shadow, patches
        else:
            changed = True
            if shadow is not None:
                shadow = Shadow(shadow.anchor)
        if sealed & (LEAKS | UNBOUND):
            return shadow, None
        if address:
            return shadow, [self._outer(old, new, shadow, address)]
        if changed:
            shadow = self._anchor(new, shadow)
        return shadow, None

    def _is_cheaper(self, patches: _Patches, node: Element, shadow: Shadow | None) -> bool:
        """Whether the patches cost less than the element that they are in."""
        cost = sum(len(patch.html) + len(patch.address) + _FRAME for patch in patches) - _FRAME
        t = self._tree
        return t.outweighs(node, cost) or cost <= len(t.write(node, shadow, self._nonce))

    def _content(
        self, old: Element, new: Element, shadow: Shadow | None, address: str
    ) -> tuple[Shadow | None, _Patches | None, bool]:
        """Patches of what is in an element, and whether it must be sent for its own sake."""
        t = self._tree
        olds, news = t.content(old), t.content(new)
        start, end = t.edges((old, new), olds, news)
        shift = len(news) - len(olds)
        before = shadow.children if shadow else {}
        after = _moved(before, start, len(olds) - end, shift)
        gone = olds[start : len(olds) - end]
        come = news[start : len(news) - end]
        pairs: list[tuple[int, int, bool]] = []
        if len(gone) == len(come) == 1:
            # They differ, or they would be part of an edge.
            if t.key(gone[0]) == t.key(come[0]) and not t.is_fixed(gone[0]):
                pairs = [(0, 0, False)]
        elif gone and come:
            found = t.in_place(gone, come)
            if found is None:
                found = align(gone, come, equal=t.equal, fingerprint=t.fingerprint, key=t.key)
            pairs = found
        patches: _Patches = []
        is_lost = False
        stay: dict[int, int] = {}
        for at_old, at_new, is_equal in pairs:
            stay[at_new + start] = at_old + start
            child_shadow = before.get(at_old + start)
            if not is_equal:
                child_shadow, inner = self._element(gone[at_old], come[at_new], child_shadow)
                if inner is None:
                    is_lost = True
                else:
                    patches += inner
            if child_shadow is not None:
                after[at_new + start] = child_shadow

        removals, lost_some = self._removals(gone, before, start, {at for at, _, _ in pairs})
        losses = (shadow.losses if shadow else 0) + (lost_some or is_lost)
        if losses > 1:
            # Its children change again and again: from now on each of them can be found.
            is_first = losses == 2 and (lost_some or is_lost)
            for place in range(len(news)) if is_first else range(start, len(news) - end):
                if not t.is_fixed(news[place]) and (is_first or place not in stay):
                    anchored = self._anchor(news[place], after.get(place))
                    if anchored is not None:
                        after[place] = anchored
        insertions = self._insertions(news, after, stay, start, len(news) - end, address)

        result = shadow
        if shadow is None or losses != shadow.losses or after != before:
            anchor = shadow.anchor if shadow else ""
            result = Shadow(anchor, after, losses) if after or losses or anchor else None
        if lost_some or insertions is None:
            return result, None, True
        if is_lost:
            return result, None, False
        return result, removals + patches + insertions, False

    def _removals(
        self, gone: tuple[Any, ...], shadows: dict[int, Shadow], start: int, stay: set[int]
    ) -> tuple[_Patches, bool]:
        """The patches that take out children, and whether one of them cannot be found."""
        removals: _Patches = []
        is_lost = texts = False
        for place, node in enumerate(gone):
            if place in stay:
                continue
            if self._tree.is_fixed(node):
                texts = True
                continue
            address = self._address(node, shadows.get(place + start))
            if address:
                removals.append(_Patch("remove", address, (node,), (), b""))
            else:
                is_lost = True
        return removals, is_lost or texts

    def _insertions(
        self,
        news: tuple[Any, ...],
        shadows: dict[int, Shadow],
        stay: dict[int, int],
        start: int,
        stop: int,
        address: str,
    ) -> _Patches | None:
        """The patches that bring new children; None if there is nothing to put them beside."""
        t = self._tree
        insertions: _Patches = []
        place = start
        while place < stop:
            if place in stay:
                place += 1
                continue
            first = place
            while place < stop and place not in stay:
                if t.is_fixed(news[place]):
                    return None
                place += 1
            mode = beside = ""
            if place == len(news) and address:
                mode, beside = "append", address
            elif first == 0 and address:
                mode, beside = "prepend", address
            if not mode and first and not t.is_fixed(news[first - 1]):
                mode, beside = "after", self._address(news[first - 1], shadows.get(first - 1))
            if not beside and place < len(news) and not t.is_fixed(news[place]):
                mode, beside = "before", self._address(news[place], shadows.get(place))
            if not beside:
                return None
            html = b"".join(
                t.write(news[at], shadows.get(at), self._nonce) for at in range(first, place)
            )
            insertions.append(_Patch(mode, beside, (), news[first:place], html))
        return insertions


def _moved(before: dict[int, Shadow], start: int, stop: int, shift: int) -> dict[int, Shadow]:
    """The shadows before `start` and, by `shift` places further, those from `stop` on."""
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


def _enclosed(shadow: Shadow | None, around: list[tuple[Shadow | None, int]]) -> Shadow | None:
    """The outermost shadow, once this one is at its place in those around it."""
    for outer, place in reversed(around):
        if outer is not None and outer.children.get(place) is shadow:
            return around[0][0]
        if shadow is not None:
            outer = outer or Shadow()
            outer.children[place] = shadow
        elif outer is not None:
            outer.children.pop(place, None)
        shadow = outer
    return shadow


def _events(patches: _Patches) -> bytes:
    """The patches as events: first what goes, so that an id may come elsewhere."""
    events: list[bytes] = []
    gone = [selector(patch.address) for patch in patches if patch.mode == "remove"]
    if gone:
        events.append(patch_elements(b"", selector=",".join(gone), mode="remove"))
    batch: list[_Patch] = []
    for patch in patches:
        if patch.mode not in ("outer", "replace"):
            continue
        # Parts of tables parse among their own kind only.
        if batch and (patch.mode, patch.new[0].tag) != (batch[0].mode, batch[0].new[0].tag):
            events.append(_batched(batch))
            batch = []
        batch.append(patch)
    if batch:
        events.append(_batched(batch))
    events.extend(
        patch_elements(patch.html, selector=selector(patch.address), mode=patch.mode)
        for patch in patches
        if patch.mode in ("append", "prepend", "before", "after")
    )
    return b"".join(events)


def _batched(batch: _Patches) -> bytes:
    return patch_elements(b"".join(patch.html for patch in batch), mode=batch[0].mode)
