"""Durable streams: their limits, their history, and following them without a gap."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from nats.js.errors import ServerError
from support.server import Visitor

import via
from via._core.tasks import handlers
from via.pubsub.nats import api, replay

LOG = via.StreamConfig("LOG", ["log.>"])


class Line(msgspec.Struct):
    n: int


async def fill(c, subject: str, numbers) -> None:
    *first, last = numbers
    for number in first:
        via.publish(c, subject, Line(number))
    # Its acknowledgement says that all before it is kept as well.
    await via.publish_durable(c, subject, Line(last))


def numbers(lines) -> list[int]:
    return [line.n for line in lines]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("", ["a"]), "a name is 1 to 128 letters"),
        (("a b", ["a"]), "a name is"),
        (("A.B", ["a"]), "a name is"),
        (("A", []), "at least one subject"),
        (("A", "a.b"), "must be a list"),
        (("A", ["a..b"]), "part 2 is empty"),
        (("A", ["a"], 0), "max_msgs must be positive"),
        (("A", ["a"], -2), "max_msgs must be positive"),
        (("A", ["a"], 5, -1), "max_age must be seconds"),
        (("A", ["a"], 5, 0.01), "at least 0.1 s"),
        (("A", ["a"], 5, 0, 9), "replicas must be 1 to 5"),
    ],
)
def test_a_stream_that_cannot_be_is_refused_with_the_reason(arguments, match) -> None:
    with pytest.raises(via.PubSubError, match=match):
        via.StreamConfig(*arguments)


def test_the_last_messages_come_oldest_first(play) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        await fill(c, "log.a", range(100))
        await fill(c, "log.b", range(100, 110))
        history = via.replay_history[Line]
        assert numbers(await history(c, "log.a", 5)) == [95, 96, 97, 98, 99]
        assert numbers(await history(c, "log.*", 12)) == list(range(98, 110))
        assert numbers(await history(c, "log.>", 200)) == list(range(110))
        assert numbers(await history(c, "log.b", 50)) == list(range(100, 110))
        assert await history(c, "log.nobody", 5) == []
        assert await history(c, "log.a", 0) == []

    play(scenario)


@pytest.mark.parametrize("gap", [1, 7, 333])
@pytest.mark.parametrize("subject", ["log.rare", "log.*.rare"])
def test_rare_messages_are_found_among_many_others(play, gap, subject) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        rare = subject.replace("*", "x")
        for number in range(6):
            await fill(c, rare, [number])
            await fill(c, "log.common.y", range(gap))
        for count in (1, 3, 6, 50):
            found = await via.replay_history[Line](c, subject, count)
            assert numbers(found) == list(range(6))[-count:]

    play(scenario)


async def deleted(c, sequence: int) -> None:
    """Delete a message of LOG, again where the server's store is not ready for that."""
    async with asyncio.timeout(10):
        while True:
            try:
                await c.backend.jetstream.delete_msg("LOG", sequence)
            except ServerError:
                await asyncio.sleep(0.005)
            else:
                return


def test_deleted_messages_leave_no_gap_in_the_history(play_nats) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        await fill(c, "log.a", range(200))
        for sequence in range(101, 190):
            await deleted(c, sequence)
        found = await via.replay_history[Line](c, "log.a", 20)
        assert numbers(found) == [*range(91, 100), *range(189, 200)]
        await c.backend.jetstream.purge_stream("LOG")
        assert await via.replay_history[Line](c, "log.a", 20) == []

    play_nats(scenario)


def test_a_replay_whose_consumer_is_gone_begins_anew(play_nats, monkeypatch) -> None:
    read = replay._read
    gone: list[str] = []

    async def read_late(conn, stream: str, name: str, end: int, pending: int) -> list[bytes]:
        if len(gone) < 2:
            gone.append(name)
            await api.request(conn, f"CONSUMER.DELETE.{stream}.{name}")
        return await read(conn, stream, name, end, pending)

    monkeypatch.setattr(replay, "_read", read_late)

    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        await fill(c, "log.a", range(100))
        assert numbers(await via.replay_history[Line](c, "log.a", 3)) == [97, 98, 99]
        assert len(gone) == 2

    play_nats(scenario)


def test_a_stream_keeps_its_limits_also_when_they_change(play) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, via.StreamConfig("LOG", ["log.>"], max_msgs=10))
        await fill(c, "log.a", range(30))
        replay = via.replay_history[Line]
        assert numbers(await replay(c, "log.a", 100)) == list(range(20, 30))
        await via.ensure_stream(c, via.StreamConfig("LOG", ["log.>", "more"], max_msgs=5))
        assert numbers(await replay(c, "log.a", 100)) == list(range(25, 30))
        await fill(c, "more", [1])
        assert numbers(await replay(c, "more", 100)) == [1]
        await via.ensure_stream(
            c, via.StreamConfig("LOG", ["log.>"], max_msgs=5, max_age=timedelta(hours=1))
        )

    play(scenario)


