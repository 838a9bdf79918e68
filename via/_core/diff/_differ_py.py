"""What must be sent to a browser so that the view it has becomes the next one.

This file is compiled as `_differ_c`, and is its own twin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..sse.events import patch_elements
from .anchors import AnchorTree
from .parser_rules import IGNORED, NOT_PATCHABLE, OWN_TEXT

if TYPE_CHECKING or not __name__.endswith("_c"):
    from ._analysis_py import identity, traits
    from ._anchored_py import content_place, path_to, with_replaced, write
    from ._compare_py import EQUAL, OTHER, compare, equal
    from ._element_differ_py import DEEPEST, ElementDiffer, enclosed, patch_mode
    from ._patches_py import EVENT_SIZE, Patches, events
    from ._view_ids_py import ViewIds
else:
    from ._analysis_c import identity, traits
    from ._anchored_c import content_place, path_to, with_replaced, write
    from ._compare_c import EQUAL, OTHER, compare, equal
    from ._element_differ_c import DEEPEST, ElementDiffer, enclosed, patch_mode
    from ._patches_c import EVENT_SIZE, Patches, events
    from ._view_ids_c import ViewIds

if TYPE_CHECKING:
    from ..html import Element


class ViewDiffer:
    """The view that one browser has, and how it becomes the next one.

    `anchor_prefix` begins the ids that elements without one are given; it differs between the
    differs of one page. `on_duplicate` is called with an id that two elements of a view share,
    once for each; such views are sent as a whole. So are views of up to `small` bytes: to find
    what changed in them takes longer than to send them. With `moves` the page can take elements
    that it has to another place, which Datastar's own client cannot.

    `elsewhere` is how many bytes the whole view has that are no part of it here: they are put into
    what is sent.

    `update` and `part` remember what they return as sent: after events were lost, or the page was
    patched by other means, call `reset`.
    """

    __slots__ = (
        "_anchors",
        "_elements",
        "_ids",
        "_moves",
        "_paths",
        "_root",
        "_size",
        "_small",
        "elsewhere",
    )

    def __init__(
        self,
        anchor_prefix: str,
        on_duplicate: Callable[[str], object] | None = None,
        small: int = 0,
        moves: bool = False,
    ) -> None:
        self._elements = ElementDiffer(anchor_prefix, moves)
        self._moves = moves
        self._ids = ViewIds(on_duplicate, moves)
        self._small = small
        self._size = 0
        self.elsewhere = 0
        self._root: Element | None = None
        self._anchors: AnchorTree | None = None
        self._paths: dict[str, list[int]] = {}

    @property
    def root(self) -> Element | None:
        """The view that the browser has; None where that is not known."""
        return self._root

    def html(self, nonce: str = "") -> bytes:
        """The view as the browser has it, with the ids that it was given to be changed by."""
        assert self._root is not None
        return write(self._root, self._anchors, nonce)

    def again(self, nonce: str = "") -> bytes:
        """The event that brings the view as it is, to a browser that may have another one."""
        return self._whole(nonce)

    def shows(self, name: str) -> bool:
        """Whether the view has an element of this id."""
        return self._root is not None and self._path(name) is not None

    def can_patch(self, name: str) -> bool:
        """Whether the element of this id, if there is one, can be changed by itself."""
        path = None if self._root is None else self._path(name)
        if path is None or self._ids.is_ambiguous:
            return False
        element: Any = self._root
        for place in path:
            if traits(element) & (NOT_PATCHABLE | IGNORED | OWN_TEXT):
                return False
            element = element.children[place]
        return True

    def whole(self, node: Element, nonce: str = "", *, use_view_transition: bool = False) -> bytes:
        """The event that brings the whole view. The node has an id. Raises ValueError if not."""
        if not identity(node):
            raise ValueError(f"a view needs an id to be found by, and <{node.tag}> has none")
        self.remember(node)
        return self._whole(nonce, use_view_transition)

    def remember(self, node: Element) -> None:
        """Take the browser to have this view, as a document's first rendering brings it."""
        self._root = node
        self._anchors = None
        self._size = 0
        self._paths.clear()
        self._collect_ids(node)

    def reset(self) -> None:
        """Forget the view: the next update brings it as a whole."""
        self._root = self._anchors = None

    def update(self, node: Element, nonce: str = "", *, in_parts: bool = False) -> bytes:
        """The events that turn the view into this one; b"" if nothing changed.

        With `in_parts` small views are not sent as a whole either: most of it is known to be equal.
        """
        return self._update(node, nonce, 0 if in_parts else self._small)

    def _update(self, node: Element, nonce: str, small: int) -> bytes:
        old = self._root
        if old is None:
            return self.whole(node, nonce)
        relation = compare(old, node, DEEPEST)
        if relation == EQUAL:
            self._root = node
            return b""
        if relation == OTHER:
            return self.whole(node, nonce)
        if small:
            if not self._size:
                self._size = len(write(node, None, nonce))
            if self._size + self.elsewhere <= small:
                return self.whole(node, nonce)
        self._elements.nonce = nonce
        anchors, patches = self._elements.patches(old, node, self._anchors)
        self._root, self._anchors = node, anchors
        if patches is not None and len(patches) > 1:
            patches = self._elements.moved_across(patches)
        if self._ids.is_ambiguous or patches is None or not self._ids.apply(patches):
            self._collect_ids(node)
            return self._whole(nonce)
        if patches and patches[0].old == (old,):
            return self._whole(nonce)
        changes = events(patches)
        if not self._size:
            self._size = len(write(node, anchors, nonce))
        most = len(changes) - self.elsewhere
        if most <= self._size + EVENT_SIZE:
            return changes
        whole = self._whole(nonce)
        return whole if len(whole) <= most else changes

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
            return self._update(with_replaced(self._root, path, node), nonce, 0)
        return changes

    def adopt(self, name: str, node: Element) -> None:
        """Take the element of this id to be `node` in the browser, sent there by other means."""
        path = None if self._root is None else self._path(name)
        if path is None:
            return
        element: Any = self._root
        root = with_replaced(element, path, node)
        anchors = self._anchors
        for place in path:
            anchors = anchors and anchors.children.get(content_place(element, place))
            element = element.children[place]
        if anchors is not None:
            anchors.children = {}
            anchors.anchor = ""
        self._root = root
        if self._ids.is_ambiguous or root.depth > DEEPEST or not self._ids.replace(element, node):
            self._collect_ids(root)

    def _path(self, name: str) -> list[int] | None:
        """The way to the element of this id: most often the one that led there before."""
        assert self._root is not None
        path: list[int] | None = path_to(self._root, name, self._paths.get(name))
        if path is not None:
            self._paths[name] = path
        return path

    def _inner(self, path: list[int], new: Element, nonce: str) -> bytes | None:
        """The events of what changes in one element; None where others around it are concerned."""
        old: Any = self._root
        if max(old.depth, new.depth) > DEEPEST:
            return None
        anchors = self._anchors
        around: list[tuple[AnchorTree | None, int]] = []
        for place in path:
            if traits(old) & (NOT_PATCHABLE | IGNORED | OWN_TEXT):
                return None
            at = content_place(old, place)
            around.append((anchors, at))
            anchors = anchors and anchors.children.get(at)
            old = old.children[place]
        if self._ids.is_ambiguous or traits(old) != traits(new) or old.tag != new.tag:
            return None
        patches: Patches = []
        if not equal(old, new):
            self._elements.nonce = nonce
            anchors, found = self._elements.patches(old, new, anchors)
            if found is None:
                return None
            patches = self._elements.moved_across(found)
        root = self._root
        assert root is not None
        self._root = with_replaced(root, path, new)
        self._anchors = enclosed(anchors, around)
        if not self._ids.apply(patches):
            self._collect_ids(self._root)
            return self._whole(nonce)
        return events(patches)

    def _whole(self, nonce: str, use_view_transition: bool = False) -> bytes:
        root = self._root
        assert root is not None
        html: bytes = write(root, self._anchors, nonce)
        self._size = len(html)
        mode = patch_mode(root, self._moves)
        return patch_elements(html, mode=mode, use_view_transition=use_view_transition)

    def _collect_ids(self, node: Element) -> None:
        self._ids.collect(node, node.depth > DEEPEST)
