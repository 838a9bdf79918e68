"""Patches: what is done to one address in the page, and how patches become events.

This file is compiled as `_patches_c`, and is its own twin.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

from ..sse.events import patch_elements
from .parser_rules import selector

EVENT_SIZE: Final = 56
"""About how many bytes an event has beside its elements."""


class Patch(NamedTuple):
    """An element's outer patch, its removal or the insertion of elements beside an address.

    Instead of new elements, those of the addresses `moved` may come there.
    """

    mode: str
    address: str
    old: tuple[Any, ...]
    new: tuple[Any, ...]
    html: bytes
    moved: tuple[str, ...] = ()


Patches: TypeAlias = "list[Patch]"


def cost(patches: Patches) -> int:
    """About how many bytes the patches take as events."""
    size = sum(len(patch.html) + len(patch.address) + EVENT_SIZE for patch in patches) - EVENT_SIZE
    return size + sum(len(name) + 1 for patch in patches for name in patch.moved)


def events(patches: Patches) -> bytes:
    """The patches as events: removals first, so that an id may come elsewhere."""
    result: list[bytes] = []
    removed = [selector(patch.address) for patch in patches if patch.mode == "remove"]
    if removed:
        result.append(patch_elements(b"", selector=",".join(removed), mode="remove"))
    batch: Patches = []
    for patch in patches:
        if patch.mode not in ("outer", "replace"):
            continue
        # Parts of tables parse among their own kind only.
        if batch and (patch.mode, patch.new[0].tag) != (batch[0].mode, batch[0].new[0].tag):
            result.append(_in_one_event(batch))
            batch = []
        batch.append(patch)
    if batch:
        result.append(_in_one_event(batch))
    result.extend(
        _insertion(patch)
        for patch in patches
        if patch.mode in ("append", "prepend", "before", "after")
    )
    return b"".join(result)


def _insertion(patch: Patch) -> bytes:
    event: bytes = patch_elements(patch.html, selector=selector(patch.address), mode=patch.mode)
    if not patch.moved:
        return event
    # Beyond Datastar's own: only the client that comes with via is sent this.
    return event[:-1] + b"data: move " + " ".join(patch.moved).encode() + b"\n\n"


def _in_one_event(batch: Patches) -> bytes:
    return patch_elements(b"".join(patch.html for patch in batch), mode=batch[0].mode)
