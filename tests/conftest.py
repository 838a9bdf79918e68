"""Fixtures for tests of a running app."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from support.server import Server, Visitor, wait_until

import via
from via.pubsub.nats.embedded_server import _executable

# How long an example takes is no part of what it shows.
settings.register_profile("via", deadline=None)
settings.load_profile("via")


@pytest.fixture
def v() -> via.V:
    """An app without the embedded broker."""
    app = via.new()
    app.config(
        via.Options(pubsub=via.MemoryPubSub(), action_rate_limit=via.RateLimitConfig(rate=-1))
    )
    return app


@pytest.fixture
def serve() -> Iterator[Callable[[Any], Server]]:
    """Serve an app: `serve(app).url`; `.stop()` and `.start()` to take it away and back."""
    servers: list[Server] = []

    def start(app: Any, *, plain: bool = False) -> Server:
        server = Server(app, plain=plain)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def visitor(serve: Callable[[Any], Server]) -> Iterator[Callable[[Any], Visitor]]:
    """Make visitors to an app, which is served on its first one."""
    served: dict[int, Server] = {}
    visitors: list[Visitor] = []

    def make(app: Any) -> Visitor:
        if id(app) not in served:
            served[id(app)] = serve(app)
        visitors.append(Visitor(served[id(app)].url))
        return visitors[-1]

    yield make
    for one in visitors:
        one.http.close()


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
