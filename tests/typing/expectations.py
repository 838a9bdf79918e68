"""What type checkers make of the public names; mypy and pyright both read this, nothing runs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, assert_type

import msgspec

import via
from via import h


class Message(msgspec.Struct):
    """What a chat is made of."""

    text: str


v = via.new()
assert_type(v, via.V)


# The app


@v.page("/items/{id}")
def item(c: via.Context) -> int:
    """A decorator leaves the function as it is."""
    c.view(lambda: h.P(c.get_path_param("id")))
    return 1


def registered(c: via.Context) -> str:
    """So does the call."""
    c.view(lambda: h.P())
    return ""


item_function: Callable[[via.Context], int] = item
registered_function: Callable[[via.Context], str] = v.page("/registered", registered)
wrong_function: Callable[[via.Context], int] = registered  # type: ignore[assignment]


def signed_in(c: via.Context, next: Callable[[], Any]) -> None:
    """Middleware."""
    next()


v.use(signed_in)
assert_type(v.group("/admin", signed_in), via.Group)


def plugin(app: via.V) -> None:
    """Sets something up."""
    app.append_to_head(h.Title("x"))


v.config(via.Options(plugins=[plugin], context_ttl=timedelta(seconds=3), resume_grace=1.5))
v.config(via.Options(server_address=80))  # type: ignore[arg-type]
v.layout(lambda content: h.Main(content))


# Signals, actions and fields


def page(c: via.Context) -> None:
    """A page function of everything."""
    signal = c.signal("")
    assert_type(signal, via.Signal)
    assert_type(signal.string(), str)
    assert_type(signal.int(), int)
    assert_type(signal.float(), float)
    assert_type(signal.bool(), bool)
    assert_type(signal.bytes(), bytes)
    assert_type(signal.err(), via.SignalError | None)
    assert_type(c.computed(lambda: 1).int(), int)

    field = c.field("", via.required(), via.min_len(3), via.custom(lambda value: "no"))
    assert_type(field, via.Field)
    assert_type(field.validate(), bool)
    assert_type(field.errors(), list[str])
    assert_type(c.validate_all(field), bool)
    c.validate_all(signal)  # type: ignore[arg-type]

    @c.action
    def plain() -> None: ...

    @c.action(via.with_rate_limit(1, 2))
    async def limited() -> None: ...

    assert_type(plain, via.Action)
    assert_type(limited, via.Action)
    assert_type(plain.on_click(via.with_signal(signal, "x")), h.Attribute)
    plain.on_click(via.with_rate_limit(1, 2))  # type: ignore[arg-type]
    c.action(lambda: None, via.with_window())  # type: ignore[call-overload]

    @c.view
    def view() -> h.H:
        return h.Div(h.ID("x"), "text", [h.P(n) for n in range(3)], None, limited.on_click())

    assert_type(view, Callable[[], h.H])
    assert_type(h.Div(), h.Element)
    assert_type(h.Class("a"), h.Attribute)
    h.Div(object())  # type: ignore[arg-type]
    assert_type(c.on_interval(timedelta(seconds=1), lambda: None), Callable[[], None])


# Messages


def heard(message: Message) -> None:
    """A handler."""


def replaying(c: via.Context) -> None:
    """In a `def` handler a replay is a list."""
    for message in via.replay_history[Message](v, "chat", 10):
        assert_type(message, Message)
    messages: list[Message] = via.replay_and_follow[Message](c, "chat", 10, heard)
    number: int = via.publish_durable(c, "chat", messages[0])
    via.ensure_stream(v, via.StreamConfig(name="CHAT", subjects=["chat"], max_age=number))
    assert_type(via.subscribe[Message](c, "chat", heard), via.Subscription)
    assert_type(via.subscribe(c, "chat", heard), via.Subscription)
    via.subscribe[int](c, "chat", heard)  # type: ignore[arg-type]
    via.publish(c, "chat", Message("hello"))
    via.publish(v, "chat", {"text": "hello"})
    via.subscribe(v, "chat", heard)  # type: ignore[arg-type]


async def awaiting(c: via.Context) -> None:
    """In an `async def` handler it is awaited."""
    assert_type(await via.replay_history[Message](c, "chat", 10), list[Message])
    assert_type(await via.publish_durable(c, "chat", "hello"), int)
    await via.ensure_stream(v, via.StreamConfig(name="CHAT", subjects=["chat"]))


# Sessions


def remembering(c: via.Context) -> None:
    """Getters have types of their own."""
    session = c.session()
    assert_type(session, via.Session)
    assert_type(session.get_string("a"), str)
    assert_type(session.pop_int("a"), int)
    assert_type(session.get_time("a"), datetime)
    assert_type(session.keys(), list[str])
    manager = via.new_sqlite_session_manager("sessions.db")
    manager.lifetime = 3600
    manager.lifetime = timedelta(days=1)
    manager.idle_timeout = None
    assert_type(manager.cookie, via.Cookie)
