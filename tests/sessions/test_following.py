"""Whoever watches a session is told when another process, or time, ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio
import pytest
from support.session_backends import Backend, Held, held, loaded, saved

from via.sessions import SessionManager

pytestmark = pytest.mark.anyio


@pytest.fixture
async def manager(backend: Backend) -> AsyncIterator[SessionManager]:
    """The manager of a process that has tabs open."""
    manager = backend.manager()
    manager.start_following()
    yield manager
    await manager.close()


async def watched(manager: SessionManager, token: str) -> tuple[Held, anyio.Event]:
    """A tab's session, and what is set when the tab is told of a change."""
    session, told = await held(manager, token), anyio.Event()
    session.handle.watch(told.set)
    return session, told


async def elsewhere(
    backend: Backend, manager: SessionManager, token: str, do: Callable[[Held], object]
) -> None:
    """Do something to a session in another process; in memory there is only this one."""
    other = manager if backend.name.startswith("memory") else backend.manager()
    session = await held(other, token)
    do(session)
    await other.commit_handle(session.handle)


@pytest.mark.parametrize("end", [Held.destroy, Held.renew_token])
async def test_a_session_that_ends_elsewhere_ends_here(backend: Backend, manager, end) -> None:
    token = await saved(manager, name="ada")
    session, told = await watched(manager, token)
    await elsewhere(backend, manager, token, end)
    with anyio.fail_after(20):
        await told.wait()
    assert session.id() != token
    assert await loaded(manager, token) == {}


async def test_time_ends_a_session_that_nobody_asks_for(backend: Backend, manager) -> None:
    session, told = await watched(manager, await saved(manager, name="ada"))
    backend.clock.advance(hours=25)
    with anyio.fail_after(20):
        await told.wait()
    assert session.id() == ""


async def test_a_value_set_elsewhere_arrives_and_tells_nobody(backend: Backend, manager) -> None:
    token = await saved(manager, name="ada")
    session, told = await watched(manager, token)
    await elsewhere(backend, manager, token, lambda one: one.set("name", "bob"))
    with anyio.fail_after(20):
        while session.get("name") != "bob":
            await anyio.sleep(0.01)
    assert not told.is_set()
    assert session.id() == token


async def test_a_watcher_that_left_is_told_nothing(backend: Backend, manager) -> None:
    token = await saved(manager, name="ada")
    left, told = await watched(manager, token)
    stays, told_too = await watched(manager, token)
    left.handle.unwatch()
    await elsewhere(backend, manager, token, Held.destroy)
    with anyio.fail_after(20):
        await told_too.wait()
    assert not told.is_set()
    assert stays.id() == ""
