"""One embedded NATS for several processes: who runs it, and what becomes of it when they end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat
from pathlib import Path

import pytest

from via.errors import PubSubError
from via.pubsub import NATSBackend, SharedServer, StreamConfig

LOGGER = logging.getLogger("via.tests")


def shared(folder: Path) -> SharedServer:
    return SharedServer(folder, store_dir=None, logger=LOGGER)


async def connected(server: SharedServer) -> NATSBackend:
    backend = NATSBackend(server.url, token=server.token, logger=LOGGER)
    await backend.connect()
    return backend


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def test_all_who_name_a_folder_share_one_server(tmp_path) -> None:
    async def main() -> None:
        servers = [shared(tmp_path / "place") for _ in range(4)]
        await asyncio.gather(*(server.start() for server in servers))
        assert len({(server.url, server.token) for server in servers}) == 1
        assert sum(1 for server in servers if server.pid) == 1
        assert stat.S_IMODE((tmp_path / "place").stat().st_mode) == 0o700
        for server in servers:
            await server.stop()
        assert not (tmp_path / "place").exists()

    asyncio.run(main())


@pytest.mark.parametrize("is_killed", [False, True])
def test_another_takes_over_with_the_same_address_and_streams(tmp_path, is_killed) -> None:
    async def main() -> None:
        one, two = shared(tmp_path / "place"), shared(tmp_path / "place")
        await one.start()
        await two.start()
        backend = await connected(two)
        await backend.ensure_stream(StreamConfig("KEPT", ["kept"]))
        await backend.publish_durable("kept", b"1")
        address = two.url
        if is_killed:
            os.kill(one.pid, signal.SIGKILL)
        await one.stop()
        await until(lambda: two.pid and backend.conn.is_connected)
        assert two.url == address
        assert (await backend.history("kept", 5)).messages == [b"1"]
        await backend.publish_durable("kept", b"2")
        await backend.close()
        await two.stop()
        assert not (tmp_path / "place").exists()

    asyncio.run(main())


def test_a_folder_that_others_may_read_is_refused(tmp_path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    place.chmod(0o755)
    with pytest.raises(PubSubError, match="others may read it"):
        asyncio.run(shared(place).start())


def test_a_folder_that_is_a_link_is_refused(tmp_path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "place").symlink_to(tmp_path / "real")
    with pytest.raises(PubSubError, match="not this user's own"):
        asyncio.run(shared(tmp_path / "place").start())
