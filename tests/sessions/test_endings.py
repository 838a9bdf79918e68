"""Ends and renewals that race between processes, all sessions of a user, and damaged entries."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from support.session_backends import Backend, Clock, Held, held, loaded, saved

from via.errors import SessionError
from via.sessions import SessionManager, SQLiteStore, Store, StoredSession
from via.sessions.manager import _key

pytestmark = pytest.mark.anyio

STEPS = 8
"""More than an end or a renewal takes of the store."""


class Interrupted:
    """A store before whose n-th step something else happens, as in another process."""

    def __init__(self, store: Store, step: int, happens: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._left = step
        self._happens = happens

    async def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            await self._happens()

    async def find(self, key: str) -> StoredSession | None:
        await self._step()
        return await self._store.find(key)

    async def save(self, key: str, data: bytes, expiry: float, version: Any) -> object | None:
        await self._step()
        return await self._store.save(key, data, expiry, version)

    async def delete(self, key: str) -> None:
        await self._step()
        await self._store.delete(key)

    async def close(self) -> None:
        await self._store.close()


async def login(manager: SessionManager, user: str) -> str:
    session = await held(manager)
    session.renew_token()
    session.set("name", user)
    session.set_user(user)
    await manager.commit_handle(session.handle)
    return session.id()


def interrupt(manager: SessionManager, step: int, happens: Callable[[], Awaitable[object]]) -> None:
    manager.store = Interrupted(manager.store, step, happens)


@pytest.mark.parametrize("step", range(1, STEPS))
@pytest.mark.parametrize("user", ["", "ada"])
async def test_an_end_that_races_with_a_renewal_elsewhere_wins(
    backend: Backend, user: str, step: int
) -> None:
    here, elsewhere = backend.manager(), backend.manager()
    token = await login(here, user) if user else await saved(here, name="ada")
    ending, renewing = await held(elsewhere, token), await held(here, token)

    async def end() -> None:
        ending.destroy()
        await elsewhere.commit_handle(ending.handle)

    interrupt(here, step, end)
    renewing.renew_token()
    renewed = renewing.id()
    renewing.set("role", "admin")
    await here.commit_handle(renewing.handle)
    if ending.id():
        await end()
    for manager in (here, elsewhere, backend.manager()):
        assert await loaded(manager, token) == {}
        assert await loaded(manager, renewed) == {}


@pytest.mark.parametrize("step", range(1, STEPS))
async def test_a_renewal_that_races_with_an_end_elsewhere_comes_to_nothing(
    backend: Backend, step: int
) -> None:
    here, elsewhere = backend.manager(), backend.manager()
    token = await saved(here, name="ada")
    ending, renewing = await held(here, token), await held(elsewhere, token)
    renewed = ""

    async def renew() -> None:
        nonlocal renewed
        renewing.renew_token()
        renewed = renewing.id()
        await elsewhere.commit_handle(renewing.handle)

    interrupt(here, step, renew)
    ending.destroy()
    await here.commit_handle(ending.handle)
    if not renewed:
        await renew()
    for manager in (here, elsewhere, backend.manager()):
        assert await loaded(manager, token) == {}
        assert await loaded(manager, renewed) == {}


@pytest.mark.parametrize("step", range(1, STEPS))
async def test_of_two_renewals_one_survives(backend: Backend, step: int) -> None:
    here, elsewhere = backend.manager(), backend.manager()
    token = await saved(here, name="ada")
    one, other = await held(here, token), await held(elsewhere, token)

    async def renew() -> None:
        other.renew_token()
        tokens.append(other.id())
        await elsewhere.commit_handle(other.handle)

    tokens: list[str] = []
    interrupt(here, step, renew)
    one.renew_token()
    tokens.append(one.id())
    await here.commit_handle(one.handle)
    if len(tokens) == 1:
        await renew()
    alive = [t for t in tokens if await loaded(backend.manager(), t) == {"name": "ada"}]
    assert len(alive) == 1
    assert await loaded(backend.manager(), token) == {}


async def test_who_kept_the_old_token_gets_nothing_of_the_renewed_session(backend: Backend) -> None:
    here, elsewhere = backend.manager(), backend.manager()
    planted = await saved(here, cart=[1])
    attacker = await held(elsewhere, planted)
    visitor = await held(here, planted)
    visitor.renew_token()
    visitor.set("name", "ada")
    await here.commit_handle(visitor.handle)
    attacker.renew_token()
    own = attacker.id()
    attacker.set("mine", 1)
    await elsewhere.commit_handle(attacker.handle)
    assert "name" not in await loaded(backend.manager(), own)
    assert (await loaded(backend.manager(), visitor.id()))["name"] == "ada"


@pytest.mark.parametrize("step", range(1, STEPS))
async def test_all_sessions_of_a_user_end_whatever_is_renewed_meanwhile(
    backend: Backend, step: int
) -> None:
    here, elsewhere = backend.manager(), backend.manager()
    tokens = [await login(here, "ada"), await login(elsewhere, "ada")]
    other = await login(here, "bob")
    renewing = await held(here, tokens[0])
    ended: list[int] = []

    async def end() -> None:
        ended.append(await elsewhere.end_sessions("ada"))

    interrupt(here, step, end)
    renewing.renew_token()
    tokens.append(renewing.id())
    await here.commit_handle(renewing.handle)
    if not ended:
        await end()
    assert ended[0] >= 2
    for manager in (here, elsewhere, backend.manager()):
        for token in tokens:
            assert await loaded(manager, token) == {}
        assert await loaded(manager, other) == {"name": "bob"}


async def test_a_user_is_logged_out_everywhere(backend: Backend) -> None:
    here = backend.manager()
    # There is one process where they are in memory.
    elsewhere = here if backend.name == "memory" else backend.manager()
    elsewhere.start_following()
    tokens = [await login(here, "ada"), await login(elsewhere, "ada")]
    session, told = await held(elsewhere, tokens[1]), anyio.Event()
    session.handle.watch(told.set)
    leaving = await held(here, tokens[0])
    assert leaving.user() == "ada"
    leaving.end_all()
    assert leaving.id() == ""
    await here.commit_handle(leaving.handle)
    with anyio.fail_after(20):
        await told.wait()
    for token in tokens:
        assert await loaded(backend.manager(), token) == {}
    again = await login(here, "ada")
    assert await loaded(elsewhere, again) == {"name": "ada"}
    assert await here.end_sessions("ada") == 1
    assert await here.end_sessions("ada") == 0
    await elsewhere.close()


async def test_a_session_keeps_its_user_when_it_is_cleared_or_renewed(
    backend: Backend, manager: SessionManager
) -> None:
    token = await login(manager, "ada")
    session = await held(manager, token)
    session.clear()
    session.renew_token()
    await manager.commit_handle(session.handle)
    again = await held(backend.manager(), session.id())
    assert again.user() == "ada"
    assert again.keys() == []
    assert await backend.manager().end_sessions("ada") == 1
    assert await loaded(backend.manager(), session.id()) == {}


async def test_a_session_may_have_another_user(manager: SessionManager) -> None:
    token = await login(manager, "ada")
    session = await held(manager, token)
    session.set_user("bob")
    await manager.commit_handle(session.handle)
    assert await manager.end_sessions("bob") == 1
    assert await loaded(manager, token) == {}


@pytest.mark.parametrize("user", ["", 5, None])
async def test_a_user_is_a_text(manager: SessionManager, user: Any) -> None:
    session = await held(manager)
    with pytest.raises(TypeError, match="a session's user is a str that is not empty"):
        session.set_user(user)


async def test_sessions_of_a_user_that_are_over_are_not_listed(
    backend: Backend, clock: Clock
) -> None:
    manager = backend.manager()
    await login(manager, "ada")
    clock.advance(hours=23)
    await login(manager, "ada")
    clock.advance(hours=2)
    assert await manager.end_sessions("ada") >= 1
    await login(manager, "ada")
    assert await manager.end_sessions("ada") == 1


async def test_a_session_has_a_bound(manager: SessionManager) -> None:
    session = await held(manager)
    session.set("kept", "a" * 200_000)
    with pytest.raises(SessionError, match="session key 'large': the session would take more than"):
        session.set("large", "a" * 100_000)
    session.set("kept", "a" * 100_000)
    session.set("large", "a" * 100_000)
    await manager.commit_handle(session.handle)
    assert session.keys() == ["kept", "large"]


DAMAGE: dict[str, object] = {
    "nothing": b"",
    "noise": b"\xc1\xff\x00noise",
    "cut off": b"\x93\x01\xcb",
    "another format": b"\x93\x63\xcb\x41\xda\x00\x00\x00\x00\x00\x00\x80",
    "an old mark's text": b"via",
    "a key that is no text": b"\x93\x01\xcb" + b"\0" * 8 + b"\x81\xa2\xff\xff\x01",
}


@pytest.mark.parametrize("damage", list(DAMAGE))
async def test_a_damaged_entry_is_dropped_with_one_line(
    backend: Backend, clock: Clock, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    store = backend.open_store()
    token = await saved(backend.manager(), name="ada")
    stored = await store.find(_key(token))
    assert stored is not None
    data = DAMAGE[damage]
    assert isinstance(data, bytes)
    assert await store.save(_key(token), data, clock.now + 1000, stored.version) is not None
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        assert await loaded(backend.manager(), token) == {}
    lines = [r.getMessage() for r in caplog.records if "was dropped" in r.getMessage()]
    assert len(lines) == 1
    assert await store.find(_key(token)) is None


@pytest.mark.parametrize("value", ["text", 5, 1.5, "CAST(X'FF' AS TEXT)"])
@pytest.mark.parametrize("column", ["data", "expiry"])
async def test_a_damaged_row_is_dropped_with_one_line(
    clock: Clock, tmp_path: Any, caplog: pytest.LogCaptureFixture, value: object, column: str
) -> None:
    if column == "expiry" and isinstance(value, int | float):
        pytest.skip("that is an expiry")
    file = tmp_path / "sessions.db"
    store = SQLiteStore(file, clock=clock)
    manager = SessionManager(store, clock=clock)
    token = await saved(manager, name="ada")
    other = await saved(manager, name="bob")
    with sqlite3.connect(file) as connection:
        if isinstance(value, str) and value.startswith("CAST"):
            connection.execute(
                f"UPDATE sessions SET {column} = {value} WHERE token = ?", (_key(token),)
            )
        else:
            connection.execute(
                f"UPDATE sessions SET {column} = ? WHERE token = ?", (value, _key(token))
            )
    connection.close()
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        assert await loaded(SessionManager(store, clock=clock), token) == {}
    lines = [r.getMessage() for r in caplog.records if "was dropped" in r.getMessage()]
    assert len(lines) == 1
    assert await loaded(manager, other) == {"name": "bob"}
    await store.close()


async def test_ends_do_not_wait_for_a_damaged_entry(backend: Backend, clock: Clock) -> None:
    manager = backend.manager()
    token = await saved(manager, name="ada")
    session: Held = await held(manager, token)
    store = backend.open_store()
    stored = await store.find(_key(token))
    assert stored is not None
    await store.save(_key(token), b"noise", clock.now + 1000, stored.version)
    session.destroy()
    await manager.commit_handle(session.handle)
    assert await store.find(_key(token)) is None
