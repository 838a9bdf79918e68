"""`MemoryPubSub`: pub/sub and streams in one process, without a broker."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ..errors import PubSubError
from .protocol import History, StreamConfig, StreamHandler
from .subjects import matches, one_stream, overlap


class _Listener:
    def __init__(self, listeners: dict[_Listener, None], pattern: str, handler: Any) -> None:
        self.pattern = pattern
        self.handler = handler
        self._listeners = listeners
        listeners[self] = None

    def unsubscribe(self) -> None:
        """Receive nothing more."""
        self._listeners.pop(self, None)


class _Stream:
    """The messages that one stream keeps: number, time, subject and data."""

    def __init__(self, config: StreamConfig) -> None:
        self.config = config
        self.last = 0
        self.followers: dict[_Listener, None] = {}
        self._kept: deque[tuple[int, float, str, bytes]] = deque()

    def covers(self, subject: str) -> bool:
        return any(overlap(pattern, subject) for pattern in self.config.subjects)

    def add(self, subject: str, data: bytes) -> int:
        self.last += 1
        self._kept.append((self.last, time.monotonic(), subject, data))
        self.trim()
        for follower in list(self.followers):
            if matches(follower.pattern, subject):
                follower.handler(data, self.last)
        return self.last

    def trim(self) -> None:
        kept, limit, age = self._kept, self.config.max_msgs, self.config.age()
        while kept and (0 < limit < len(kept) or (age > 0 and time.monotonic() - kept[0][1] > age)):
            kept.popleft()

    def newest(self, pattern: str, count: int) -> list[bytes]:
        self.trim()
        found: list[bytes] = []
        for _, _, subject, data in reversed(self._kept):
            if len(found) == count:
                break
            if matches(pattern, subject):
                found.append(data)
        return found[::-1]


class MemoryPubSub:
    """A backend without a broker: messages reach this process only, streams last as long as it.

    The same promises as the embedded NATS, otherwise.
    """

    def __init__(self) -> None:
        self._listeners: dict[_Listener, None] = {}
        self._streams: dict[str, _Stream] = {}
        self._due: deque[tuple[str, bytes]] = deque()
        self._delivering = False

    def publish(self, subject: str, data: bytes) -> None:
        """Hand the message to whoever listens, and to the stream that keeps its subject."""
        self._due.append((subject, data))
        # What a listener publishes comes after what it was told, for everybody.
        if not self._delivering:
            self._delivering = True
            try:
                while self._due:
                    self._deliver(*self._due.popleft())
            finally:
                self._delivering = False

    def subscribe(self, subject: str, handler: Callable[[bytes], Any]) -> _Listener:
        """Call `handler` with each message on the subject."""
        return _Listener(self._listeners, subject, handler)

    def close(self) -> None:
        """Drop all subscriptions; streams stay, for the app's next start."""
        self._listeners.clear()
        for stream in self._streams.values():
            stream.followers.clear()

    async def ensure_stream(self, config: StreamConfig) -> None:
        """Create or update a stream. Raises PubSubError if its subjects are another's."""
        for other in self._streams.values():
            taken = [s for s in config.subjects if other.covers(s)]
            if other.config.name != config.name and taken:
                raise PubSubError(
                    f"stream {config.name!r}: subject {taken[0]!r} overlaps with one of stream "
                    f"{other.config.name!r}"
                )
        if config.name in self._streams:
            self._streams[config.name].config = config
            self._streams[config.name].trim()
        else:
            self._streams[config.name] = _Stream(config)

    async def publish_durable(self, subject: str, data: bytes) -> int:
        """Publish; returns the message's number in its stream."""
        stream = self._find(subject)
        self.publish(subject, data)
        return stream.last

    async def history(self, subject: str, count: int) -> History:
        """The last `count` messages that a stream keeps on the subject."""
        stream = self._find(subject)
        return History(stream.newest(subject, count), stream.last)

    async def follow(self, subject: str, handler: StreamHandler) -> _Listener:
        """Call `handler` with each message that the subject's stream takes from now on."""
        return _Listener(self._find(subject).followers, subject, handler)

    def _deliver(self, subject: str, data: bytes) -> None:
        for stream in self._streams.values():
            if stream.covers(subject):
                stream.add(subject, data)
        for listener in list(self._listeners):
            if matches(listener.pattern, subject):
                listener.handler(data)

    def _find(self, subject: str) -> _Stream:
        names = [name for name, stream in self._streams.items() if stream.covers(subject)]
        return self._streams[one_stream(subject, names)]
