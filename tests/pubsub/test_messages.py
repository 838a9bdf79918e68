"""Typed and raw messages: what arrives, in which order, and what is skipped."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar

import msgspec
import pytest

import via
from via.pubsub import hub as hub_module

T = TypeVar("T")


class Message(msgspec.Struct):
    author: str
    text: str


@dataclass
class Point:
    x: int
    y: int = 0


class Row(TypedDict):
    name: str


class Pair(NamedTuple):
    left: int
    right: str


class Colour(Enum):
    RED = "red"


class Box(msgspec.Struct, Generic[T]):
    content: T


VALUES = [
    (Message, Message("ada", "hello")),
    (Point, Point(1, 2)),
    (Row, {"name": "x"}),
    (Pair, Pair(1, "a")),
    (Colour, Colour.RED),
    (datetime, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    (bytes, b"\x00\xff"),
    (int, 7),
    (list[Message], [Message("a", "b")]),
    (dict[str, float], {"a": 1.5}),
    (Box[Point], Box(Point(1))),
    (str | None, None),
]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[str(kind) for kind, _ in VALUES])
def test_a_value_comes_back_as_what_it_was(play, kind, value) -> None:
    async def scenario(c) -> None:
        seen: list[Any] = []
        via.subscribe[kind](c, "v", seen.append)
        via.publish(c, "v", value)
        await c.until(lambda: seen)
        assert seen == [value]

    play(scenario)


def test_the_type_may_be_the_handlers_annotation(play) -> None:
    async def scenario(c) -> None:
        class Local(msgspec.Struct):
            n: int

        seen: list[Any] = []

        def plain(message: Message) -> None:
            seen.append(message)

        def quoted(message: "Message") -> None:
            seen.append(message)

        def local(message: "Local") -> None:
            seen.append(message)

        def bare(message) -> None:
            seen.append(message)

        for handler in (plain, quoted, bare):
            via.subscribe(c, "m", handler)
        via.subscribe(c, "l", local)
        via.publish(c, "m", Message("a", "b"))
        via.publish(c, "l", Local(3))
        await c.until(lambda: len(seen) == 4)
        assert sorted(map(str, seen)) == sorted(
            map(str, [Message("a", "b"), Message("a", "b"), {"author": "a", "text": "b"}, Local(3)])
        )

    play(scenario)


def test_an_annotation_that_cannot_be_read_says_so(play) -> None:
    async def scenario(c) -> None:
        def handler(message: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821

        with pytest.raises(via.PubSubError, match=r"'Nowhere' .* give the type in brackets"):
            via.subscribe(c, "m", handler)

    play(scenario)


def test_what_is_not_of_the_type_is_logged_and_skipped(play, caplog) -> None:
    async def scenario(c) -> None:
        seen: list[list[Message]] = []
        via.subscribe[list[Message]](c, "m.*", seen.append)
        for bad in (b"{", b"[1]", b'[{"author": 1, "text": ""}]'):
            c.hub.publish("m.x", bad)
        via.publish(c, "m.x", [Message("a", "b")])
        await c.until(lambda: seen)
        assert seen == [[Message("a", "b")]]
        assert c.hub.counts().undecodable == 3

    play(scenario)
    lines = [record.getMessage() for record in caplog.records if "skipped" in record.getMessage()]
    assert len(lines) == 1  # of one kind, one a second
    assert "'m.*'" in lines[0]


def test_a_validation_error_names_the_path(play, caplog) -> None:
    async def scenario(c) -> None:
        via.subscribe[list[Message]](c, "m", lambda message: None)
        c.hub.publish("m", b'[{"author": 1, "text": ""}]')
        await c.until(lambda: c.hub.counts().undecodable)

    play(scenario)
    assert "$[0].author" in caplog.text


def test_raw_subscriptions_get_the_bytes(play) -> None:
    async def scenario(c) -> None:
        seen: list[bytes] = []
        via.pubsub.subscribe_raw(c, "raw", seen.append)
        c.hub.publish("raw", b"\x00 no JSON")
        await c.until(lambda: seen)
        assert seen == [b"\x00 no JSON"]

    play(scenario)


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("a.b", {"a.b"}),
        ("a.*", {"a.b", "a.c"}),
        ("*.b", {"a.b", "x.b"}),
        ("a.>", {"a.b", "a.c", "a.b.c"}),
        (">", {"a", "a.b", "a.c", "x.b", "a.b.c"}),
        ("*", {"a"}),
        ("a.*.c", {"a.b.c"}),
    ],
)
def test_wildcards(play, pattern, matching) -> None:
    async def scenario(c) -> None:
        seen: set[str] = set()
        done: list[str] = []
        via.subscribe[str](c, pattern, seen.add)
        via.subscribe[str](c, "the.end.of.it.all", done.append)
        for subject in ("a", "a.b", "a.c", "x.b", "a.b.c"):
            via.publish(c, subject, subject)
        via.publish(c, "the.end.of.it.all", "done")
        await c.until(lambda: done)
        assert seen - {"done"} == matching

    play(scenario)


@pytest.mark.parametrize(
    "bad", ["", "a..b", ".a", "a.", "a b", "a\n", "é é", 7, "x" * 2000, "\x00"]
)
def test_bad_subjects_are_refused_everywhere(play, bad) -> None:
    async def scenario(c) -> None:
        with pytest.raises(via.PubSubError):
            via.publish(c, bad, 1)
        with pytest.raises(via.PubSubError):
            via.subscribe(c, bad, print)
        with pytest.raises(via.PubSubError):
            via.replay_history(c, bad, 5)

    play(scenario)


def test_other_mistakes_are_named(play) -> None:
    async def scenario(c) -> None:
        with pytest.raises(via.PubSubError, match=r"'a\.\*'.*for subscriptions"):
            via.publish(c, "a.*", 1)
        with pytest.raises(via.PubSubError, match=r"'>' comes last"):
            via.subscribe(c, "a.>.b", print)
        with pytest.raises(via.PubSubError, match="type object cannot be encoded as JSON"):
            via.publish(c, "a", object())
        with pytest.raises(via.PubSubError, match="not 'x'"):
            via.subscribe(c, "a", "x")  # type: ignore[arg-type]
        with pytest.raises(via.PubSubError, match="cannot be of type"):
            via.subscribe[len](c, "a", print)  # type: ignore[index]
        with pytest.raises(via.PubSubError, match="takes bytes"):
            c.hub.publish("a", "text")
        with pytest.raises(via.PubSubError, match="n is a number of messages"):
            via.replay_history(c, "a", -1)

    play(scenario)


def test_order_is_kept_for_every_listener_also_when_handlers_publish(play) -> None:
    async def scenario(c) -> None:
        first: list[int] = []
        second: list[int] = []

        def relay(number: int) -> None:
            first.append(number)
            if number < 100:
                via.publish(c, "n", number + 100)

        via.subscribe[int](c, "n", relay)
        via.subscribe[int](c, "n", second.append)
        for number in range(100):
            via.publish(c, "n", number)
        await c.until(lambda: len(second) == 200)
        assert first == second
        assert [n for n in first if n < 100] == list(range(100))

    play(scenario)


def test_a_listener_that_is_slow_loses_the_oldest_and_delays_nobody(play, monkeypatch) -> None:
    monkeypatch.setattr(hub_module, "MAX_WAITING", 10)

    async def scenario(c) -> None:
        waiting: list[Any] = []
        slow: list[int] = []
        quick: list[int] = []
        c.hub.subscribe("n", lambda data: slow.append(int(data)), waiting.append)
        via.subscribe[int](c, "n", quick.append)
        for number in range(100):
            via.publish(c, "n", number)
        await c.until(lambda: len(quick) == 100)
        for job in waiting:
            job()
        assert slow == list(range(90, 100))
        assert c.hub.counts().dropped == 90

    play(scenario)


def test_unsubscribing_is_for_good_and_harmless_twice(play) -> None:
    async def scenario(c) -> None:
        seen: list[int] = []
        others: list[int] = []
        subscription = via.subscribe[int](c, "n", seen.append)
        via.subscribe[int](c, "n", others.append)
        via.publish(c, "n", 1)
        await c.until(lambda: others == [1])
        subscription.unsubscribe()
        subscription.unsubscribe()
        via.publish(c, "n", 2)
        await c.until(lambda: others == [1, 2])
        assert seen == [1]
        assert (c.hub.counts().listeners, c.hub.counts().subjects) == (1, 1)
        c.close()
        await c.settled()
        assert (c.hub.counts().listeners, c.hub.counts().subjects) == (0, 0)

    play(scenario)


def test_publishing_and_subscribing_from_another_thread(play) -> None:
    async def scenario(c) -> None:
        seen: list[int] = []

        def elsewhere() -> None:
            via.subscribe[int](c, "n", seen.append)
            for number in range(50):
                via.publish(c, "n", number)

        await asyncio.to_thread(elsewhere)
        await c.until(lambda: len(seen) == 50)
        assert seen == list(range(50))

    play(scenario)


def test_one_subscription_at_the_backend_serves_all_listeners(play) -> None:
    async def scenario(c) -> None:
        counts = [0] * 500

        def listener(place: int):
            def hear(message: Message) -> None:
                counts[place] += 1

            return hear

        for place in range(500):
            via.subscribe[Message](c, "m", listener(place))
        assert (c.hub.counts().listeners, c.hub.counts().subjects) == (500, 1)
        via.publish(c, "m", Message("a", "b"))
        await c.until(lambda: all(counts))
        assert counts == [1] * 500

    play(scenario)


def test_a_message_that_the_broker_would_refuse_is_refused_at_once(play_nats) -> None:
    async def scenario(c) -> None:
        with pytest.raises(via.PubSubError, match=r"of 2000002 bytes is more than the 1048576"):
            via.publish(c, "m", "x" * 2_000_000)

    play_nats(scenario)
