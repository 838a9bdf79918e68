"""The ids of a view, and whether two of its elements share one.

This file is compiled as `_view_ids_c`, and is its own twin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING or not __name__.endswith("_c"):
    from ._anchored_py import ids
    from ._patches_py import Patches
else:
    from ._anchored_c import ids
    from ._patches_c import Patches

if TYPE_CHECKING:
    from ..html import Element


class ViewIds:
    """The ids of the view that one browser has.

    `on_duplicate` is called with an id that two elements share, once for each.
    """

    __slots__ = ("_ids", "_moves", "_on_duplicate", "_reported", "is_ambiguous")

    def __init__(self, on_duplicate: Callable[[str], object] | None, moves: bool) -> None:
        self._on_duplicate = on_duplicate
        self._moves = moves
        self._reported: set[str] = set()
        self._ids: set[str] = set()
        self.is_ambiguous = False

    def collect(self, node: Element, is_too_deep: bool) -> None:
        """Take the view to be this one; no ids are looked for in one that is too deep."""
        names: list[str] = []
        if not is_too_deep:
            ids(node, names)
        self._ids = set(names)
        self.is_ambiguous = len(names) != len(self._ids)
        if self.is_ambiguous:
            seen: set[str] = set()
            for name in names:
                if name in seen:
                    self._report(name)
                seen.add(name)

    def replace(self, old: Element, new: Element) -> bool:
        """Take one element to have the place of another; False where two then share an id."""
        removed: list[str] = []
        brought: list[str] = []
        ids(old, removed)
        ids(new, brought)
        return self._exchange(removed, brought)

    def apply(self, patches: Patches) -> bool:
        """Take the patches to be applied; False if they must not be sent as they are.

        An id that they bring is there already, or what has it would be made anew, since one patch
        takes it and another one brings it.
        """
        removed: list[str] = []
        brought: list[str] = []
        lost: set[str] = set()
        gained: set[str] = set()
        for patch in patches:
            taken, given = len(removed), len(brought)
            for element in patch.old:
                ids(element, removed)
            for element in patch.new:
                ids(element, brought)
            if self._moves and len(patches) > 1:
                olds, news = set(removed[taken:]), set(brought[given:])
                lost |= olds - news
                gained |= news - olds
        return self._exchange(removed, brought) and lost.isdisjoint(gained)

    def _exchange(self, removed: list[str], brought: list[str]) -> bool:
        """Know other ids in the place of some; False where one is brought that is there."""
        self._ids.difference_update(removed)
        before = len(self._ids)
        self._ids.update(brought)
        return len(self._ids) == before + len(brought)

    def _report(self, name: str) -> None:
        if self._on_duplicate is not None and name not in self._reported:
            self._reported.add(name)
            self._on_duplicate(name)
