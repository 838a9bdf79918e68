"""Sessions in this process's memory."""

from __future__ import annotations

import heapq
import time
from collections import OrderedDict
from collections.abc import Callable

from ...errors import SessionError
from ..store import StoredSession


class MemoryStore:
    """Keeps sessions until the process ends, and no more than `max_entries` of them.

    When full, expired entries go first, then those unused for longest. `clock` gives Unix time.
    """

    def __init__(
        self, *, max_entries: int = 100_000, clock: Callable[[], float] = time.time
    ) -> None:
        if max_entries < 1:
            raise SessionError(f"max_entries must be 1 or more, not {max_entries}")
        self._max_entries = max_entries
        self._clock = clock
        self._entries: OrderedDict[str, StoredSession] = OrderedDict()
        self._expiries: list[tuple[float, str]] = []
        self._saves = 0

    def __len__(self) -> int:
        """How many entries are held."""
        return len(self._entries)

    async def find(self, key: str) -> StoredSession | None:
        """The live entry under `key`."""
        return self.find_nowait(key)

    def find_nowait(self, key: str) -> StoredSession | None:
        """As `find`, which never waits."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.expiry <= self._clock():
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry

    async def save(
        self, key: str, data: bytes, expiry: float, version: object | None
    ) -> object | None:
        """Keep `data` if the entry's version is the expected one."""
        entry = self.find_nowait(key)
        if version != (entry.version if entry is not None else None):
            return None
        self._saves += 1
        self._entries[key] = StoredSession(data, expiry, self._saves)
        self._entries.move_to_end(key)
        self._drop_expired()
        if entry is None or entry.expiry != expiry:
            heapq.heappush(self._expiries, (expiry, key))
        while len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)
        return self._saves

    async def delete(self, key: str) -> None:
        """Remove the entry."""
        self._entries.pop(key, None)

    async def changes(self) -> set[str] | None:
        """Nothing: no other process sees this memory."""
        return set()

    async def close(self) -> None:
        """Nothing to release; the sessions stay for an app that starts again in this process."""

    def _drop_expired(self) -> None:
        now = self._clock()
        while self._expiries and self._expiries[0][0] <= now:
            _, key = heapq.heappop(self._expiries)
            entry = self._entries.get(key)
            if entry is not None and entry.expiry <= now:
                del self._entries[key]
        # Entries whose expiry moved, or that were deleted, leave their old mark behind.
        if len(self._expiries) > 2 * len(self._entries) + 64:
            self._expiries = [(entry.expiry, key) for key, entry in self._entries.items()]
            heapq.heapify(self._expiries)
