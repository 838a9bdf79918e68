"""Loads and saves sessions."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from ..errors import SessionError, seconds
from . import endings
from .codec import decode_session, encode_session
from .cookie import Cookie
from .handle import SessionHandle
from .session import Session, handle_of, is_user_set, user_of
from .state import Journal, SessionState, SharedState, Values, logger
from .store import Store, StoredSession
from .store_name import store_name
from .stores.memory import MemoryStore
from .tokens import is_session_token

FOLLOW_INTERVAL = 0.5
"""Seconds between two looks at what became of the sessions whose tabs are open."""


class SessionManager:
    """Keeps the sessions of an app in a store; without one, in this process's memory.

    `lifetime` and `idle_timeout` may be changed at any time; `cookie` says how the browser is told.
    `clock` gives the Unix time. A manager serves one event loop at a time.

    A request runs `handle = await load_handle(cookie.read(header))`, its handler with a
    `Session(handle)`, `await commit_handle(handle)`, and sends what `handle.cookie_change()` then
    gives. Whatever else changes the session (a subscription, an interval) is followed by
    `commit_handle` too.
    """

    def __init__(
        self, store: Store | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.store: Store = MemoryStore(clock=clock) if store is None else store
        self._shared = SharedState(clock=clock)
        self._following: asyncio.Task[None] | None = None

    @property
    def cookie(self) -> Cookie:
        """How the session cookie is written."""
        return self._shared.cookie

    @cookie.setter
    def cookie(self, cookie: Cookie) -> None:
        self._shared.cookie = cookie

    @property
    def lifetime(self) -> timedelta:
        """How long a session lives from its start or last `renew_token`; 24 hours.

        Takes a timedelta or seconds, more than zero.
        """
        return timedelta(seconds=self._shared.lifetime)

    @lifetime.setter
    def lifetime(self, value: timedelta | float) -> None:
        lifetime = _checked("lifetime", value)
        if lifetime <= 0:
            raise SessionError(f"lifetime must be more than zero, not {value!r}")
        self._shared.lifetime = lifetime

    @property
    def idle_timeout(self) -> timedelta | None:
        """How long a session outlives its browser's last request; None (the default): no limit.

        Takes a timedelta or seconds; zero and None switch it off.
        """
        idle = self._shared.idle_timeout
        return None if idle == math.inf else timedelta(seconds=idle)

    @idle_timeout.setter
    def idle_timeout(self, value: timedelta | float | None) -> None:
        idle = 0.0 if value is None else _checked("idle_timeout", value)
        if idle < 0:
            raise SessionError(f"idle_timeout must be zero or more, not {value!r}")
        self._shared.idle_timeout = idle or math.inf

    async def load(self, token: str) -> Session:
        """The session of a browser that sent `token`, for routes of your own; see `load_handle`."""
        return Session(await self.load_handle(token))

    async def commit(self, session: Session) -> None:
        """Save what was done to a session that `load` gave; see `commit_handle`."""
        await self.commit_handle(handle_of(session))

    async def load_handle(self, token: str) -> SessionHandle:
        """The session of a browser that sent `token`, as the store has it now.

        A token that is unknown, forged, expired or "" gives an empty session, which nobody keeps
        until something is set in it, then under a new token. The call counts as activity for the
        idle timeout. Raises SessionError when the store cannot be reached.
        """
        if not self._may_live(token):
            return SessionHandle(SessionState(self._shared))
        state = self._state(token)
        async with state.lock:
            if state.token == token:
                await self._refresh(state)
        return self._handle(state, token)

    def load_handle_nowait(self, token: str) -> SessionHandle | None:
        """As `load_handle`, where nothing has to be waited for; None where something has."""
        if not self._may_live(token):
            return SessionHandle(SessionState(self._shared))
        store = self.store
        if not isinstance(store, MemoryStore):
            return None
        state = self._state(token)
        if state.lock.locked():
            return None
        stored = store.find_nowait(_key(token))
        if state.saved_as != token or self._compare(state, stored):
            self._touch(state)
        elif _damage(stored):
            return None
        return self._handle(state, token)

    async def own_cookie_name(self, port: str) -> str:
        """The cookie's name for browsers in which another app on the host uses `cookie.name`.

        The same in all processes of the app. `port` is where the browser finds it, which tells
        sessions apart that are in the memory of one process. Raises SessionError when the store
        cannot be reached.
        """
        cookie = self._shared.cookie
        if not cookie.own_name:
            is_local = isinstance(self.store, MemoryStore)
            name = port if is_local else await store_name(self.store, self._shared.clock())
            cookie.own_name = f"{cookie.name}-{name}"
        return cookie.own_name

    async def commit_handle(self, handle: SessionHandle) -> None:
        """Bring the store up to date with what was done to a session; cheap if nothing was.

        Changes are merged key by key with those of other processes. A session that ended elsewhere
        meanwhile stays ended: the changes are dropped. Raises SessionError when the store cannot be
        reached; the changes are then kept for the next commit.
        """
        state = handle.state
        if state is None or (state.is_saved() and not state.lock.locked()):
            return
        async with state.lock:
            state.expire()
            if not state.is_saved() and state.token:
                await self._save(state)
            while state.retired:
                token = state.retired[0]
                await endings.end(self.store, _key(token), self._shared.clock())
                self._forget_retired(state, token)
            while state.ending:
                await self.end_sessions(state.ending[0])
                del state.ending[0]

    async def end_sessions(self, user: str) -> int:
        """End all sessions of a user, in every process: log out everywhere.

        They are those in which `Session.set_user` named the user. Returns how many there were.
        Raises SessionError when the store cannot be reached.
        """
        count = await endings.end_listed(self.store, user, self._shared.clock())
        for state in list(self._shared.live.values()):
            if user_of(state.values) == user:
                state.vanish()
        return count

    def start_following(self) -> None:
        """Tell who watches a session of what other processes and time do to it, until `close`."""
        if self._following is None:
            self._following = asyncio.create_task(self._follow())

    async def close(self) -> None:
        """Release the store. Both can be used again afterwards."""
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
        self._shared.live.clear()
        await self.store.close()

    def _may_live(self, token: str) -> bool:
        return is_session_token(token) and token not in self._shared.retired

    def _state(self, token: str) -> SessionState:
        state = self._shared.live.get(token)
        if state is None:
            state = SessionState(self._shared)
            state.claim(token)
        return state

    def _handle(self, state: SessionState, token: str) -> SessionHandle:
        return SessionHandle(state if state.token == token else SessionState(self._shared))

    async def _refresh(self, state: SessionState) -> None:
        """Bring a state up to date with the store; end it if the store no longer has it."""
        if await self._reload(state):
            self._touch(state)

    async def _reload(self, state: SessionState) -> bool:
        """Bring a state up to date with the store; False if that ends it, or it ended meanwhile."""
        token, generation = state.token, state.generation
        if state.saved_as != token:
            return True
        stored = await self.store.find(_key(token))
        if state.generation != generation:
            return False
        is_alive = self._compare(state, stored)
        if not is_alive and (complaint := _damage(stored)):
            logger.warning("a session was dropped: %s", complaint)
            await self.store.delete(_key(token))
        return is_alive

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(FOLLOW_INTERVAL)
            # A store that cannot be reached is reported by the requests that need it.
            with suppress(SessionError):
                await self._look_around()

    async def _look_around(self) -> None:
        """Bring up to date what is watched and was changed elsewhere, and end what has expired."""
        watched = [state for state in self._shared.live.values() if state.watchers]
        for state in watched:
            state.expire()
        ask = getattr(self.store, "changes", None)
        changed: set[str] | None = None if ask is None else await ask()
        for state in watched:
            if state.token and (changed is None or _key(state.token) in changed):
                async with state.lock:
                    if state.token:
                        await self._reload(state)

    def _compare(self, state: SessionState, stored: StoredSession | None) -> bool:
        """Bring a state up to date with what the store has; False if that ends it."""
        token = state.saved_as
        if stored is not None and stored.version == state.version:
            state.saved_expiry = stored.expiry
        elif (content := _decode(stored)) is not None:
            state.adopt(content.values, token, stored)
            if state.token == token:
                state.deadline = content.deadline
        else:
            state.vanish()
            return False
        return True

    def _touch(self, state: SessionState) -> None:
        """The session's browser is there."""
        state.expire()
        state.seen = self._shared.clock()

    async def _save(self, state: SessionState) -> None:
        token, generation = state.token, state.generation
        journal, state.journal = state.journal, Journal()
        try:
            saved = await self._save_journal(state, token, journal)
        except BaseException:
            if state.generation == generation:
                state.journal = journal.followed_by(state.journal)
            raise
        if state.generation != generation:
            return
        if saved is not None:
            state.adopt(saved.values, token, saved.stored)
        elif state.token == token:
            state.vanish()
        else:  # renewed meanwhile: what was set since then is all there is
            state.adopt({}, "", None)

    async def _save_journal(
        self, state: SessionState, token: str, journal: Journal
    ) -> _Content | None:
        """Write the session under `token`; None if it ended elsewhere."""
        if state.saved_as not in ("", token):
            return await self._save_renewed(state, token, journal)
        version = state.version if state.saved_as == token else None
        values, deadline, expiry = dict(state.values), state.deadline, state.expiry()
        for _ in range(endings.ATTEMPTS):
            data = encode_session(deadline, values)
            saved = await self.store.save(_key(token), data, expiry, version)
            if saved is not None:
                user = user_of(values)
                if user and (version is None or is_user_set(journal)):
                    await self._list(user, token, deadline)
                return _Content(values, deadline, StoredSession(data, expiry, saved))
            content = _decode(await self.store.find(_key(token)))
            if content is None:
                return None
            values, deadline = journal.applied_to(content.values), content.deadline
            version = content.stored.version
            expiry = max(expiry, min(content.stored.expiry, deadline))
        raise SessionError(f"other processes changed the session {endings.ATTEMPTS} times")

    async def _save_renewed(
        self, state: SessionState, token: str, journal: Journal
    ) -> _Content | None:
        """Move the session to a new token; None if it ended elsewhere. See `endings`."""
        store, old, new = self.store, state.saved_as, _key(token)
        deadline, expiry, now = state.deadline, state.expiry(), self._shared.clock()
        for _ in range(endings.ATTEMPTS):
            # Other processes may have changed what lies under the old token.
            stored = await store.find(_key(old))
            content = _decode(stored)
            if stored is None or content is None:
                self._forget_retired(state, old)
                return None
            if await endings.mark_renewed(store, _key(old), stored, new, now):
                break
        else:
            raise SessionError(f"other processes changed the session {endings.ATTEMPTS} times")
        values = journal.applied_to(content.values)
        data = encode_session(deadline, values)
        saved = await store.save(new, data, expiry, None)
        user, earlier = user_of(values), user_of(content.values)
        is_listed = not user or await self._list(
            user, token, deadline, replaces=_key(old) if user == earlier else ""
        )
        was_ended = endings.renewed_as(await store.find(_key(old))) != new
        self._forget_retired(state, old)
        if saved is None or was_ended or not is_listed:
            await store.delete(new)
            return None
        return _Content(values, deadline, StoredSession(data, expiry, saved))

    async def _list(self, user: str, token: str, deadline: float, *, replaces: str = "") -> bool:
        now = self._shared.clock()
        return await endings.list_session(
            self.store, user, _key(token), deadline, now, replaces=replaces
        )

    def _forget_retired(self, state: SessionState, token: str) -> None:
        """The store knows that a token is dead."""
        if token in state.retired:
            state.retired.remove(token)
        self._shared.retired.discard(token)


class _Content(NamedTuple):
    """A session as the store has it."""

    values: Values
    deadline: float
    stored: StoredSession


def _decode(stored: StoredSession | None) -> _Content | None:
    if stored is None or endings.is_mark(stored.data):
        return None
    try:
        deadline, values = decode_session(stored.data)
    except SessionError:
        return None
    return _Content(values, deadline, stored)


def _damage(stored: StoredSession | None) -> str:
    """What is wrong with an entry; "" if it is one, or is none."""
    if stored is None or endings.is_mark(stored.data):
        return ""
    try:
        decode_session(stored.data)
    except SessionError as error:
        return str(error)
    return ""


def _key(token: str) -> str:
    """What a store knows of a token: its hash, so that a leaked store lets nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checked(name: str, value: timedelta | float) -> float:
    """A duration in seconds."""
    if isinstance(value, timedelta | int | float) and not isinstance(value, bool):
        duration = seconds(value)
        if math.isfinite(duration):
            return duration
    raise SessionError(f"{name} must be a timedelta or a number of seconds, not {value!r}")
