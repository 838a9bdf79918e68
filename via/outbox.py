"""What a tab's stream still has to send: what to render, and ordered events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

MAX_EVENTS: Final = 1000
MAX_BYTES: Final = 4 * 1024 * 1024


class Elements(NamedTuple):
    """An event that brings elements."""

    event: bytes
    nodes: Sequence[Any]


class Outbox:
    """An ordered queue in which renderings coalesce and events do not.

    An entry is a view, to be rendered when it is sent, or an event: its bytes, or `Elements`. A
    view that is still waiting is not queued twice, unless elements that came in between could be
    older than it. Views are compared by identity.
    """

    __slots__ = ("_bytes", "_entries", "_events", "_waiting", "overflown")

    def __init__(self) -> None:
        self.clear()

    def __bool__(self) -> bool:
        return bool(self._entries)

    def clear(self) -> None:
        """Forget everything."""
        self._entries: list[Any] = []
        self._waiting: set[int] = set()
        self._events = 0
        self._bytes = 0
        self.overflown = False

    def drop_views(self) -> None:
        """Forget the renderings that wait; events stay."""
        self._entries = [e for e in self._entries if isinstance(e, bytes | Elements)]
        self._waiting.clear()

    def add_view(self, view: Any) -> None:
        """Queue a rendering of the view's newest state."""
        if id(view) not in self._waiting:
            self._waiting.add(id(view))
            self._entries.append(view)

    def add_event(self, event: bytes, nodes: Sequence[Any] = ()) -> None:
        """Queue an event; `nodes` are the elements that it brings, so that views come after it.

        Past `MAX_EVENTS` or `MAX_BYTES` the outbox is `overflown`: events are dropped from then
        on, and the stream has to start anew with a full rendering.
        """
        self._events += 1
        self._bytes += len(event)
        if self._events > MAX_EVENTS or self._bytes > MAX_BYTES:
            self.overflown = True
            return
        if nodes:
            self._entries.append(Elements(event, nodes))
            self._waiting.clear()
        else:
            self._entries.append(event)

    def take(self) -> list[Any]:
        """Take all entries, in order."""
        entries = self._entries
        self.clear()
        return entries
