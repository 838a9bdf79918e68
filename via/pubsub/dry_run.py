"""The hub of a page that runs at registration: it checks what it is given and does nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .._core.messaging.codecs import Codec
from .protocol import History, StreamConfig, StreamHandler, Subscription
from .subjects import check_pattern, check_subject


class NoSubscription:
    """A subscription to nothing."""

    def unsubscribe(self) -> None:
        """Nothing to end."""


class NoStreams:
    """Streams that keep nothing."""

    async def ensure_stream(self, config: StreamConfig) -> None:
        """Make no stream."""

    async def publish_durable(self, subject: str, data: bytes) -> int:
        """Keep nothing."""
        check_subject(subject)
        return 0

    async def history(self, subject: str, count: int) -> History:
        """No messages."""
        return History([], 0)

    async def follow(self, subject: str, handler: StreamHandler) -> Subscription:
        """Follow nothing."""
        return NoSubscription()


class DryRunHub:
    """Has the methods of a `Hub` that a page may call, and raises what they raise."""

    def publish(self, subject: str, data: bytes) -> None:
        """Send nothing."""
        check_subject(subject)

    def subscribe(
        self,
        subject: str,
        handler: Callable[[Any], Any],
        enqueue: Callable[[Callable[[], Any]], Any],
        codec: Codec | None = None,
    ) -> Subscription:
        """Subscribe to nothing."""
        check_pattern(subject)
        return NoSubscription()

    def follow(
        self,
        subject: str,
        handler: Callable[[Any], Any],
        enqueue: Callable[[Callable[[], Any]], Any],
        codec: Codec | None,
    ) -> tuple[Subscription, Callable[[int], Awaitable[list[bytes]]]]:
        """Follow nothing."""
        check_pattern(subject)
        return NoSubscription(), _no_messages

    def streams(self) -> NoStreams:
        """Streams that keep nothing."""
        return NoStreams()

    def undecodable(self, subject: str, codec: Codec, data: bytes, error: Exception) -> None:
        """There are no messages."""

    async def settled(self) -> None:
        """Nothing was sent."""


async def _no_messages(count: int) -> list[bytes]:
    return []
