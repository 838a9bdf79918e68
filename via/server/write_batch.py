"""What one turn of the event loop sends: first all of it is made, and then it is written in a row.

To wake whoever reads costs more than to write. A reader that is written to now and then sleeps in
between and is woken each time; written to in a row, it is awake for all but the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from typing import Final, Protocol

MOST: Final = 1024 * 1024
"""Bytes that wait for the end of the turn; past them they are written."""


class Transport(Protocol):
    """A connection, as far as it is written to."""

    def write(self, data: bytes, /) -> object:
        """Send data. Raises RuntimeError if the connection is closed."""


class WriteBatch:
    """Collects what the connections of one server have to send. Call it on the event loop only."""

    __slots__ = ("_is_due", "_makers", "_size", "_writes")

    def __init__(self) -> None:
        self._is_due = False
        self._makers: list[tuple[Callable[[], object], Context]] = []
        self._writes: dict[Transport, bytes | list[bytes]] = {}
        self._size = 0

    def call(self, make: Callable[[], object], context: Context) -> None:
        """Have `make` called when the turn's handlers are done; it writes what it makes."""
        self._makers.append((make, context))
        if not self._is_due:
            self._schedule()

    def write(self, transport: Transport, data: bytes) -> None:
        """Write data at the end of the turn."""
        waiting = self._writes.get(transport)
        if waiting is None:
            self._writes[transport] = data
        elif isinstance(waiting, list):
            waiting.append(data)
        else:
            self._writes[transport] = [waiting, data]
        self._size += len(data)
        if self._size > MOST:
            self.write_out()
        if not self._is_due:
            self._schedule()

    def write_at_once(self, transport: Transport, data: bytes) -> None:
        """Write data behind what waits for the same connection, for one who writes to many."""
        if transport in self._writes:
            self.write(transport, data)
        else:
            try:  # noqa: SIM105 - `suppress` takes as long as a quarter of the rest
                transport.write(data)
            except RuntimeError:
                pass  # the connection was closed meanwhile

    def write_out(self) -> None:
        """Write what waits, for somebody who will write past this or close a connection."""
        writes, self._writes = self._writes, {}
        self._size = 0
        rest = iter(writes.items())
        is_done = False
        while not is_done:
            with suppress(RuntimeError):  # of a connection that was closed meanwhile
                for transport, data in rest:
                    # One write for a connection: one packet, and one call of the kernel.
                    transport.write(b"".join(data) if isinstance(data, list) else data)
                is_done = True

    def _schedule(self) -> None:
        self._is_due = True
        asyncio.get_running_loop().call_soon(self._end)

    def _end(self) -> None:
        makers, self._makers = self._makers, []
        for make, context in makers:
            try:
                context.run(make)
            except (Exception, asyncio.CancelledError) as error:
                asyncio.get_running_loop().call_exception_handler(
                    {"message": f"{make!r} failed", "exception": error}
                )
        self.write_out()
        self._is_due = False
        if self._makers:
            self._schedule()
