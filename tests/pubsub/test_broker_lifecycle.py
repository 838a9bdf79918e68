"""The embedded nats-server: it starts, comes back, lasts as long as its parent and no longer."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import uvloop
from support.nats_cluster import free_ports
from support.server import wait_until

import via
from via.pubsub import EmbeddedServer, Hub, NATSBackend
from via.pubsub.nats.embedded_server import _executable

LOGGER = logging.getLogger("via.tests")
CHAT = via.StreamConfig("CHAT", ["chat.>"])

CHILD = """
import asyncio, logging, sys
from pathlib import Path
from via.pubsub import (EmbeddedServer)

async def main():
    server = EmbeddedServer(store_dir=None, logger=logging.getLogger("child"))
    await server.start()
    print(server.pid, server._guard.pid, server._folder, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def until(condition, what: str) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)
    assert condition(), what


async def connected(server: EmbeddedServer) -> NATSBackend:
    backend = NATSBackend(server.url, logger=LOGGER, token=server.token)
    await backend.connect()
    return backend


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_the_end_of_the_parent_leaves_no_server_and_no_folder(ending) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        pid, guard, folder = child.stdout.readline().decode().split()
        assert is_running(int(pid))
        assert Path(folder).is_dir()
        child.send_signal(ending)
        child.wait(10)
        wait_until(lambda: not is_running(int(pid)), "the server to end")
        wait_until(lambda: not is_running(int(guard)), "its guard to end")
        wait_until(lambda: not Path(folder).exists(), "its folder to go")


def test_a_stopped_server_leaves_nothing() -> None:
    async def scenario() -> None:
        server = EmbeddedServer(store_dir=None, logger=LOGGER)
        await server.start()
        pid, folder = server.pid, server._folder
        assert folder is not None
        assert (folder / "nats.conf").stat().st_mode & 0o777 == 0o600
        await server.stop()
        await server.stop()
        assert not is_running(pid)
        assert not folder.exists()

    asyncio.run(scenario())


def test_a_killed_server_comes_back_with_its_streams_and_listeners(tmp_path, caplog) -> None:
    async def scenario() -> None:
        server = EmbeddedServer(store_dir=tmp_path / "store", logger=LOGGER)
        await server.start()
        backend = await connected(server)
        hub = Hub(backend, logger=LOGGER)
        await backend.ensure_stream(CHAT)
        live: list[bytes] = []
        followed: list[bytes] = []
        hub.subscribe("chat.*", live.append, lambda job: job())
        _, replay = hub.follow("chat.*", followed.append, lambda job: job(), None)
        assert await replay(5) == []
        assert await backend.publish_durable("chat.a", b"before") == 1
        await until(lambda: live == followed == [b"before"], "the first message")

        killed = server.pid
        os.kill(killed, signal.SIGKILL)
        assert await backend.publish_durable("chat.a", b"after") == 2
        await until(lambda: followed == [b"before", b"after"], "what came after")
        await until(lambda: backend.conn.is_connected, "the connection")
        hub.publish("chat.b", b"live")
        await until(lambda: b"live" in live, "a live message")
        await until(lambda: followed[-1] == b"live", "the follower to see it too")
        history = await backend.history("chat.*", 10)
        assert history.messages == [b"before", b"after", b"live"]
        assert server.pid != killed
        await hub.close()
        await backend.close()
        await server.stop()

    asyncio.run(scenario())
    assert "restarting" in caplog.text


def test_a_store_lasts_from_one_start_to_the_next(tmp_path) -> None:
    async def scenario() -> None:
        for number in (1, 2, 3):
            server = EmbeddedServer(store_dir=tmp_path, logger=LOGGER)
            await server.start()
            backend = await connected(server)
            await backend.ensure_stream(CHAT)
            assert await backend.publish_durable("chat.a", b"%d" % number) == number
            await backend.close()
            await server.stop()

    asyncio.run(scenario())


def test_one_store_serves_one_process(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("via.pubsub.nats.embedded_server.LOCK_TIMEOUT", 0.05)

    async def scenario() -> None:
        server = EmbeddedServer(store_dir=tmp_path, logger=LOGGER)
        await server.start()
        with pytest.raises(via.PubSubError, match="is in use by another process"):
            await EmbeddedServer(store_dir=tmp_path, logger=LOGGER).start()
        await server.stop()

    asyncio.run(scenario())


def test_a_store_that_cannot_be_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("")

    async def scenario() -> None:
        with pytest.raises(via.PubSubError, match=r"nats_dir .* cannot be used"):
            await EmbeddedServer(store_dir=tmp_path / "file", logger=LOGGER).start()

    asyncio.run(scenario())


def test_strangers_and_wrong_tokens_are_kept_out(monkeypatch) -> None:
    monkeypatch.setattr("via.pubsub.nats.backend.CONNECT_TIMEOUT", 1.0)

    async def scenario() -> None:
        server = EmbeddedServer(store_dir=None, logger=LOGGER)
        await server.start()
        for token in (None, "wrong"):
            backend = NATSBackend(server.url, logger=LOGGER, token=token)
            with pytest.raises(via.PubSubError, match="no connection to NATS at"):
                await backend.connect()
            await backend.close()
        await server.stop()

    asyncio.run(scenario())


def test_a_connection_that_is_lost_can_be_closed(tmp_path) -> None:
    (port,) = free_ports(1)

    async def scenario(delay: float) -> None:
        log = str(tmp_path / "log")
        server = subprocess.Popen([_executable(), "-a", "127.0.0.1", "-p", str(port), "-l", log])
        backend = NATSBackend(f"nats://127.0.0.1:{port}", logger=LOGGER)
        await backend.connect()
        await backend.subscribe("a", print)
        server.kill()
        server.wait()
        await until(lambda: not backend.conn.is_connected, "the connection to be lost")
        await backend.publish("a", b"nobody will hear this")
        await asyncio.sleep(delay)
        await backend.close()
        attempts = [task for task in asyncio.all_tasks() if "reconnect" in repr(task.get_coro())]
        await until(lambda: all(task.done() for task in attempts), "no more attempts to connect")

    for delay in (0, 0.1, 0.25, 0.26):
        uvloop.run(scenario(delay))
