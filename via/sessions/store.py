"""What a session manager asks of the place that keeps its sessions."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Stored(NamedTuple):
    """A kept session."""

    data: bytes
    expiry: float
    """Unix time from which on the entry counts as absent."""
    version: object
    """What `Store.save` must be given to replace just this state; equal when unchanged."""


class Store(Protocol):
    """Keeps opaque bytes under opaque keys until they expire.

    Keys are hashes of session tokens (64 hexadecimal digits), so whoever reads the store cannot log
    in with what is found there. Several processes may share a store; `save` is how they see each
    other. Every method raises SessionError when the store cannot be reached. A closed store opens
    again when it is next used, on whatever event loop runs then.
    """

    async def find(self, key: str) -> Stored | None:
        """The entry under `key`; None if there is none or it has expired."""

    async def save(
        self, key: str, data: bytes, expiry: float, version: object | None
    ) -> object | None:
        """Keep `data` if the entry still is what `version` says; return its new version.

        `version` None expects that there is no entry, or only an expired one. Returns None, and
        changes nothing, where the entry is another by now.
        """

    async def delete(self, key: str) -> None:
        """Remove the entry, if there is one."""

    async def close(self) -> None:
        """Release files, threads and connections."""
