"""The client whose messages the core reads and writes, beside what is nats-py's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from nats.errors import NoRespondersError, ProtocolError

from via.pubsub.nats import client
from via.pubsub.nats.client import CoreClient

LOGGER = logging.getLogger("test")


def connected(url: str, work: Callable[[CoreClient], Awaitable[None]]) -> None:
    async def run() -> None:
        conn = CoreClient()
        await conn.connect(url)
        try:
            async with asyncio.timeout(20):
                await work(conn)
        finally:
            await conn.close()

    asyncio.run(run())


async def heard(messages: list[bytes], count: int) -> list[bytes]:
    while len(messages) < count:
        await asyncio.sleep(0.005)
    return messages


def test_what_a_turn_publishes_is_written_at_its_end_and_in_order(nats_url) -> None:
    async def work(conn: CoreClient) -> None:
        messages: list[bytes] = []
        await conn.subscribe_directly("turn.a", lambda data, *_: messages.append(data))
        before = conn.stats["out_msgs"]
        assert all(conn.publish_nowait("turn.a", b"%d" % n) for n in range(50))
        assert conn.pending_data_size > 0
        await asyncio.sleep(0)
        assert conn.pending_data_size == 0
        assert await heard(messages, 50) == [b"%d" % n for n in range(50)]
        assert conn.stats["out_msgs"] - before == conn.stats["in_msgs"] == 50

    connected(nats_url, work)


def test_both_ways_of_publishing_and_of_hearing_keep_one_order(nats_url) -> None:
    async def work(conn: CoreClient) -> None:
        direct: list[bytes] = []
        queued: list[bytes] = []
        await conn.subscribe_directly("both.a", lambda data, *_: direct.append(data))

        async def hear(message) -> None:
            queued.append(message.data)

        await conn.subscribe("both.a", cb=hear)
        for n in range(20):
            if n % 3:
                assert conn.publish_nowait("both.a", b"%d" % n)
            else:
                await conn.publish("both.a", b"%d" % n)
        expected = [b"%d" % n for n in range(20)]
        assert await heard(direct, 20) == expected
        assert await heard(queued, 20) == expected

    connected(nats_url, work)


def test_a_flush_comes_after_what_was_published(nats_url) -> None:
    async def work(conn: CoreClient) -> None:
        messages: list[bytes] = []
        await conn.subscribe_directly("flush.a", lambda data, *_: messages.append(data))
        conn.publish_nowait("flush.a", b"x")
        await conn.flush()
        assert messages == [b"x"]

    connected(nats_url, work)


def test_what_a_broken_connection_does_not_take_waits_for_the_next(nats_url, monkeypatch) -> None:
    async def work(conn: CoreClient) -> None:
        messages: list[bytes] = []
        await conn.subscribe_directly("broken.a", lambda data, *_: messages.append(data))

        def fail(parts: list[bytes]) -> None:
            raise RuntimeError("the transport is closed")

        with monkeypatch.context() as broken:
            broken.setattr(conn._transport, "writelines", fail)
            assert conn.publish_nowait("broken.a", b"1")
            await asyncio.sleep(0.01)
        assert conn.pending_data_size > 0
        conn.publish_nowait("broken.a", b"2")
        assert await heard(messages, 2) == [b"1", b"2"]

    connected(nats_url, work)


def test_a_client_that_is_behind_or_away_is_waited_for(nats_url, monkeypatch) -> None:
    async def work(conn: CoreClient) -> None:
        monkeypatch.setattr(client, "FULL", 10)
        assert conn.publish_nowait("full.a", b"more than ten bytes")
        assert not conn.publish_nowait("full.a", b"x")
        await conn.close()
        assert not conn.publish_nowait("full.a", b"x")

    connected(nats_url, work)


def test_an_ended_subscription_hears_nothing_more(nats_url) -> None:
    async def work(conn: CoreClient) -> None:
        messages: list[bytes] = []
        subscription = await conn.subscribe_directly("end.a", lambda d, *_: messages.append(d))
        conn.publish_nowait("end.a", b"1")
        await conn.flush()
        await subscription.unsubscribe()
        conn.publish_nowait("end.a", b"2")
        await conn.flush()
        assert messages == [b"1"]
        assert not conn._reader.handlers

    connected(nats_url, work)


def test_a_handler_that_fails_is_told_of_and_stops_nobody(nats_url) -> None:
    async def work(conn: CoreClient) -> None:
        told: list[object] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: told.append(context["exception"])
        )
        messages: list[bytes] = []

        def hear(data: bytes, reply: bytes, headers: bytes) -> None:
            messages.append(data)
            if data == b"1":
                raise KeyError("x")

        await conn.subscribe_directly("fail.a", hear)
        for text in (b"1", b"2"):
            conn.publish_nowait("fail.a", text)
        await heard(messages, 2)
        assert [type(error) for error in told] == [KeyError]

    connected(nats_url, work)


def test_what_no_server_says_ends_the_connection(nats_url) -> None:
    async def work(conn: CoreClient) -> None:
        with pytest.raises(ProtocolError):
            await conn._ps.parse(b"HELLO there\r\n")

    connected(nats_url, work)


def test_requests_are_answered_each_with_its_own_answer(nats_url) -> None:
    async def work(conn: CoreClient) -> None:
        async def answer(message) -> None:
            await message.respond(message.data * 2)

        await conn.subscribe("double", cb=answer)
        asked = (conn.request_directly("double", b"%d" % n, str(n), 5) for n in range(50))
        assert await asyncio.gather(*asked) == [b"%d" % n * 2 for n in range(50)]
        with pytest.raises(NoRespondersError):
            await conn.request_directly("nobody.is.here", b"", "id", 5)

        async def keep_silent(message) -> None:
            pass

        await conn.subscribe("silent", cb=keep_silent)
        with pytest.raises(TimeoutError):
            await conn.request_directly("silent", b"", "id", 0.05)
        assert not conn._answers

    connected(nats_url, work)