def test_overlapping_streams_are_refused_by_name(play) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        with pytest.raises(via.PubSubError, match=r"'log\.x' overlaps with one of stream 'LOG'"):
            await via.ensure_stream(c, via.StreamConfig("OTHER", ["log.x"]))

    play(scenario)


def test_a_subject_that_no_stream_keeps_is_named(play) -> None:
    async def scenario(c) -> None:
        with pytest.raises(via.PubSubError, match=r"no stream keeps subject 'log\.a'"):
            await via.replay_history(c, "log.a", 5)
        with pytest.raises(via.PubSubError, match=r"no stream keeps subject 'log\.a'"):
            await via.publish_durable(c, "log.a", 1)
        with pytest.raises(via.PubSubError, match=r"no stream keeps subject 'log\.a'"):
            await via.replay_and_follow(c, "log.a", 5, print)
        assert c.hub.counts().listeners == 0

    play(scenario)


def test_what_is_not_of_the_type_is_left_out(play) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        via.publish(c, "log.a", "no line")
        await fill(c, "log.a", [1])
        assert numbers(await via.replay_history[Line](c, "log.a", 5)) == [1]
        assert c.hub.counts().undecodable == 1

    play(scenario)


def test_an_acknowledged_message_has_a_number(play) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        assert [await via.publish_durable(c, "log.a", Line(n)) for n in range(3)] == [1, 2, 3]

    play(scenario)


def test_many_that_are_published_at_once_keep_their_order(play) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        places = await asyncio.gather(
            *(via.publish_durable(c, "log.a", Line(n)) for n in range(1000))
        )
        assert places == list(range(1, 1001))
        assert numbers(await via.replay_history[Line](c, "log.a", 1000)) == list(range(1000))

    play(scenario)


def test_a_message_that_the_broker_would_not_take_is_refused(play_nats) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        with pytest.raises(via.PubSubError, match="is more than the 1048576 that the broker takes"):
            await via.publish_durable(c, "log.a", "x" * 1024 * 1024)
        assert await via.publish_durable(c, "log.a", "x") == 1

    play_nats(scenario)


def test_plain_handlers_wait_without_await(play) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)

        def handler() -> list[int]:
            via.ensure_stream(c, LOG)
            assert via.publish_durable(c, "log.a", Line(5)) == 1
            return numbers(via.replay_history[Line](c, "log.a", 9))

        assert await handlers.run(handler) == [5]

    play(scenario)


@pytest.mark.parametrize("round", range(5))
def test_following_has_neither_gap_nor_duplicate_while_others_publish(play, round) -> None:
    async def scenario(c) -> None:
        await via.ensure_stream(c, LOG)
        await fill(c, "log.a", range(20))

        async def publish() -> None:
            for number in range(20, 400):
                via.publish(c, "log.a", Line(number))
                if number % 10 == round:
                    await asyncio.sleep(0)

        async def follow() -> list[int]:
            seen: list[int] = []
            early: list[int] = []
            joined = False

            def hear(line: Line) -> None:
                (seen if joined else early).append(line.n)

            history = numbers(await via.replay_and_follow[Line](c, "log.a", 1000, hear))
            seen[:0] = history + early
            joined = True
            await c.until(lambda: seen[-1] == 399)
            return seen

        publisher = asyncio.ensure_future(publish())
        followers = []
        for _ in range(6):
            followers.append(asyncio.ensure_future(follow()))
            await asyncio.sleep(0.002)
        for follower in followers:
            assert await follower == list(range(400))
        await publisher

    play(scenario)


def test_a_custom_backend_makes_the_streams_of_the_options(serve) -> None:
    v = via.new()
    v.config(via.Options(pubsub=via.MemoryPubSub(), streams=[LOG], server_address="127.0.0.1:0"))

    @v.page("/")
    def page(c: via.Context) -> None:
        via.publish_durable(c, "log.a", Line(3))
        lines = via.replay_history[Line](c, "log.a", 5)
        c.view(lambda: via.h.P(via.h.Text(lines[0].n if lines else "none")))

    someone = Visitor(serve(v).url)
    assert someone.visit().css_first("p").text() == "3"
    someone.http.close()


def test_streams_asked_of_a_backend_that_has_none_are_named() -> None:
    class Bare:
        def publish(self, subject, data): ...

        def subscribe(self, subject, handler): ...

        def close(self): ...

    v = via.new()
    v.config(via.Options(pubsub=Bare(), streams=[LOG], server_address="127.0.0.1:0"))
    with pytest.raises(via.PubSubError, match="Bare has no streams"):
        v.start()
