"""Fixtures for tests of sessions: a clock to turn, and each store behind the same face."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import nats
import pytest
from support.server import wait_until
from support.session_backends import AtOnce, Backend, Clock

from via.pubsub.nats.embedded_server import _executable
from via.sessions import MemoryStore, NATSStore, SessionManager, SQLiteStore, Store


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server with JetStream on loopback."""
    folder: Path = tmp_path_factory.mktemp("nats")
    command = ["-a", "127.0.0.1", "-p", "-1", "-js", "-sd", str(folder / "store")]
    server = subprocess.Popen(
        [_executable(), *command, "--ports_file_dir", str(folder), "-l", str(folder / "log")]
    )
    try:
        wait_until(lambda: list(folder.glob("*.ports")), "nats-server to listen")
        (ports,) = folder.glob("*.ports")
        wait_until(lambda: ports.read_text().strip().endswith("}"), "nats-server's ports")
        yield json.loads(ports.read_text())["nats"][0]
    finally:
        server.terminate()
        server.wait(20)


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
