"""Connections that wait are accepted together, however long a turn of the loop takes."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from typing import Any

import pytest

from via.server import acceptor
from via.server.acceptor import Acceptor

if sys.platform == "win32":
    pytest.skip("the server uses asyncio's own there", allow_module_level=True)

import uvloop

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Opened(asyncio.Protocol):
    """Counts connections, and answers each with its number."""

    count = 0

    def connection_made(self, transport: Any) -> None:
        Opened.count += 1
        transport.write(b"%d\n" % Opened.count)
        transport.close()


@pytest.fixture(params=LOOPS)
def runner(request: pytest.FixtureRequest):
    Opened.count = 0
    with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
        yield runner


def connect(listener: socket.socket, count: int) -> list[socket.socket]:
    return [socket.create_connection(listener.getsockname()) for _ in range(count)]


def test_all_that_wait_are_accepted_in_a_turn_or_two(runner) -> None:
    async def main() -> int:
        with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
            clients = connect(listener, 200)
            server = Acceptor(asyncio.get_running_loop(), listener, Opened)
            turns = 0
            while Opened.count < 200:
                turns += 1
                await asyncio.sleep(0)
            for client in clients:
                assert await asyncio.to_thread(client.makefile().readline)
                client.close()
            server.close()
            return turns

    assert runner.run(main()) < 20  # one a turn would be 200


def test_it_stops_accepting_once_it_is_closed(runner) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = Acceptor(asyncio.get_running_loop(), listener, Opened)
            server.close()
            (client,) = connect(listener, 1)
            for _ in range(20):
                await asyncio.sleep(0)
            client.close()

    runner.run(main())
    assert Opened.count == 0


def test_without_a_file_for_another_connection_it_waits_and_goes_on(
    runner, monkeypatch, caplog
) -> None:
    monkeypatch.setattr(acceptor, "PAUSE", 0.01)

    class Full(socket.socket):
        failures = 1

        def accept(self):
            if Full.failures:
                Full.failures -= 1
                raise OSError(errno.EMFILE, "Too many open files")
            return super().accept()

    async def main() -> None:
        with Full() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            (client,) = connect(listener, 1)
            server = Acceptor(asyncio.get_running_loop(), listener, Opened)
            async with asyncio.timeout(20):
                while not Opened.count:
                    await asyncio.sleep(0.001)
            client.close()
            server.close()

    Full.failures = 1
    runner.run(main())
    assert "Too many open files" in caplog.text
