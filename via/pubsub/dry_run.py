"""The hub of a page that runs at registration, where nothing is sent and nothing comes.

Subjects are not checked: there, the parameters of a path from which a page makes them are empty.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .._core.messaging.codecs import Codec
from .protocol import StreamConfig, Subscription


class NoSubscription:
    """A subscription to nothing."""

    def unsubscribe(self) -> None:
        """Nothing to end."""


class DryRunHub:
    """Has the methods of a `Hub` that a page's calls reach; they do nothing."""

    def publish(self, subject: str, data: bytes) -> None:
        """Send nothing."""

    def subscribe(
        self,
        subject: str,
        handler: Callable[[Any], Any],
        enqueue: Callable[[Callable[[], Any]], Any],
        codec: Codec | None = None,
    ) -> Subscription:
        """Subscribe to nothing."""
        return NoSubscription()

    def follow(
        self,
        subject: str,
        handler: Callable[[Any], Any],
        enqueue: Callable[[Callable[[], Any]], Any],
        codec: Codec | None,
    ) -> tuple[Subscription, Callable[[int], Awaitable[list[bytes]]]]:
        """Follow nothing."""
        return NoSubscription(), lambda count: self.history(subject, count)

    async def history(self, subject: str, count: int) -> list[bytes]:
        """No messages."""
        return []

    async def publish_durable(self, subject: str, data: bytes) -> int:
        """Keep nothing."""
        return 0

    async def ensure_stream(self, config: StreamConfig) -> None:
        """Make no stream."""

    def undecodable(self, subject: str, codec: Codec, data: bytes, error: Exception) -> None:
        """There are no messages."""
