"""`Hub`: one process's messages, between one backend and any number of listeners.

Publishing never waits: what a backend has to wait for is queued here, in order. A subject has one
subscription at the backend, however many listen.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable
from typing import Any, Final

from .._core.messaging.codecs import Codec
from .._core.messaging.fanout import Fanout, Listener
from ..errors import PubSubError
from .protocol import PubSub, StreamConfig, Streams, Subscription
from .subjects import check_pattern, check_subject, is_subject
from .throttled_log import ThrottledLog

MAX_WAITING: Final = 1024
"""Messages that may wait at one listener; past it the oldest one is dropped."""

MAX_QUEUED: Final = 100_000
"""Messages that may wait for a backend that is away."""

_Key = tuple[str, bool]
"""A subject, and whether its stream is followed."""

Enqueue = Callable[[Callable[[], Any]], Any]
"""Runs a job of no arguments after those before it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a hub holds now, and what it has lost."""

    listeners: int
    """Subscriptions of this process's pages."""
    subjects: int
    """Subscriptions at the backend."""
    queued: int
    """Messages that wait for the backend."""
    dropped: int
    """Messages that listeners lost because they did not keep up."""
    undecodable: int
    """Messages that were not of a listener's type, once per type."""


class _Topic:
    """A subject (or its stream) with its listeners and its one subscription at the backend."""

    __slots__ = ("fanout", "opened")

    def __init__(self, fanout: Fanout, opened: asyncio.Future[Subscription]) -> None:
        self.fanout = fanout
        self.opened = opened


class _SubscriptionHandle:
    """What a subscriber holds of its listener."""

    __slots__ = ("_hub", "_key", "_listener")

    def __init__(self, hub: Hub, key: _Key, listener: Listener) -> None:
        self._hub = hub
        self._key = key
        self._listener = listener

    def unsubscribe(self) -> None:
        """Receive nothing more."""
        self._hub._call(self._hub._leave, self._key, self._listener)


