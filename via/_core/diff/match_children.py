"""Which children of an element are still there after a change, and which are new."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any


def rising(numbers: list[int]) -> list[int]:
    """The places of a longest strictly rising row of numbers."""
    tops: list[int] = []
    top_places: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect_left(tops, number)
        before.append(top_places[at - 1] if at else -1)
        if at == len(tops):
            tops.append(number)
            top_places.append(place)
        else:
            tops[at] = number
            top_places[at] = place
    row: list[int] = []
    place = top_places[-1] if top_places else -1
    while place >= 0:
        row.append(place)
        place = before[place]
    row.reverse()
    return row


def match_children(
    old: Sequence[Any],
    new: Sequence[Any],
    *,
    equal: Callable[[Any, Any], bool],
    fingerprint: Callable[[Any], int],
    key: Callable[[Any], tuple[str, str | None] | None],
    moves: bool,
) -> tuple[list[tuple[int, int, bool]], list[tuple[int, int, bool]]]:
    """Pairs (place in old, place in new, whether equal): those rising in both, and those that move.

    `key` gives the name and id of an element that may be paired though it changed, None for text.
    Elements of one id are paired first, then equal nodes, then what is left between them. Without
    `moves` none move: they go, and come anew.
    """
    old_keys, new_keys = [*map(key, old)], [*map(key, new)]
    by_id = {k: place for place, k in enumerate(old_keys) if k is not None and k[1]}
    by_print: defaultdict[int, list[int]] = defaultdict(list)
    for place in range(len(old) - 1, -1, -1):
        if old_keys[place] not in by_id:
            by_print[fingerprint(old[place])].append(place)
    found: list[tuple[int, int]] = []
    for place, k in enumerate(new_keys):
        at = by_id.get(k) if k is not None and k[1] else None
        if at is None and not (k is not None and k[1]):
            places = by_print.get(fingerprint(new[place]))
            if places and equal(old[places[-1]], new[place]):
                at = places.pop()
        if at is not None:
            found.append((at, place))
    stay = rising([at for at, _ in found])
    moved: list[tuple[int, int, bool]] = []
    if moves and len(stay) < len(found):
        for i in sorted(set(range(len(found))).difference(stay)):
            at_old, at_new = found[i]
            if old_keys[at_old] is not None:
                moved.append((at_old, at_new, equal(old[at_old], new[at_new])))
                old_keys[at_old] = new_keys[at_new] = None  # no other is paired with them
    found = [found[place] for place in stay]

    pairs: list[tuple[int, int, bool]] = []
    at_old = at_new = 0
    for to_old, to_new in [*found, (len(old), len(new))]:
        _fill(pairs, old_keys, new_keys, at_old, to_old, at_new, to_new)
        if to_old < len(old):
            pairs.append((to_old, to_new, equal(old[to_old], new[to_new])))
        at_old, at_new = to_old + 1, to_new + 1
    return pairs, moved


def _fill(
    pairs: list[tuple[int, int, bool]],
    old_keys: list[tuple[str, str | None] | None],
    new_keys: list[tuple[str, str | None] | None],
    at_old: int,
    to_old: int,
    at_new: int,
    to_new: int,
) -> None:
    """Pair elements without ids that have the same name, in order, between two pairs."""
    while at_old < to_old and at_new < to_new:
        old, new = old_keys[at_old], new_keys[at_new]
        if old is not None and old == new and not old[1]:
            pairs.append((at_old, at_new, False))
            at_old += 1
            at_new += 1
        elif to_old - at_old > to_new - at_new or (old is None and new is not None):
            at_old += 1
        else:
            at_new += 1
