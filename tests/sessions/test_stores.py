"""What every store promises, and what is particular to one."""

import asyncio
import os
import sqlite3

import pytest
from support.session_backends import Backend, Clock, held

from via.errors import SessionError
from via.sessions import MemoryStore, SQLiteStore, new_sqlite_session_manager

pytestmark = pytest.mark.anyio
KEY, OTHER = "a" * 64, "b" * 64


async def test_an_entry_is_found_until_it_is_deleted(backend: Backend, clock: Clock) -> None:
    store = backend.open_store()
    assert await store.find(KEY) is None
    assert await store.save(KEY, b"data", clock.now + 100, None) is not None
    found = await backend.open_store().find(KEY)
    assert found is not None
    assert (found.data, found.expiry) == (b"data", pytest.approx(clock.now + 100))
    assert await store.find(OTHER) is None
    await store.delete(KEY)
    await store.delete(KEY)
    assert await store.find(KEY) is None


async def test_only_who_knows_the_newest_version_may_save(backend: Backend, clock: Clock) -> None:
    one, two = backend.open_store(), backend.open_store()
    first = await one.save(KEY, b"1", clock.now + 100, None)
    assert await two.save(KEY, b"x", clock.now + 100, None) is None
    second = await two.save(KEY, b"2", clock.now + 100, first)
    assert second is not None
    assert await one.save(KEY, b"3", clock.now + 100, first) is None
    found = await one.find(KEY)
    assert found is not None
    assert (found.data, found.version) == (b"2", second)


async def test_what_has_expired_is_absent(backend: Backend, clock: Clock) -> None:
    store = backend.open_store()
    await store.save(KEY, b"old", clock.now + 10, None)
    clock.advance(seconds=11)
    assert await store.find(KEY) is None
    assert await store.save(KEY, b"new", clock.now + 10, None) is not None
    found = await store.find(KEY)
    assert found is not None
    assert found.data == b"new"


async def test_a_closed_store_opens_again(backend: Backend, clock: Clock) -> None:
    store = backend.open_store()
    await store.save(KEY, b"data", clock.now + 10, None)
    await store.close()
    found = await store.find(KEY)
    assert found is not None
    assert found.data == b"data"


async def test_memory_is_bounded(clock: Clock) -> None:
    store = MemoryStore(clock=clock, max_entries=3)
    for number in range(5):
        await store.save(f"{number:064}", b"x", clock.now + 100 + number, None)
    kept = [n for n in range(5) if await store.find(f"{n:064}") is not None]
    assert len(kept) == 3
    assert 4 in kept


async def test_a_locked_file_does_not_stop_the_event_loop(tmp_path, clock: Clock) -> None:
    store = SQLiteStore(tmp_path / "s.db", clock=clock)
    with sqlite3.connect(tmp_path / "s.db", isolation_level=None) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        saving = asyncio.ensure_future(store.save(KEY, b"x", clock.now + 10, None))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert not saving.done()
        blocker.execute("COMMIT")
    assert await saving is not None
    blocker.close()
    await store.close()


async def test_expired_rows_are_swept_when_a_file_is_opened(tmp_path, clock: Clock) -> None:
    store = SQLiteStore(tmp_path / "s.db", clock=clock)
    await store.save(KEY, b"x", clock.now + 10, None)
    await store.close()
    clock.advance(seconds=11)
    again = SQLiteStore(tmp_path / "s.db", clock=clock)
    with sqlite3.connect(tmp_path / "s.db") as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
        mode = database.execute("PRAGMA journal_mode").fetchone()
        indexes = [row[1] for row in database.execute("PRAGMA index_list(sessions)")]
    assert mode == ("wal",)
    assert any("expiry" in name for name in indexes)
    database.close()
    await again.close()


async def test_a_file_that_is_not_a_database_is_named(tmp_path) -> None:
    (tmp_path / "text").write_text("no database at all, but text" * 100)
    for path in (tmp_path / "text", tmp_path / "nowhere" / "s.db"):
        with pytest.raises(SessionError, match=path.name):
            new_sqlite_session_manager(path)


async def test_an_open_connection_can_be_given(tmp_path) -> None:
    connection = sqlite3.connect(tmp_path / "s.db")
    manager = new_sqlite_session_manager(connection)
    session = await held(manager)
    session.set("a", 1)
    await manager.commit_handle(session.handle)
    assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    await manager.close()
    connection.close()


async def test_a_lock_that_is_held_for_too_long_is_reported(tmp_path, clock, monkeypatch) -> None:
    monkeypatch.setattr("via.sessions.stores.sqlite._BUSY_TIMEOUT", 0.05)
    store = SQLiteStore(tmp_path / "s.db", clock=clock)
    blocker = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(SessionError, match="locked"):
        await store.save(KEY, b"x", clock.now + 10, None)
    blocker.execute("ROLLBACK")
    blocker.close()
    assert await store.save(KEY, b"x", clock.now + 10, None) is not None
    await store.close()


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
async def test_a_new_file_is_its_owners_alone(tmp_path, clock: Clock) -> None:
    before = os.umask(0)
    try:
        store = SQLiteStore(tmp_path / "s.db", clock=clock)
        await store.save("a" * 64, b"x", clock.now + 9, None)
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        assert modes == dict.fromkeys(modes, 0o600)
        assert "s.db" in modes
        await store.close()
        (tmp_path / "s.db").chmod(0o640)
        await store.find("a" * 64)
        assert (tmp_path / "s.db").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)
        await store.close()