class OrderedCalls:
    """Calls that are made one after the other, each when the one before it has ended.

    A call that gives nothing to await is made at once where none waits; for the others there is a
    task. `on_error` is told what a call raised; those behind it are still made.
    """

    __slots__ = ("_closed", "_loop", "_on_error", "_waiting", "_worker")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, on_error: Callable[[Exception], object]
    ) -> None:
        self._loop = loop
        self._on_error = on_error
        self._waiting: deque[Callable[[], Any]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many calls are waiting."""
        return len(self._waiting)

    @property
    def are_done(self) -> bool:
        """Whether a call would be made at once."""
        return self._worker is None and not self._closed

    def add(self, call: Callable[[], Any]) -> None:
        """Make a call behind those before it."""
        if self._closed:
            return
        if self._worker is not None:
            self._waiting.append(call)
            return
        rest = self._make(call)
        if rest is not None:
            self._worker = self._loop.create_task(self._work(rest))

    async def settled(self) -> None:
        """Wait until all calls have ended."""
        while self._worker is not None:
            await asyncio.wait([self._worker])

    async def close(self, timeout: float = 1.0) -> None:
        """Take no more calls; those that have not ended after `timeout` seconds are dropped."""
        self._closed = True
        if self._worker is not None:
            await asyncio.wait([self._worker], timeout=timeout)
        if self._worker is not None:
            self._worker.cancel()
        self._waiting.clear()

    def _make(self, call: Callable[[], Any]) -> Awaitable[Any] | None:
        """Begin a call; returns the rest of it, if there is something to wait for."""
        try:
            rest = call()
        except Exception as error:
            self._on_error(error)
            return None
        return rest if isawaitable(rest) else None

    async def _work(self, rest: Awaitable[Any] | None) -> None:
        try:
            while True:
                if rest is not None:
                    try:
                        await rest
                    except Exception as error:
                        self._on_error(error)
                if not self._waiting:
                    return
                rest = self._make(self._waiting.popleft())
        finally:
            self._worker = None


class Hub:
    """Publishes to a backend and fans its messages out. Made on the event loop that it uses.

    `publish` and `subscribe` are safe to call from any thread.
    """

    def __init__(self, backend: PubSub, *, logger: logging.Logger) -> None:
        self._backend = backend
        # To look for all of a protocol's methods takes as long as to publish.
        self._streams = backend if isinstance(backend, Streams) else None
        self._publish_nowait = getattr(backend, "publish_nowait", _wait)
        self._log = ThrottledLog(logger)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._topics: dict[_Key, _Topic] = {}
        self._backend_calls = OrderedCalls(self._loop, self._log_failure)
        self._closed = False
        self._dropped = 0
        self._undecodable = 0

    def publish(self, subject: str, data: bytes) -> None:
        """Send bytes. Never waits. Raises PubSubError for a bad subject or a full queue."""
        if type(subject) is not str or not is_subject(subject):
            check_subject(subject)  # which says what is wrong
        if not isinstance(data, bytes | bytearray | memoryview):
            raise PubSubError(f"subject {subject!r}: publish takes bytes, not {data!r}")
        self._check_size(subject, data)
        if (
            self._backend_calls.are_done
            and threading.get_ident() == self._thread
            and self._publish_nowait(subject, bytes(data))
        ):
            return
        if len(self._backend_calls) >= MAX_QUEUED:
            raise PubSubError(
                f"subject {subject!r}: the broker is away and {MAX_QUEUED} messages wait for it"
            )
        self._call(self._backend_calls.add, partial(self._backend.publish, subject, bytes(data)))

    def subscribe(
        self,
        subject: str,
        handler: Callable[[Any], Any],
        enqueue: Enqueue,
        codec: Codec | None = None,
    ) -> Subscription:
        """Have `enqueue` run `handler` for each message: decoded by the codec, or as bytes."""
        key = (check_pattern(subject), False)
        listener = Listener(handler, codec, enqueue, MAX_WAITING)
        self._call(self._join, key, listener)
        return _SubscriptionHandle(self, key, listener)

    def follow(
        self, subject: str, handler: Callable[[Any], Any], enqueue: Enqueue, codec: Codec | None
    ) -> tuple[Subscription, Callable[[int], Awaitable[list[bytes]]]]:
        """As `subscribe`, to the subject's stream, in two steps.

        The second value, called with a count, gives the last messages; the handler is called with
        those behind them.
        """
        streams = self.streams()
        key = (check_pattern(subject), True)
        listener = Listener(handler, codec, enqueue, MAX_WAITING, True)
        handle = _SubscriptionHandle(self, key, listener)

        async def replay(count: int) -> list[bytes]:
            try:
                await asyncio.shield(self._join(key, listener))
                history = await streams.history(subject, count)
            except BaseException:
                handle.unsubscribe()
                raise
            if not listener.closed:
                listener.release(history.end)
            return history.messages

        return handle, replay

    def history(self, subject: str, count: int) -> Awaitable[list[bytes]]:
        """The last messages that a stream keeps, once all that was published is with the broker.

        Raises PubSubError for a bad subject, and where not just one stream keeps it.
        """
        return self._history(check_pattern(subject), count)

    async def _history(self, subject: str, count: int) -> list[bytes]:
        await self.settled()
        return (await self.streams().history(subject, count)).messages

    def publish_durable(self, subject: str, data: bytes) -> Awaitable[int]:
        """Publish behind all that was published; the number in the stream, once it is kept there.

        Raises PubSubError for a bad subject, and where no stream keeps it.
        """
        self._check_size(check_subject(subject), data)
        return self._publish_durable(subject, data)

    async def _publish_durable(self, subject: str, data: bytes) -> int:
        await self.settled()
        return await self.streams().publish_durable(subject, data)

    def _check_size(self, subject: str, data: bytes | bytearray | memoryview) -> None:
        limit = getattr(self._backend, "max_payload", 0)
        if 0 < limit < len(data):
            raise PubSubError(
                f"subject {subject!r}: a message of {len(data)} bytes is more than the "
                f"{limit} that the broker takes"
            )

    async def ensure_stream(self, config: StreamConfig) -> None:
        """Create a stream, or bring an existing one to this configuration."""
        await self.streams().ensure_stream(config)

    def streams(self) -> Streams:
        """The backend's streams. Raises PubSubError if it has none."""
        if self._streams is None:
            raise PubSubError(f"{type(self._backend).__name__} has no streams")
        return self._streams

    def undecodable(self, subject: str, codec: Codec, data: bytes, error: Exception) -> None:
        """Count and log a message that is not of the type that was asked for."""
        self._undecodable += 1
        name = getattr(codec.type, "__qualname__", str(codec.type))
        self._log.warn(
            f"type {subject} {name}",
            f"subject {subject!r}: skipped {data[:80]!r}, which is not a {name}: {error}",
        )

    def counts(self) -> Counts:
        """What the hub holds, and what it has lost."""
        return Counts(
            listeners=sum(len(topic.fanout) for topic in self._topics.values()),
            subjects=len(self._topics),
            queued=len(self._backend_calls),
            dropped=self._dropped,
            undecodable=self._undecodable,
        )

    async def settled(self) -> None:
        """Wait until the backend has taken all that was published and subscribed so far."""
        await self._backend_calls.settled()

    async def close(self) -> None:
        """Take nothing more; hand over what is queued, unless the backend is away."""
        self._closed = True
        await self._backend_calls.close()
        for topic in self._topics.values():
            topic.opened.cancel()
        self._topics.clear()

    def _call(self, call: Callable[..., Any], *args: Any) -> None:
        if threading.get_ident() == self._thread:
            call(*args)
        elif not self._closed:
            self._loop.call_soon_threadsafe(call, *args)

    # Listeners

    def _join(self, key: _Key, listener: Listener) -> asyncio.Future[Subscription]:
        topic = self._topics.get(key)
        if topic is None:
            fanout = Fanout(partial(self.undecodable, key[0]), partial(self._lost, key[0]))
            topic = self._topics[key] = _Topic(fanout, self._loop.create_future())
            # Whoever waits for it hears of an error; where nobody does, the log has it.
            topic.opened.add_done_callback(_retrieve)
            self._backend_calls.add(partial(self._open, key, topic))
        topic.fanout.add(listener)
        return topic.opened

    def _leave(self, key: _Key, listener: Listener) -> None:
        topic = self._topics.get(key)
        if topic is None:
            listener.close()
        elif topic.fanout.remove(listener) and not len(topic.fanout):
            del self._topics[key]
            self._backend_calls.add(partial(self._end, topic))

    def _open(self, key: _Key, topic: _Topic) -> Awaitable[None] | None:
        subject, stored = key
        deliver = topic.fanout.deliver
        try:
            opening: Any = (
                self.streams().follow(subject, deliver)
                if stored
                # A backend of the user's own may call on any thread.
                else self._backend.subscribe(subject, partial(self._call, deliver))
            )
        except Exception as error:
            self._refused(key, topic, error)
            raise
        if isawaitable(opening):
            return self._open_later(key, topic, opening)
        topic.opened.set_result(opening)
        return None

    async def _open_later(self, key: _Key, topic: _Topic, opening: Awaitable[Subscription]) -> None:
        try:
            subscription = await opening
        except Exception as error:
            self._refused(key, topic, error)
            raise
        if not topic.opened.done():
            topic.opened.set_result(subscription)

    def _refused(self, key: _Key, topic: _Topic, error: Exception) -> None:
        if self._topics.get(key) is topic:
            del self._topics[key]
        if not topic.opened.done():
            topic.opened.set_exception(error)

    def _end(self, topic: _Topic) -> Any:
        opened = topic.opened
        if not opened.done() or opened.cancelled() or opened.exception():
            return None
        return opened.result().unsubscribe()

    def _log_failure(self, error: Exception) -> None:
        self._log.warn(
            f"backend {type(error).__name__}", f"pub/sub: {type(error).__name__}: {error}"
        )

    def _lost(self, subject: str, listener: Listener) -> None:
        self._dropped += 1
        name = getattr(listener.handler, "__qualname__", repr(listener.handler))
        self._log.warn(
            f"slow {subject} {name}",
            f"subject {subject!r}: {name} is too slow; with {MAX_WAITING} messages waiting it "
            "loses the oldest",
        )


def _wait(subject: str, data: bytes) -> bool:
    """Stands for `publish_nowait` of a backend that has none."""
    return False


def _retrieve(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
