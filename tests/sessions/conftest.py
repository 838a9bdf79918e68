"""Fixtures for tests of sessions: a clock to turn, and each store behind the same face."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import nats
import pytest
from support.session_backends import AtOnce, Backend, Clock

from via.sessions import MemoryStore, NATSStore, SessionManager, SQLiteStore, Store


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "memory at once", "sqlite", "nats"])
async def backend(
    request: pytest.FixtureRequest, clock: Clock, tmp_path: Path
) -> AsyncIterator[Backend]:
    """Each store in turn; every test that uses this holds for all of them."""
    stores: list[Store] = []

    def keep(store: Store) -> Store:
        stores.append(store)
        return store

    if request.param == "memory":
        memory = MemoryStore(clock=clock)
        yield Backend("memory", clock, lambda: memory)
    elif request.param == "memory at once":
        memory = MemoryStore(clock=clock)
        yield Backend("memory", clock, lambda: memory, AtOnce)
    elif request.param == "sqlite":
        file = tmp_path / "sessions.db"
        yield Backend("sqlite", clock, lambda: keep(SQLiteStore(file, clock=clock)))
    else:
        client = await nats.connect(request.getfixturevalue("nats_url"))
        jetstream, bucket = client.jetstream(), f"test_{uuid4().hex}"
        yield Backend("nats", clock, lambda: keep(NATSStore(jetstream, bucket=bucket, clock=clock)))
        await client.close()
    for store in stores:
        await store.close()


@pytest.fixture
def manager(backend: Backend) -> SessionManager:
    return backend.manager()
