"""The documented pub/sub, row by row, over the embedded broker."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

import msgspec
import pytest
from support.server import wait_until

import via
from via import h
from via.app import running


class Message(msgspec.Struct):
    author: str
    text: str


@dataclass
class Point:
    x: int
    y: int


class Row(TypedDict):
    name: str


@pytest.fixture
def app():
    """An app on the embedded broker, with one stream."""
    made = via.new()
    made.config(via.Options(streams=[via.StreamConfig(name="LOG", subjects=["log.>"])]))
    return made


@pytest.fixture
def act(visitor):
    """`act(app, page)`: open the page and call its first action; gives the tab."""

    def run(app, page):
        app.page("/", page)
        tab = visitor(app)
        tab.visit()
        assert tab.act().status_code == 204
        return tab

    return run


def page_that(action, set_up=lambda c: None):
    """A page whose one action is called with its context, after `set_up(c)`."""

    def page(c):
        set_up(c)
        trigger = c.action(lambda: action(c))
        c.view(lambda: h.P(trigger.on_click()))

    return page


@pytest.mark.parametrize(
    ("type", "message"),
    [
        (Message, Message("ada", "hi")),
        (Point, Point(1, 2)),
        (Row, {"name": "x"}),
        (str, "text"),
        (list[int], [1, 2]),
        (dict[str, float], {"a": 0.5}),
    ],
)
def test_messages_of_every_type_arrive_as_they_were(v, act, type, message):
    heard = []
    act(
        v,
        page_that(
            lambda c: via.publish(c, "a.b", message),
            lambda c: via.subscribe[type](c, "a.b", heard.append),
        ),
    )
    wait_until(lambda: heard == [message], "the message")


def test_the_type_is_taken_from_the_handlers_annotation(app, act):
    heard = []

    def hear(message: Message) -> None:
        heard.append(message)

    act(
        app,
        page_that(
            lambda c: via.publish(c, "talk", Message("ada", "hi")),
            lambda c: via.subscribe(c, "talk", hear),
        ),
    )
    wait_until(lambda: heard == [Message("ada", "hi")], "the message")


def test_a_message_of_another_type_is_logged_and_skipped(v, act, caplog):
    heard = []

    def say(c):
        c.publish("talk", b"no JSON")
        via.publish(c, "talk", {"author": 1})
        via.publish(c, "talk", Message("ada", "fine"))

    act(v, page_that(say, lambda c: via.subscribe[Message](c, "talk", heard.append)))
    wait_until(lambda: heard == [Message("ada", "fine")], "the message that is right")
    assert "talk" in caplog.text


@pytest.mark.parametrize(
    ("pattern", "heard_of"),
    [("a.*", ["a.b", "a.c"]), ("a.>", ["a.b", "a.c", "a.b.c"]), ("a.b", ["a.b"])],
)
def test_wildcards(app, act, pattern, heard_of):
    heard, end = [], []

    def say(c):
        for subject in ("a.b", "a.c", "a.b.c", "b.a"):
            via.publish(c, subject, subject)
        via.publish(c, "end", "")

    def set_up(c):
        via.subscribe[str](c, pattern, heard.append)
        via.subscribe[str](c, "end", end.append)

    act(app, page_that(say, set_up))
    wait_until(lambda: end and len(heard) == len(heard_of), "the messages")
    assert heard == heard_of


def test_raw_bytes_are_left_as_they_are(app, act):
    heard = []
    act(
        app,
        page_that(
            lambda c: c.publish("raw", b"\x00\xff"), lambda c: c.subscribe("raw", heard.append)
        ),
    )
    wait_until(lambda: heard == [b"\x00\xff"], "the bytes")


def test_a_subscription_ends_on_request_and_with_its_page(v, act):
    heard = []
    kept = []

    def set_up(c):
        kept.append(via.subscribe[int](c, "n", heard.append))
        via.subscribe[int](c, "n", lambda n: None)

    tab = act(v, page_that(lambda c: kept[-1].unsubscribe(), set_up))
    assert running(v).messaging.hub.counts().listeners == 1
    tab.close()
    wait_until(
        lambda: running(v).messaging.hub.counts().listeners == 0, "the page's subscriptions to end"
    )


def test_a_stream_config_takes_its_documented_fields():
    config = via.StreamConfig(name="A", subjects=["a.>"], max_msgs=10, max_age=timedelta(minutes=1))
    assert (config.name, config.subjects, config.max_msgs) == ("A", ["a.>"], 10)
    with pytest.raises(via.PubSubError, match="name"):
        via.StreamConfig(name="a b", subjects=["a"])
    with pytest.raises(via.PubSubError, match="subjects"):
        via.StreamConfig(name="A", subjects=[])


def test_a_stream_replays_its_last_messages_oldest_first(app, act):
    got = {}

    def say(c):
        for number in range(5):
            via.publish(c, "log.a", number)
        via.publish_durable(c, "log.b", 99)  # kept, and so is all before it
        got["last three"] = via.replay_history[int](app, "log.a", 3)
        got["all"] = via.replay_history[int](c, "log.a", 50)
        got["every subject"] = via.replay_history[int](c, "log.*", 2)
        got["none"] = via.replay_history[int](c, "log.none", 2)

    act(app, page_that(say))
    assert got == {
        "last three": [2, 3, 4],
        "all": [0, 1, 2, 3, 4],
        "every subject": [4, 99],
        "none": [],
    }


def test_a_stream_may_be_made_and_changed_at_any_time(app, act):
    got = []

    def say(c):
        via.ensure_stream(app, via.StreamConfig(name="NEW", subjects=["new.>"]))
        via.ensure_stream(c, via.StreamConfig(name="NEW", subjects=["new.>"], max_msgs=2))
        for number in range(4):
            via.publish_durable(c, "new.x", number)
        got.extend(via.replay_history[int](c, "new.x", 10))

    act(app, page_that(say))
    assert got == [2, 3]


def test_what_waits_is_awaited_in_an_async_handler(app, act):
    got = []

    def page(c):
        @c.action
        async def say():
            await via.ensure_stream(app, via.StreamConfig(name="NEW", subjects=["new.>"]))
            await via.publish_durable(c, "new.x", "x")
            got.extend(await via.replay_history[str](app, "new.x", 10))

        c.view(lambda: h.P(say.on_click()))

    act(app, page)
    assert got == ["x"]
