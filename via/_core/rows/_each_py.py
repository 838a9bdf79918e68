"""The rows of lists: made once for each item, and again where what they show has changed.

This file is compiled as `_each_c`, and is its own twin.

A row shows its item and what its function captures. An item that cannot change is known by being
the same object; one that can is compared with what was seen in it. Where something cannot be seen
into, the row is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING or not __name__.endswith("_c"):
    from ._sight_py import FIXED, UNSEEN, captured, is_same, is_still, look
else:
    from ._sight_c import FIXED, UNSEEN, captured, is_same, is_still, look

T = TypeVar("T")

_memory: ContextVar[RowMemory | None] = ContextVar("rows", default=None)


def code_of(function: Any) -> Any:
    """What functions share that the same lines make, whatever they capture."""
    while type(function) is partial:
        function = function.func
    function = getattr(function, "__func__", function)
    return getattr(function, "__code__", type(function))


class RowMemory:
    """The rows of one view, from one rendering to the next."""

    __slots__ = ("_lists", "_made")

    def __init__(self) -> None:
        self._lists: dict[Any, list[_Rows]] | None = None
        self._made: dict[Any, list[_Rows]] | None = None

    def render(self, view: Callable[[], T]) -> T:
        """Run a view; what it makes with `each` is remembered for the next time."""
        return copy_context().run(self._render, view)

    def _render(self, view: Callable[[], T]) -> T:
        _memory.set(self)
        self._made = None
        content = view()
        self._lists, self._made = self._made, None
        return content

    def rows(self, row: Callable[[Any], Any]) -> _Rows:
        """The list that is next among those whose rows this code makes."""
        code = code_of(row)
        if self._made is None:
            self._made = {}
        made = self._made.setdefault(code, [])
        before = [] if self._lists is None else self._lists.get(code, [])
        rows = before[len(made)] if len(made) < len(before) else _Rows()
        made.append(rows)
        return rows


def each(
    items: Iterable[T],
    row: Callable[[T], Any],
    *,
    key: Callable[[T], Any] | None = None,
) -> list[Any]:
    """What `row` gives for each of the items, made again only where the item has changed.

    In a view the rows of its last rendering are kept. One is made again where its item is another
    or has changed, and all are where what `row` captures has: the variables around it, the globals
    that it names and the signals among them (their values, and what dicts, lists and objects hold
    directly, as long as those are 64 values at most). What else a row shows belongs into its item.

    An item is looked into where it is a dict, list, tuple, set, dataclass, msgspec struct or plain
    object, four deep and up to 64 values each; for any other, and for larger ones, the row is made
    each time. Items that cannot change (tuples, frozen classes) are the fastest.

    `key(item)` tells items apart that are made anew for each rendering, as those of a database are:
    a row that has moved is found by it. Raises ValueError where two items have the same key.
    """
    memory = _memory.get()
    rows = _Rows() if memory is None else memory.rows(row)
    return rows.bring_up_to_date(items, row, key)


class _Row:
    """One row: the item that it shows, what was seen in that, and what was made of it."""

    __slots__ = ("item", "key", "known", "node", "place", "seen")

    def __init__(self, item: Any, key: Any, place: int, node: Any) -> None:
        self.item = item
        self.key = key
        self.place = place
        self.node = node
        self.seen, self.known = look(item)

    def shows(self, item: Any) -> bool:
        """Whether the row shows this item as it is now."""
        if self.item is item and self.known == FIXED:
            return True
        return self.known != UNSEEN and is_still(self.seen, item)


class _Rows:
    """The rows of one list."""

    __slots__ = ("_by_key", "_captured", "_is_keyed", "_nodes", "_outputs", "_rows")

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._nodes: list[Any] = []
        self._by_key: dict[Any, _Row] | None = None
        self._is_keyed = False
        self._captured: list[list[Any]] = []
        self._outputs: set[int] = set()
        """Which captured variables the rows' own function changes: they say nothing."""

    def bring_up_to_date(
        self, given: Iterable[Any], row: Callable[[Any], Any], key: Callable[[Any], Any] | None
    ) -> list[Any]:
        """The rows of these items. Raises ValueError where two have one key."""
        before = captured(row, given)
        if self._is_keyed is not (key is not None) or not self._has_captured(before):
            self._forget()
            self._is_keyed = key is not None
        items: list[Any] = given if type(given) is list else list(given)
        try:
            made = self._replace(items, row, key)
        except BaseException:
            self._forget()
            raise
        if made:
            after = captured(row, given)
            if len(after) != len(self._captured):
                self._outputs.clear()  # which variable is which is not known any more
            for index in range(min(len(before), len(after))):
                if not _is_alike(before[index], after[index]):
                    self._outputs.add(index)
            self._captured = after
        return self._nodes.copy()

    def _has_captured(self, found: list[Any]) -> bool:
        """Whether the function captures what it captured when the rows were made."""
        known = self._captured
        if len(known) != len(found):
            return False
        for index in range(len(known)):
            if index not in self._outputs and not _is_alike(known[index], found[index]):
                return False
        return True

    def _replace(
        self, items: list[Any], row: Callable[[Any], Any], key: Callable[[Any], Any] | None
    ) -> bool:
        """Put the rows of these items in the place of those that are there; whether any is new."""
        before = self._rows
        size = len(items)
        same = min(size, len(before))
        rows: list[Any] = before[:size]
        nodes: list[Any] = self._nodes[:size]
        replaced: list[int] = []
        made = False
        for index in range(same):
            item = items[index]
            old: _Row = rows[index]
            if old.item is item and old.known == FIXED:
                continue
            if old.known != UNSEEN and is_still(old.seen, item):
                if old.item is not item:
                    self._adopt(old, item)
                continue
            rows[index] = None
            replaced.append(index)
        for index in range(same, size):
            rows.append(None)
            nodes.append(None)
            replaced.append(index)
        for index in replaced:
            item = items[index]
            name = id(item) if key is None else key(item)
            one = self._find(name)
            if one is None or not one.shows(item):
                one = _Row(item, name, index, row(item))
                made = True
            else:
                if self._is_keyed and one.place < size and rows[one.place] is one:
                    raise _twice(one.place, index, name)
                one.place = index
                if one.item is not item:
                    self._adopt(one, item)
            rows[index] = one
            nodes[index] = one.node
        self._rows, self._nodes = rows, nodes
        if size != len(before):
            self._by_key = None
        if replaced and (self._is_keyed or self._by_key is not None):
            self._rename(before, replaced)
        return made

    def _adopt(self, row: _Row, item: Any) -> None:
        """Take an item for the one that a row shows, which it equals."""
        row.item = item
        if not self._is_keyed:
            row.key = id(item)
            self._by_key = None

    def _find(self, key: Any) -> _Row | None:
        """The row that was made under a key."""
        known = self._by_key
        if known is None:
            known = self._by_key = {}
            for row in self._rows:
                known[row.key] = row
        return known.get(key)

    def _rename(self, before: list[Any], replaced: list[Any]) -> None:
        """Know the rows by their keys. Raises ValueError where two have one."""
        rows = self._rows
        known = self._by_key
        if known is None:
            known = self._by_key = {}
            replaced = list(range(len(rows)))
        else:
            for index in replaced:
                old: _Row = before[index]
                if known.get(old.key) is old:
                    del known[old.key]
        for index in replaced:
            row: _Row = rows[index]
            other = known.setdefault(row.key, row)
            if other is not row and self._is_keyed:
                raise _twice(other.place, index, row.key)

    def _forget(self) -> None:
        self._rows, self._nodes, self._by_key = [], [], None


def _is_alike(some: list[Any], others: list[Any]) -> bool:
    if len(some) != len(others):
        return False
    for index in range(len(some)):  # noqa: SIM110  (compiled)
        if not is_same(some[index], others[index]):
            return False
    return True


def _twice(first: int, second: int, key: Any) -> ValueError:
    return ValueError(f"h.each: items {first} and {second} have the same key, {key!r}")
