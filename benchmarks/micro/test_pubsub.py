"""Messages: encoded, decoded, fanned out and replayed, beside nats-py and json doing the same.

The broker is a real nats-server on loopback; a round is over when its last message has arrived.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
import nats
import pytest

import via
from via._core.messaging import _codecs_py, _fanout_c, _fanout_py
from via._core.messaging.codecs import codec, encode
from via.pubsub import EmbeddedServer, Hub, NATSBackend

LOGGER = logging.getLogger("benchmarks")
BATCH = 1000


class Message(msgspec.Struct):
    author: str
    text: str
    number: int


MESSAGE = Message("Ada", "The engine weaves algebraic patterns", 7)
DATA = encode(MESSAGE)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def broker(loop: asyncio.AbstractEventLoop) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(store_dir=None, logger=LOGGER)
    loop.run_until_complete(server.start())
    yield server
    loop.run_until_complete(server.stop())


@pytest.fixture(scope="module")
def backend(loop: asyncio.AbstractEventLoop, broker: EmbeddedServer) -> Iterator[NATSBackend]:
    made = NATSBackend(broker.url, logger=LOGGER, token=broker.token)
    loop.run_until_complete(made.connect())
    yield made
    loop.run_until_complete(made.close())


@pytest.mark.benchmark(group="encode a message")
@pytest.mark.parametrize("way", ["via", "json"])
def test_encode(benchmark: Any, way: str) -> None:
    if way == "via":
        assert json.loads(benchmark(encode, MESSAGE)) == msgspec.structs.asdict(MESSAGE)
    else:
        fields = msgspec.structs.asdict(MESSAGE)
        assert json.loads(benchmark(lambda: json.dumps(fields).encode()))


@pytest.mark.benchmark(group="decode and check a message")
@pytest.mark.parametrize("way", ["via", "twin", "json"])
def test_decode(benchmark: Any, way: str) -> None:
    if way == "json":  # the fields are taken, their types are not even checked

        def decode() -> Message:
            return Message(**json.loads(DATA))

        assert benchmark(decode) == MESSAGE
    else:
        made = codec(Message) if way == "via" else _codecs_py.codec(Message)
        assert benchmark(made.decode, DATA) == MESSAGE


@pytest.mark.benchmark(group="fan-out in one process")
@pytest.mark.parametrize("listeners", [1, 100, 10_000])
@pytest.mark.parametrize("way", ["via", "twin", "json"])
def test_fan_out(benchmark: Any, way: str, listeners: int) -> None:
    seen: list[Any] = []
    if way == "json":  # each listener decodes for itself, as callbacks on a subject do
        handlers = [seen.append] * listeners

        def deliver() -> None:
            for handler in handlers:
                handler(Message(**json.loads(DATA)))

    else:
        module = _fanout_c if way == "via" else _fanout_py
        made: Any = codec(Message) if way == "via" else _codecs_py.codec(Message)
        fanout = module.Fanout(lambda *_: None, lambda *_: None)
        for _ in range(listeners):
            fanout.add(module.Listener(seen.append, made, lambda job: job(), 1024))

        def deliver() -> None:
            fanout.deliver(DATA)

    deliver()
    assert seen == [MESSAGE] * listeners
    benchmark.pedantic(deliver, setup=seen.clear, rounds=max(5, 20_000 // listeners // 10))


@pytest.mark.benchmark(group=f"publish and receive {BATCH} messages over the broker")
@pytest.mark.parametrize("way", ["via", "nats-py and json"])
def test_round_trip(benchmark: Any, way: str, loop: Any, broker: Any, backend: Any) -> None:
    async def over_via() -> None:
        hub = Hub(backend, logger=LOGGER)
        seen: list[Message] = []
        done = loop.create_future()

        def hear(message: Message) -> None:
            seen.append(message)
            if len(seen) == BATCH:
                done.set_result(None)

        hub.subscribe("bench", hear, lambda job: job(), codec(Message))
        for _ in range(BATCH):
            hub.publish("bench", encode(MESSAGE))
        await done
        assert seen == [MESSAGE] * BATCH
        await hub.close()

    async def over_nats_py() -> None:
        conn = backend.conn
        seen: list[Message] = []
        done = loop.create_future()

        async def hear(message: Any) -> None:
            seen.append(Message(**json.loads(message.data)))
            if len(seen) == BATCH:
                done.set_result(None)

        subscription = await conn.subscribe("bench", cb=hear)
        fields = msgspec.structs.asdict(MESSAGE)
        for _ in range(BATCH):
            await conn.publish("bench", json.dumps(fields).encode())
        await done
        assert seen == [MESSAGE] * BATCH
        await subscription.unsubscribe()

    scenario = over_via if way == "via" else over_nats_py
    benchmark.pedantic(lambda: loop.run_until_complete(scenario()), rounds=10, warmup_rounds=1)


async def _fill(backend: NATSBackend, subject: str, count: int) -> None:
    """Make a stream of this length; the server takes what nobody waits for one by one."""
    name = subject.split(".")[0].upper()
    await backend.ensure_stream(via.StreamConfig(name, [f"{subject.split('.')[0]}.>"]))
    for number in range(count):
        await backend.conn.publish(subject, b"%d" % number)
        if number % 5000 == 0:
            await backend.conn.flush()
    await backend.conn.flush()
    while (await backend.jetstream.stream_info(name)).state.messages < count:
        await asyncio.sleep(0.01)


@pytest.mark.benchmark(group="replay the last 50, by the stream's length")
@pytest.mark.parametrize("length", [1_000, 100_000, 1_000_000])
def test_replay_by_length(benchmark: Any, length: int, loop: Any, backend: Any) -> None:
    subject = f"long{length}.a"
    loop.run_until_complete(_fill(backend, subject, length))

    def replay() -> Any:
        return loop.run_until_complete(backend.history(subject, 50))

    assert replay().messages == [b"%d" % n for n in range(length - 50, length)]
    benchmark.pedantic(replay, rounds=30, warmup_rounds=2)


@pytest.mark.benchmark(group="replay the last n of 100,000")
@pytest.mark.parametrize("count", [50, 500, 5000])
@pytest.mark.parametrize("way", ["via", "nats-py"])
def test_replay_by_count(benchmark: Any, way: str, count: int, loop: Any, backend: Any) -> None:
    subject = "counted.a"
    loop.run_until_complete(_fill_once(backend, subject, 100_000))

    async def with_nats_py() -> list[bytes]:
        js = backend.jetstream
        last = (await js.stream_info("COUNTED")).state.last_seq
        subscription = await js.subscribe(
            subject,
            ordered_consumer=True,
            config=nats.js.api.ConsumerConfig(
                deliver_policy=nats.js.api.DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=last - count + 1,
            ),
        )
        messages = [(await subscription.next_msg()).data for _ in range(count)]
        await subscription.unsubscribe()
        return messages

    def replay() -> list[bytes]:
        if way == "via":
            return list(loop.run_until_complete(backend.history(subject, count)).messages)
        return list(loop.run_until_complete(with_nats_py()))

    assert replay() == [b"%d" % n for n in range(100_000 - count, 100_000)]
    benchmark.pedantic(replay, rounds=10, warmup_rounds=1)


async def _fill_once(backend: NATSBackend, subject: str, count: int) -> None:
    await backend.ensure_stream(via.StreamConfig("COUNTED", ["counted.>"]))
    if not (await backend.jetstream.stream_info("COUNTED")).state.messages:
        await _fill(backend, subject, count)
