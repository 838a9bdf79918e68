"""How a session ends or changes its token for good, whatever other processes do just then.

All by `Store.save`, which replaces only what was read:

* *A renewal* puts a mark under the old key, which names the new one, and then saves the session
  there. If the mark is gone afterwards, the session was ended meanwhile: the new entry goes too.
* *An end* replaces the entry by a mark, so that nobody else can, and removes it. Where it finds the
  mark of a renewal it ends what that names.
* *A user's sessions* are listed in an entry of their own. To end them all, the list is taken away
  and each of them is ended. A session that is renewed has to be in the list still.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from ..errors import SessionError
from .store import Store, StoredSession

MARK_SECONDS: Final = 60.0
"""How long a mark stays: longer than any process takes between two steps."""

ATTEMPTS: Final = 20
MAX_SESSIONS: Final = 1000
"""Sessions that are listed for one user; beyond, the oldest are forgotten."""

_RENEWED: Final = b"via renewed "
_ENDED: Final = b"via ended"
_USER: Final = b"via user "

_encode: Final = msgspec.msgpack.encode
_decode: Final = msgspec.msgpack.Decoder(dict[str, float]).decode


def is_mark(data: bytes) -> bool:
    """Whether an entry is a mark in place of a session."""
    return data.startswith((_RENEWED, _ENDED))


def renewed_as(stored: StoredSession | None) -> str:
    """The key under which a renewal saves the session; "" where the entry is no such mark."""
    if stored is None or not stored.data.startswith(_RENEWED):
        return ""
    return stored.data.removeprefix(_RENEWED).decode("ascii", "replace")


async def mark_renewed(store: Store, old: str, stored: StoredSession, new: str, now: float) -> bool:
    """Say under the old key that the session is renewed; False if the entry has changed."""
    data = _RENEWED + new.encode()
    return await store.save(old, data, now + MARK_SECONDS, stored.version) is not None


async def end(store: Store, key: str, now: float) -> None:
    """End the session under a key, and what it was renewed as."""
    for _ in range(ATTEMPTS):
        stored = await store.find(key)
        if stored is None:
            return
        if await store.save(key, _ENDED, now + MARK_SECONDS, stored.version) is None:
            continue
        await store.delete(key)
        key = renewed_as(stored)
        if not key:
            return
    await store.delete(key)


async def list_session(
    store: Store, user: str, key: str, deadline: float, now: float, *, replaces: str = ""
) -> bool:
    """List a session of a user, in the place of the one that it `replaces`.

    False if that one is not listed: the user's sessions were ended meanwhile.
    """
    place = _place(user)
    for _ in range(ATTEMPTS):
        stored = await store.find(place)
        sessions = _sessions(stored)
        if replaces and replaces not in sessions:
            return False
        sessions.pop(replaces, None)
        alive = {one: end for one, end in sessions.items() if end > now}
        alive[key] = deadline
        newest = dict(list(alive.items())[-MAX_SESSIONS:])
        expiry = max(newest.values())
        version = None if stored is None else stored.version
        if await store.save(place, _USER + _encode(newest), expiry, version) is not None:
            return True
    raise SessionError(f"other processes changed the user's sessions during {ATTEMPTS} attempts")


async def end_listed(store: Store, user: str, now: float) -> int:
    """End all sessions of a user; returns how many there were."""
    place = _place(user)
    for _ in range(ATTEMPTS):
        stored = await store.find(place)
        if stored is None:
            return 0
        if await store.save(place, _ENDED, now + MARK_SECONDS, stored.version) is None:
            continue
        sessions = _sessions(stored)
        for key in sessions:
            await end(store, key, now)
        return len(sessions)
    raise SessionError(f"other processes changed the user's sessions during {ATTEMPTS} attempts")


def _place(user: str) -> str:
    """The key under which a user's sessions are listed; no token has it."""
    return hashlib.sha256(b"user\0" + user.encode(errors="surrogatepass")).hexdigest()


def _sessions(stored: StoredSession | None) -> dict[str, float]:
    """When each of the listed sessions ends, by their keys, the oldest first."""
    if stored is None or not stored.data.startswith(_USER):
        return {}
    try:
        return _decode(stored.data.removeprefix(_USER))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
