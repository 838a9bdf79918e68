"""Nothing asynchronous is lost in silence: backends in handlers, and what was not awaited."""

from __future__ import annotations

import logging

import pytest
from support.server import wait_until

import via
from via import h


@pytest.fixture(params=["memory", "nats"])
def app(request, v) -> via.V:
    if request.param == "memory":
        v.config(via.Options(pubsub=via.MemoryPubSub()))
    return v


def hearing(v: via.V, handler, heard: list[bytes]) -> None:
    @v.page("/")
    def page(c: via.Context) -> None:
        c.subscribe("talk", heard.append)
        go = c.action(handler)
        c.view(lambda: h.P(go.on_click()))


def test_a_def_handler_publishes_at_the_backend(app, visitor):
    heard: list[bytes] = []
    hearing(app, lambda: app.pubsub().publish("talk", b"hello"), heard)
    someone = visitor(app)
    someone.visit()
    with someone.listen():
        assert someone.act().status_code == 204
        wait_until(lambda: heard == [b"hello"], "the message")


def test_a_def_handler_whose_last_word_it_is_not_publishes_too(app, visitor):
    heard: list[bytes] = []
    done: list[object] = []

    def say() -> None:
        done.append(app.pubsub().publish("talk", b"one"))
        done.append(app.pubsub().publish("talk", b"two"))

    hearing(app, say, heard)
    someone = visitor(app)
    someone.visit()
    with someone.listen():
        assert someone.act().status_code == 204
        wait_until(lambda: heard == [b"one", b"two"], "the messages")
    assert done == [None, None]


def test_an_async_def_handler_awaits_it(app, visitor):
    heard: list[bytes] = []

    async def say() -> None:
        publishing = app.pubsub().publish("talk", b"hello")
        if publishing is not None:
            await publishing

    hearing(app, say, heard)
    someone = visitor(app)
    someone.visit()
    with someone.listen():
        assert someone.act().status_code == 204
        wait_until(lambda: heard == [b"hello"], "the message")


def test_streams_of_the_backend_in_a_def_handler(app, visitor):
    kept: list[object] = []

    def keep() -> None:
        backend = app.pubsub()
        backend.ensure_stream(via.StreamConfig(name="KEEP", subjects=["keep.>"]))
        kept.append(backend.publish_durable("keep.a", b"1"))
        kept.append(backend.history("keep.a", 5).messages)

    hearing(app, keep, [])
    someone = visitor(app)
    someone.visit()
    assert someone.act().status_code == 204
    assert kept == [1, [b"1"]]


def test_an_error_of_the_backend_is_raised_in_the_handler(app, visitor):
    caught: list[Exception] = []

    def keep() -> None:
        try:
            app.pubsub().publish_durable("nowhere.a", b"1")
        except via.PubSubError as error:
            caught.append(error)

    hearing(app, keep, [])
    someone = visitor(app)
    someone.visit()
    assert someone.act().status_code == 204
    assert len(caught) == 1


@pytest.mark.filterwarnings("default")
def test_what_must_be_awaited_and_was_not_is_an_error_with_the_users_line(v, visitor, caplog):
    v.config(via.Options(pubsub=via.MemoryPubSub()))

    async def save() -> None:
        """It is never called."""

    def go() -> None:
        save()  # type: ignore[unused-coroutine]
        _ = "something else"

    hearing(v, go, [])
    someone = visitor(v)
    someone.visit()
    with caplog.at_level(logging.ERROR):
        assert someone.act().status_code == 204
        wait_until(lambda: caplog.records, "the error")
    (record,) = caplog.records
    assert "save' was never awaited" in record.getMessage()
    assert "test_from_handlers.py" in record.getMessage()
    assert "save()  # type" in record.getMessage()
