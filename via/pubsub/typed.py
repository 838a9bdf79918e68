"""The documented functions: typed messages, published, subscribed to and replayed.

`f[T](…)` names the type of the messages; without brackets it is the annotation of the handler's
first parameter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from .._core.messaging.codecs import Codec, encode
from .._core.tasks.handlers import wait_or_return
from ..errors import PubSubError
from .dry_run import DryRunHub
from .handler_types import codec_of, handler_codec
from .hub import Hub
from .protocol import StreamConfig, Subscription
from .subjects import check_meant

if TYPE_CHECKING:
    from .._core.tasks.maybe_awaitable import AwaitableInt, AwaitableList, AwaitableNone

T = TypeVar("T")


AnyHub = Hub | DryRunHub


class Publisher(Protocol):
    """What reaches the messages."""

    @property
    def hub(self) -> AnyHub: ...

    def sent_values(self) -> Iterable[str]:
        """The texts that its browser sent, from which no wildcard may come."""


class Subscriber(Publisher, Protocol):
    """What also owns subscriptions and runs their handlers: a page in a tab."""

    @property
    def enqueue(self) -> Callable[[Callable[[], Any]], bool]:
        """Runs a job behind those before it; gives False where too many wait."""

    def on_close(self, callback: Callable[[], object], /) -> None:
        """Call back when the page ends."""

    def off_close(self, callback: Callable[[], object], /) -> None:
        """Call it back no more."""


class HasPublisher(Protocol):
    """The app or a context."""

    def __pubsub__(self) -> Publisher: ...


class HasSubscriber(Protocol):
    """A context."""

    def __pubsub__(self) -> Subscriber: ...


def subscribe_raw(c: HasSubscriber, subject: str, handler: Callable[[bytes], Any]) -> Subscription:
    """Call `handler` with the bytes of each message."""
    return _subscribe(c, subject, handler, None)


class Publish:
    """`publish(c, subject, message)` and `publish[T](c, subject, message)`: publish as JSON.

    A message is a Struct, dataclass, TypedDict or plain value. Never waits. Raises PubSubError for
    a bad subject, a message that is not JSON or one that is too large.
    """

    def __call__(self, c: HasPublisher, subject: str, message: Any) -> None:
        """Publish a message of any type."""
        c.__pubsub__().hub.publish(subject, _encoded(subject, message))

    def __getitem__(self, type: type[T]) -> Callable[[HasPublisher, str, T], None]:
        return self


publish = Publish()


def publish_durable(c: HasPublisher, subject: str, message: Any) -> AwaitableInt:
    """Publish a message and wait until a stream keeps it; returns its number there.

    In an `async def` handler, await it. Raises PubSubError if no stream keeps the subject, or
    none takes the message within twenty seconds.
    """
    publishing = c.__pubsub__().hub.publish_durable(subject, _encoded(subject, message))
    return cast("AwaitableInt", wait_or_return(publishing))


def ensure_stream(c: HasPublisher, config: StreamConfig) -> AwaitableNone:
    """Create a stream, or bring an existing one to this configuration.

    In an `async def` handler, await it. Raises PubSubError where the broker refuses.
    """
    if not isinstance(config, StreamConfig):
        raise PubSubError(f"ensure_stream takes a via.StreamConfig, not {config!r}")
    return cast("AwaitableNone", wait_or_return(c.__pubsub__().hub.ensure_stream(config)))


class Subscribe:
    """`subscribe(c, subject, handler)` and `subscribe[T](c, subject, handler)`.

    Calls `handler`, a `def` or `async def`, with each message on the subject until the page ends;
    `*` and a last `>` are wildcards. A message that is not a `T` is logged and skipped. Messages
    are shared between all listeners: do not change them. Raises PubSubError for a bad subject or
    a type that messages cannot have.
    """

    def __call__(
        self, c: HasSubscriber, subject: str, handler: Callable[[Any], Any]
    ) -> Subscription:
        """Subscribe with the type of the handler's annotation."""
        return _subscribe(c, subject, handler, handler_codec(handler))

    def __getitem__(
        self, type: type[T]
    ) -> Callable[[HasSubscriber, str, Callable[[T], Any]], Subscription]:
        return _Typed(_subscribe, codec_of(type))


