# cython: boundscheck=False, wraparound=False, annotation_typing=False
"""What a tab's stream still has to send.

This file is compiled as `_send_queue_c`, with the types of its header, and is its own twin.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

from ..tasks.cancellation import is_cancelled
from ..tasks.maybe_awaitable import MaybeAwaitable

MAX_EVENTS: Final = 1000
MAX_BYTES: Final = 4 * 1024 * 1024


class View(Protocol):
    """What is rendered when it is sent: a page or a component."""

    def patch(self) -> MaybeAwaitable[bytes]:
        """The event that brings the browser up to date; a coroutine where it has to wait."""

    def name(self) -> str:
        """The name of the view's function."""


class Elements:
    """An event that brings elements."""

    __slots__ = ("event", "nodes")

    def __init__(self, event: bytes, nodes: Sequence[Any]) -> None:
        self.event = event
        self.nodes = nodes


class SendQueue:
    """An ordered queue in which renderings coalesce and events do not.

    An entry is a view, to be rendered when it is sent, or an event: its bytes, or `Elements`. A
    view that is still waiting is not queued twice, unless elements that came in between could be
    older than it. Views are compared by identity.

    `on_elements(nodes)` is told of elements that are sent, `on_error(view, error)` of what a view
    raised; what is behind it is still sent.
    """

    __slots__ = (
        "_bytes",
        "_entries",
        "_events",
        "_on_elements",
        "_on_error",
        "_waiting",
        "overflown",
    )

    def __init__(
        self,
        on_elements: Callable[[Sequence[Any]], None],
        on_error: Callable[[View, BaseException], None],
    ) -> None:
        self._on_elements = on_elements
        self._on_error = on_error
        self._entries: list[Any] = []
        self._waiting: list[View] = []
        self.clear()

    def __bool__(self) -> bool:
        return len(self._entries) > 0

    def clear(self) -> None:
        """Forget everything."""
        self._entries = []
        self._waiting.clear()
        self._events = 0
        self._bytes = 0
        self.overflown = False

    def drop_views(self) -> None:
        """Forget the renderings that wait; events stay."""
        self._entries = [e for e in self._entries if type(e) is bytes or type(e) is Elements]
        self._waiting.clear()

    def add_view(self, view: View) -> None:
        """Queue a rendering of the view's newest state."""
        for waiting in self._waiting:
            if waiting is view:
                return
        self._waiting.append(view)
        self._entries.append(view)

    def take_only(self, view: View) -> bool:
        """Take the view if it waits and nothing else does; False if not."""
        if len(self._entries) != 1 or self._entries[0] is not view:
            return False
        self._entries = []
        self._waiting.clear()
        return True

    def add_event(self, event: bytes, nodes: Sequence[Any] = ()) -> None:
        """Queue an event; `nodes` are the elements that it brings, so that views come after it.

        Past `MAX_EVENTS` or `MAX_BYTES` the queue is `overflown`: events are dropped from then
        on, and the stream has to start anew with a full rendering.
        """
        self._events += 1
        self._bytes += len(event)
        if self._events > MAX_EVENTS or self._bytes > MAX_BYTES:
            self.overflown = True
        elif nodes:
            self._entries.append(Elements(event, nodes))
            self._waiting.clear()
        else:
            self._entries.append(event)

    def drain(self, events: list[bytes]) -> MaybeAwaitable[bytes]:
        """Take all entries: the bytes of `events` and then theirs, in order.

        A coroutine where a view has to wait for something.
        """
        entries = self._entries
        self.clear()
        return self._events_of(events, entries, 0)

    def _events_of(
        self, events: list[bytes], entries: list[Any], place: int
    ) -> MaybeAwaitable[bytes]:
        while place < len(entries):
            entry = entries[place]
            place += 1
            if type(entry) is bytes:
                events.append(entry)
            elif type(entry) is Elements:
                events.append(entry.event)
                self._on_elements(entry.nodes)
            else:
                try:
                    patch = entry.patch()
                except Exception as error:
                    self._on_error(entry, error)
                    continue
                if type(patch) is not bytes:
                    return self._wait_for(entry, patch, events, entries, place)
                events.append(patch)
        return events[0] if len(events) == 1 else b"".join(events)

    async def _wait_for(
        self,
        view: View,
        patch: Coroutine[Any, Any, bytes],
        events: list[bytes],
        entries: list[Any],
        place: int,
    ) -> bytes:
        try:
            events.append(await patch)
        except (Exception, asyncio.CancelledError) as error:
            if is_cancelled():
                raise
            self._on_error(view, error)
        rest = self._events_of(events, entries, place)
        return rest if isinstance(rest, bytes) else await rest
