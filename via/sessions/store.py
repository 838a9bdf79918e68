"""The contract between a session manager and the place that keeps its sessions.

`via.SessionManager(store)` takes any object with the four methods of `Store`. What they promise:

* *Keys and data.* A key is the SHA-256 of a session's token, as 64 hexadecimal digits, so whoever
  reads the store cannot log in with what is found there. The data are opaque bytes, which come
  back exactly as they were saved.
* *Expiry.* An entry counts as absent from its `expiry` on, by the store's own clock, whether or
  not it has been removed by then. A store removes expired entries in its own time.
* *Versions.* Every save gives the entry a version that no earlier state of that key had, of any
  type that compares with `==`. A save states the version that it replaces, and comes to nothing
  where the entry has another one: of two who save at the same time, in whatever process, exactly
  one succeeds, and the other one is told.
* *Concurrency.* All methods may be called at the same time from one event loop, and by other
  processes on the same store.
* *Errors.* Each method raises `via.SessionError` where the store cannot be reached, and has then
  changed nothing or everything, never a part.
* *Changes.* A store may have a fifth method, `async def changes() -> set[str] | None`: the keys
  that other processes changed since it was last called, or None where it cannot tell them. Sessions
  with open tabs are then looked up when they changed; in a store without it, twice a second.
* *Closing.* A closed store opens again when it is next used, on whatever event loop runs then.

`tests/sessions/test_stores.py` holds every store to this.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol


class StoredSession(NamedTuple):
    """A kept session."""

    data: bytes
    expiry: float
    """Unix time from which on the entry counts as absent."""
    version: object
    """What `Store.save` must be given to replace just this state."""


def damaged(version: object) -> StoredSession:
    """What a store gives for an entry that it cannot have written; the manager drops it."""
    return StoredSession(b"", math.inf, version)


class Store(Protocol):
    """Keeps opaque bytes under opaque keys until they expire; see this module's contract."""

    async def find(self, key: str) -> StoredSession | None:
        """The entry under `key`; None if there is none or it has expired."""

    async def save(
        self, key: str, data: bytes, expiry: float, version: object | None
    ) -> object | None:
        """Keep `data` if the entry still has this version; return its new one.

        `version` None expects that there is no entry, or only an expired one. Returns None, and
        changes nothing, where that is not so. `expiry` is in Unix time.
        """

    async def delete(self, key: str) -> None:
        """Remove the entry, if there is one."""

    async def close(self) -> None:
        """Release files, threads and connections. Safe to call twice."""
