"""The documented functions: typed messages, published, subscribed to and replayed.

`f[T](…)` names the type of the messages; without brackets it is the annotation of the handler's
first parameter.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Coroutine, Generator
from types import FrameType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from .._core.messaging.codecs import Codec, codec, encode
from .._core.tasks import handlers
from ..errors import PubSubError
from .hub import Hub
from .protocol import StreamConfig, Subscription
from .subjects import check_pattern, check_subject

T = TypeVar("T")

if TYPE_CHECKING:

    class Answer(list[T]):
        """In a `def` handler a list; in an `async def` handler something to await for one."""

        def __await__(self) -> Generator[Any, Any, list[T]]: ...

    class Done(Protocol):
        """In a `def` handler nothing; in an `async def` handler something to await."""

        def __await__(self) -> Generator[Any, Any, None]: ...

    class Number(int):
        """In a `def` handler a number; in an `async def` handler something to await for one."""

        def __await__(self) -> Generator[Any, Any, int]: ...


class App(Protocol):
    """What reaches the pub/sub: the app or a context."""

    def _hub(self) -> Hub | None: ...


class Scope(App, Protocol):
    """What owns subscriptions and runs their handlers: a context."""

    def _enqueue(self, job: Callable[[], Any]) -> bool: ...

    def _own(self, subscription: Subscription) -> None: ...


class _Nothing:
    """The subscription of a page that runs without a browser."""

    def unsubscribe(self) -> None:
        """Nothing to end."""


NOTHING = _Nothing()


def publish_raw(c: App, subject: str, data: bytes) -> None:
    """Publish bytes."""
    check_subject(subject)
    hub = c._hub()
    if hub is not None:
        hub.publish(subject, data)


def subscribe_raw(c: Scope, subject: str, handler: Callable[[bytes], Any]) -> Subscription:
    """Call `handler` with the bytes of each message."""
    return _subscribe(c, subject, handler, None)


def publish(c: App, subject: str, message: Any) -> None:
    """Publish a message as JSON: a Struct, dataclass, TypedDict or plain value. Never waits.

    Raises PubSubError for a bad subject, a message that is not JSON or one that is too large.
    """
    publish_raw(c, subject, _encoded(subject, message))


def publish_durable(c: App, subject: str, message: Any) -> Number:
    """Publish a message and wait until a stream keeps it; returns its number there.

    In an `async def` handler, await it. Raises PubSubError if no stream keeps the subject, or
    none takes the message within ten seconds.
    """
    check_subject(subject)
    return cast("Number", _answer(_publish_durable(c._hub(), subject, _encoded(subject, message))))


def ensure_stream(c: App, config: StreamConfig) -> Done:
    """Create a stream, or bring an existing one to this configuration.

    In an `async def` handler, await it. Raises PubSubError where the broker refuses.
    """
    if not isinstance(config, StreamConfig):
        raise PubSubError(f"ensure_stream takes a via.StreamConfig, not {config!r}")
    return cast("Done", _answer(_ensure_stream(c._hub(), config)))


class Subscribe:
    """`subscribe(c, subject, handler)` and `subscribe[T](c, subject, handler)`.

    Calls `handler`, a `def` or `async def`, with each message on the subject until the page ends;
    `*` and a last `>` are wildcards. A message that is not a `T` is logged and skipped. Messages
    are shared between all listeners: do not change them. Raises PubSubError for a bad subject or
    a type that messages cannot have.
    """

    def __call__(self, c: Scope, subject: str, handler: Callable[[Any], Any]) -> Subscription:
        """Subscribe with the type of the handler's annotation."""
        return _subscribe(c, subject, handler, _annotated(handler))

    def __getitem__(
        self, type: type[T]
    ) -> Callable[[Scope, str, Callable[[T], Any]], Subscription]:
        return _Typed(_subscribe, _codec(type))


class ReplayHistory:
    """`replay_history[T](v, subject, n)`: up to the last `n` messages of a stream, oldest first.

    `v` is the app or a context; wildcards are allowed. In an `async def` handler, await it.
    Messages that are not a `T` are logged and left out. Raises PubSubError if no stream, or more
    than one, keeps the subject.
    """

    def __call__(self, v: App, subject: str, n: int) -> Answer[Any]:
        """Replay messages of any JSON type."""
        return _replay_history(v, subject, n, _codec(Any))

    def __getitem__(self, type: type[T]) -> Callable[[App, str, int], Answer[T]]:
        return _Typed(_replay_history, _codec(type))