class ReplayHistory:
    """`replay_history[T](v, subject, n)`: up to the last `n` messages of a stream, oldest first.

    `v` is the app or a context; wildcards are allowed. In an `async def` handler, await it.
    Messages that are not a `T` are logged and left out. Raises PubSubError if no stream, or more
    than one, keeps the subject.
    """

    def __call__(self, v: HasPublisher, subject: str, n: int) -> AwaitableList[Any]:
        """Replay messages of any JSON type."""
        return _replay_history(v, subject, n, codec_of(Any))

    def __getitem__(self, type: type[T]) -> Callable[[HasPublisher, str, int], AwaitableList[T]]:
        return _Typed(_replay_history, codec_of(type))


class ReplayAndFollow:
    """`replay_and_follow[T](c, subject, n, handler)`: the last messages now, later ones live.

    Returns what `replay_history` does; `handler` is then called with each later message that the
    stream keeps, until the page ends: none is missing in between and none comes twice, even where
    the connection to the broker is lost and found.
    """

    def __call__(
        self, c: HasSubscriber, subject: str, n: int, handler: Callable[[Any], Any]
    ) -> AwaitableList[Any]:
        """Replay and follow with the type of the handler's annotation."""
        return _replay_and_follow(c, subject, n, handler, handler_codec(handler))

    def __getitem__(
        self, type: type[T]
    ) -> Callable[[HasSubscriber, str, int, Callable[[T], Any]], AwaitableList[T]]:
        return _Typed(_replay_and_follow, codec_of(type))


subscribe = Subscribe()
replay_history = ReplayHistory()
replay_and_follow = ReplayAndFollow()


class _Typed(Generic[T]):
    """One of the functions above with its type given."""

    __slots__ = ("_codec", "_function")

    def __init__(self, function: Callable[..., Any], codec: Codec) -> None:
        self._function = function
        self._codec = codec

    def __call__(self, *args: Any) -> Any:
        return self._function(*args, self._codec)


class _OwnedSubscription:
    """A subscription that ends with its page, which forgets it where it ends before."""

    __slots__ = ("_page", "_subscription")

    def __init__(self, page: Subscriber, subscription: Subscription) -> None:
        self._page = page
        self._subscription = subscription
        page.on_close(self.unsubscribe)

    def unsubscribe(self) -> Any:
        """Receive nothing more."""
        self._page.off_close(self.unsubscribe)
        return self._subscription.unsubscribe()


def _subscribe(
    c: HasSubscriber, subject: str, handler: Callable[[Any], Any], codec: Codec | None
) -> Subscription:
    _check_handler(subject, handler)
    page = c.__pubsub__()
    check_meant(subject, lambda: page.sent_values())
    return _OwnedSubscription(page, page.hub.subscribe(subject, handler, page.enqueue, codec))


def _replay_history(v: HasPublisher, subject: str, n: int, codec: Codec) -> AwaitableList[Any]:
    _check_count(subject, n)
    publisher = v.__pubsub__()
    check_meant(subject, lambda: publisher.sent_values())
    hub = publisher.hub
    return _decoded(hub, subject, hub.history(subject, n), codec)


def _replay_and_follow(
    c: HasSubscriber, subject: str, n: int, handler: Callable[[Any], Any], codec: Codec
) -> AwaitableList[Any]:
    _check_count(subject, n)
    _check_handler(subject, handler)
    page = c.__pubsub__()
    check_meant(subject, lambda: page.sent_values())
    hub = page.hub
    subscription, replay = hub.follow(subject, handler, page.enqueue, codec)
    page.on_close(subscription.unsubscribe)
    return _decoded(hub, subject, replay(n), codec)


def _decoded(
    hub: AnyHub, subject: str, history: Awaitable[list[bytes]], codec: Codec
) -> AwaitableList[Any]:
    """The messages of a stream, without those that are not of the codec's type."""

    async def messages() -> list[Any]:
        decoded = []
        for data in await history:
            try:
                decoded.append(codec.decode(data))
            except ValueError as error:
                hub.undecodable(subject, codec, data, error)
        return decoded

    return cast("AwaitableList[Any]", wait_or_return(messages()))


def _encoded(subject: str, message: Any) -> bytes:
    try:
        return encode(message)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise PubSubError(
            f"subject {subject!r}: a message of type {type(message).__name__} cannot be encoded "
            f"as JSON: {error}"
        ) from None


def _check_handler(subject: str, handler: Any) -> None:
    if not callable(handler):
        raise PubSubError(
            f"subject {subject!r}: a handler is a function of the message, not {handler!r}"
        )


def _check_count(subject: str, n: Any) -> None:
    if not isinstance(n, int) or n < 0:
        raise PubSubError(f"subject {subject!r}: n is a number of messages, not {n!r}")
