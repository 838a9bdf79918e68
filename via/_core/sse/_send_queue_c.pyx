# cython: language_level=3, boundscheck=False, wraparound=False
"""The compiled twin of `_send_queue_py`: what a tab's stream still has to send."""

import asyncio

cimport cython

from ..tasks.cancellation import is_cancelled
from ._send_queue_py import MAX_BYTES, MAX_EVENTS

cdef Py_ssize_t MOST_EVENTS = MAX_EVENTS
cdef Py_ssize_t MOST_BYTES = MAX_BYTES


@cython.final
cdef class Elements:
    """An event that brings elements."""

    cdef bytes event
    cdef object nodes


@cython.final
cdef class SendQueue:
    """An ordered queue in which renderings coalesce and events do not; see the twin."""

    cdef object _on_elements
    cdef object _on_error
    cdef list _entries
    cdef list _waiting
    cdef Py_ssize_t _events
    cdef Py_ssize_t _bytes
    cdef readonly bint overflown

    def __init__(self, on_elements, on_error):
        self._on_elements = on_elements
        self._on_error = on_error
        self._entries = []
        self._waiting = []

    def __bool__(self):
        return len(self._entries) > 0

    cpdef clear(self):
        """Forget everything."""
        self._entries = []
        self._waiting.clear()
        self._events = self._bytes = 0
        self.overflown = False

    def drop_views(self):
        """Forget the renderings that wait; events stay."""
        self._entries = [e for e in self._entries if type(e) is bytes or type(e) is Elements]
        self._waiting.clear()

    def add_view(self, view):
        """Queue a rendering of the view's newest state."""
        for waiting in self._waiting:
            if waiting is view:
                return
        self._waiting.append(view)
        self._entries.append(view)

    def add_event(self, bytes event not None, nodes=()):
        """Queue an event; see the twin."""
        cdef Elements elements
        self._events += 1
        self._bytes += len(event)
        if self._events > MOST_EVENTS or self._bytes > MOST_BYTES:
            self.overflown = True
        elif nodes:
            elements = Elements.__new__(Elements)
            elements.event = event
            elements.nodes = nodes
            self._entries.append(elements)
            self._waiting.clear()
        else:
            self._entries.append(event)

    def drain(self, list events not None):
        """Take all entries; see the twin."""
        cdef list entries = self._entries
        self.clear()
        return self._events_of(events, entries, 0)

    cdef object _events_of(self, list events, list entries, Py_ssize_t place):
        while place < len(entries):
            entry = entries[place]
            place += 1
            if type(entry) is bytes:
                events.append(entry)
            elif type(entry) is Elements:
                events.append((<Elements>entry).event)
                self._on_elements((<Elements>entry).nodes)
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

    async def _wait_for(self, view, patch, list events, list entries, Py_ssize_t place):
        try:
            events.append(await patch)
        except (Exception, asyncio.CancelledError) as error:
            if is_cancelled():
                raise
            self._on_error(view, error)
        rest = self._events_of(events, entries, place)
        return rest if type(rest) is bytes else await rest
