"""In development: names rows that an update cannot tell apart, so that what is typed may stray."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from .. import h
from .._core.diff.analysis import content, identity

_STATEFUL: Final = frozenset(
    {"input", "textarea", "select", "details", "dialog", "iframe", "video", "audio", "object"}
)
"""Elements that hold what visitors and browsers do."""


class RowHints:
    """Looks at each view of a page and the one before it; warns once of each kind of row."""

    __slots__ = ("_before", "_told", "_warn")

    def __init__(self, warn: Callable[[str], object]) -> None:
        self._warn = warn
        self._before: h.Element | None = None
        self._told: set[str] = set()

    def look(self, view: h.Element) -> None:
        """Compare the view with the one before it."""
        before, self._before = self._before, view
        if before is None:
            return
        for rows in _indistinct(before, view):
            if rows not in self._told:
                self._told.add(rows)
                self._warn(
                    f"{rows} have no id and cannot be told apart, so what a visitor entered in one"
                    " may turn up in another: give each an id"
                )


def _indistinct(old: h.Element, new: h.Element) -> Iterator[str]:
    olds, news = _elements(old), _elements(new)
    for tag in {child.tag for child in olds}:
        rows, successors = (
            [c for c in children if c.tag == tag and identity(c) is None]
            for children in (olds, news)
        )
        if len(rows) > 1 and len(rows) != len(successors) and any(map(_is_stateful, rows)):
            before, after = Counter(map(str, rows)), Counter(map(str, successors))
            is_changed = (before - after) and (after - before)
            if is_changed or any(before[row] > 1 for row in (before - after) + (after - before)):
                name = identity(new)
                yield f"<{tag}> elements in <{new.tag}{f' id={name}' if name else ''}>"
    known = {identity(child): child for child in olds if identity(child)}
    unnamed = iter([child for child in olds if identity(child) is None])
    for child in news:
        match = known.get(identity(child)) if identity(child) else next(unnamed, None)
        if match is not None and match is not child and match.tag == child.tag:
            yield from _indistinct(match, child)


def _elements(node: h.Element) -> list[h.Element]:
    return [child for child in content(node) if isinstance(child, h.Element)]


def _is_stateful(node: h.Element) -> bool:
    return (
        node.tag in _STATEFUL
        or "-" in node.tag
        or any(_is_stateful(child) for child in _elements(node))
    )
