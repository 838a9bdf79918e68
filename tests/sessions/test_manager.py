"""What a session manager promises, over each of its stores."""

import asyncio
from datetime import timedelta

import pytest
from support.session_backends import Backend, Clock, held, loaded, saved

from via.errors import SessionError
from via.sessions import MemoryStore, SessionManager

pytestmark = pytest.mark.anyio


async def test_an_unused_session_is_nowhere(manager: SessionManager) -> None:
    session = await held(manager)
    assert (session.id(), session.get("a"), session.handle.cookie_change()) == ("", None, None)
    await manager.commit_handle(session.handle)
    assert session.id() == ""


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 1000, "é" * 43, "../" * 14 + "a"])
async def test_forged_tokens_get_an_empty_session(manager: SessionManager, token: str) -> None:
    session = await held(manager, token)
    session.set("a", 1)
    assert session.id() not in ("", token)


async def test_a_session_outlives_its_process(backend: Backend) -> None:
    token = await saved(backend.manager(), name="ada")
    assert len(token) == 43
    assert await loaded(backend.manager(), token) == {"name": "ada"}


async def test_a_route_of_ones_own_loads_and_commits_a_session(backend: Backend) -> None:
    manager = backend.manager()
    token = await saved(manager, name="ada")
    session = await manager.load(token)
    session.set("seen", session.get_string("name"))
    await manager.commit(session)
    assert await loaded(backend.manager(), token) == {"name": "ada", "seen": "ada"}


async def test_renewing_kills_the_old_token_at_once_and_keeps_the_values(backend: Backend) -> None:
    manager, other = backend.manager(), backend.manager()
    old = await saved(manager, name="ada")
    session, second_tab = await held(manager, old), await held(manager, old)
    session.renew_token()
    assert await loaded(manager, old) == {}
    await manager.commit_handle(session.handle)
    assert session.id() == second_tab.id() != old
    assert await loaded(other, old) == {}
    assert await loaded(other, session.id()) == {"name": "ada"}


async def test_destroying_ends_it_everywhere(backend: Backend) -> None:
    manager, other = backend.manager(), backend.manager()
    token = await saved(manager, name="ada")
    session = await held(manager, token)
    session.destroy()
    cookie = session.handle.cookie_change()
    assert cookie is not None
    assert "session=;" in cookie
    assert "Max-Age=0" in cookie
    await manager.commit_handle(session.handle)
    assert (session.id(), session.keys()) == ("", [])
    assert await loaded(other, token) == {}
    session.set("fresh", True)
    assert session.id() not in ("", token)


async def test_processes_do_not_overwrite_each_others_keys(backend: Backend) -> None:
    one, two = backend.manager(), backend.manager()
    token = await saved(one, a=0, gone=1)
    first, second = await held(one, token), await held(two, token)
    first.set("a", 1)
    first.delete("gone")
    second.set("b", 2)
    await asyncio.gather(one.commit_handle(first.handle), two.commit_handle(second.handle))
    assert await loaded(backend.manager(), token) == {"a": 1, "b": 2}


async def test_tabs_of_one_process_share_what_is_live(manager: SessionManager) -> None:
    token = await saved(manager, n=0)
    tabs = [await held(manager, token) for _ in range(20)]
    for number, tab in enumerate(tabs):
        tab.set(f"key{number}", tab.get_int("n"))
        tab.set("n", tab.get_int("n") + 1)
    await asyncio.gather(*(manager.commit_handle(tab.handle) for tab in tabs))
    values = await loaded(manager, token)
    assert values == {"n": 20} | {f"key{n}": n for n in range(20)}


async def test_the_lifetime_is_absolute(backend: Backend, clock: Clock) -> None:
    manager = backend.manager()
    manager.lifetime = timedelta(hours=2)
    token = await saved(manager, name="ada")
    clock.advance(hours=1)
    session = await held(manager, token)
    session.set("more", 1)
    await manager.commit_handle(session.handle)
    clock.advance(hours=1, seconds=1)
    assert session.get("name") is None
    assert await loaded(manager, token) == {}


async def test_the_idle_timeout_slides(backend: Backend, clock: Clock) -> None:
    manager = backend.manager()
    manager.idle_timeout = 600
    token = await saved(manager, name="ada")
    for _ in range(5):
        clock.advance(seconds=500)
        session = await held(manager, token)
        assert session.get("name") == "ada"
        await manager.commit_handle(session.handle)
    clock.advance(seconds=601)
    assert await loaded(manager, token) == {}


async def test_a_save_elsewhere_does_not_take_back_the_idle_time_of_a_request(
    backend: Backend, clock: Clock
) -> None:
    one, two = backend.manager(), backend.manager()
    one.idle_timeout = two.idle_timeout = 600
    token = await saved(one, name="ada")
    subscriber = await held(two, token)
    clock.advance(seconds=500)
    browser = await held(one, token)
    await one.commit_handle(browser.handle)
    subscriber.set("heard", "news")
    await two.commit_handle(subscriber.handle)
    clock.advance(seconds=500)
    assert await loaded(backend.manager(), token) == {"name": "ada", "heard": "news"}


async def test_a_changed_cookie_is_sent_once_by_the_tab_that_changed_it(
    manager: SessionManager,
) -> None:
    token = await saved(manager, name="ada")
    one, two = await held(manager, token), await held(manager, token)
    one.renew_token()
    assert (one.handle.cookie_due, two.handle.cookie_due) == (True, False)
    cookie = one.handle.cookie_change()
    assert cookie is not None
    assert cookie.startswith(f"session={one.id()}; Path=/; Max-Age=")
    assert one.handle.cookie_change() is None


async def test_a_store_that_fails_keeps_the_changes_for_later(clock: Clock) -> None:
    class Failing(MemoryStore):
        fails = True

        async def save(self, *arguments):
            if self.fails:
                raise SessionError("the disk is full")
            return await super().save(*arguments)

    store = Failing(clock=clock)
    manager = SessionManager(store, clock=clock)
    session = await held(manager)
    session.set("a", 1)
    with pytest.raises(SessionError, match="the disk is full"):
        await manager.commit_handle(session.handle)
    assert session.handle.unsaved
    store.fails = False
    await manager.commit_handle(session.handle)
    assert not session.handle.unsaved
    assert await loaded(SessionManager(store, clock=clock), session.id()) == {"a": 1}


@pytest.mark.parametrize("value", [0, -1, "x", None, float("nan")])
def test_a_lifetime_that_cannot_be_is_refused(value) -> None:
    with pytest.raises(SessionError, match="lifetime"):
        SessionManager().lifetime = value