class ReplayAndFollow:
    """`replay_and_follow[T](c, subject, n, handler)`: the last messages now, later ones live.

    Returns what `replay_history` does; `handler` is then called with each later message that the
    stream keeps, until the page ends: none is missing in between and none comes twice, even where
    the connection to the broker is lost and found.
    """

    def __call__(
        self, c: Scope, subject: str, n: int, handler: Callable[[Any], Any]
    ) -> Answer[Any]:
        """Replay and follow with the type of the handler's annotation."""
        return _replay_and_follow(c, subject, n, handler, _annotated(handler))

    def __getitem__(
        self, type: type[T]
    ) -> Callable[[Scope, str, int, Callable[[T], Any]], Answer[T]]:
        return _Typed(_replay_and_follow, _codec(type))


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


def _subscribe(
    c: Scope, subject: str, handler: Callable[[Any], Any], codec: Codec | None
) -> Subscription:
    check_pattern(subject)
    _check_handler(subject, handler)
    hub = c._hub()
    if hub is None:
        return NOTHING
    subscription = hub.subscribe(subject, handler, c._enqueue, codec)
    c._own(subscription)
    return subscription


def _replay_history(v: App, subject: str, n: int, codec: Codec) -> Answer[Any]:
    _check_count(subject, n)
    return cast("Answer[Any]", _answer(_history(v._hub(), subject, n, codec)))


def _replay_and_follow(
    c: Scope, subject: str, n: int, handler: Callable[[Any], Any], codec: Codec
) -> Answer[Any]:
    _check_count(subject, n)
    _check_handler(subject, handler)
    hub = c._hub()
    if hub is None:
        return cast("Answer[Any]", _answer(_nothing()))
    subscription, replay = hub.follow(subject, handler, c._enqueue, codec)
    c._own(subscription)

    async def messages() -> list[Any]:
        return _decoded(hub, subject, await replay(n), codec)

    return cast("Answer[Any]", _answer(messages()))


async def _nothing() -> list[Any]:
    return []


async def _history(hub: Hub | None, subject: str, n: int, codec: Codec) -> list[Any]:
    if hub is None:
        return []
    await hub.settled()  # what this process has published is with the broker
    history = await hub.streams().history(subject, n)
    return _decoded(hub, subject, history.messages, codec)


async def _publish_durable(hub: Hub | None, subject: str, data: bytes) -> int:
    if hub is None:
        return 0
    await hub.settled()
    return await hub.streams().publish_durable(subject, data)


async def _ensure_stream(hub: Hub | None, config: StreamConfig) -> None:
    if hub is not None:
        await hub.streams().ensure_stream(config)


def _answer(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result in a `def` handler; elsewhere the coroutine."""
    return handlers.wait_or_return(coroutine)


def _decoded(hub: Hub, subject: str, messages: list[bytes], codec: Codec) -> list[Any]:
    decoded = []
    for data in messages:
        try:
            decoded.append(codec.decode(data))
        except ValueError as error:
            hub.undecodable(subject, codec, data, error)
    return decoded


def _encoded(subject: str, message: Any) -> bytes:
    try:
        return encode(message)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise PubSubError(
            f"subject {subject!r}: a message of type {type(message).__name__} is no JSON: {error}"
        ) from None


def _codec(type: Any) -> Codec:
    try:
        return codec(type)
    except (TypeError, NameError) as error:
        raise PubSubError(f"messages cannot be of type {type!r}: {error}") from None


def _check_handler(subject: str, handler: Any) -> None:
    if not callable(handler):
        raise PubSubError(
            f"subject {subject!r}: a handler is a function of the message, not {handler!r}"
        )


def _check_count(subject: str, n: Any) -> None:
    check_pattern(subject)
    if not isinstance(n, int) or n < 0:
        raise PubSubError(f"subject {subject!r}: n is a number of messages, not {n!r}")


def _annotated(handler: Callable[[Any], Any]) -> Codec:
    """The codec of the handler's first parameter; of anything if it bears no annotation."""
    try:
        parameter = next(iter(inspect.signature(handler).parameters.values()), None)
    except (TypeError, ValueError):  # a callable without a signature
        return _codec(Any)
    if parameter is None or parameter.annotation is parameter.empty:
        return _codec(Any)
    annotation = parameter.annotation
    if isinstance(annotation, str):
        annotation = _evaluated(handler, annotation)
    return _codec(annotation)


def _evaluated(handler: Any, annotation: str) -> Any:
    """An annotation's value; its names may be local to the functions that are running."""
    function = inspect.unwrap(getattr(handler, "__func__", handler))
    names = getattr(function, "__globals__", {})
    try:
        try:
            return eval(annotation, names)
        except NameError:
            return eval(annotation, names, _locals())
    except Exception as error:
        raise PubSubError(
            f"the annotation {annotation!r} of {handler!r} cannot be read ({error}): "
            "give the type in brackets, as in via.subscribe[T](…)"
        ) from None


def _locals() -> dict[str, Any]:
    names: dict[str, Any] = {}
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        names = {**frame.f_locals, **names}
        frame = frame.f_back
    return names
