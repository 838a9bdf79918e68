"""What happens when the connection to NATS is lost: it is retried for as long as the app lives.

nats-py does the retrying; messages that are published meanwhile wait in its buffer. Followers of
streams are told when the connection is back, and go on behind the last message that they saw.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final, Protocol

from nats.aio.client import Client
from nats.errors import SlowConsumerError

from ..throttled_log import ThrottledLog

RETRY_WAIT: Final = 0.25
"""Seconds between two attempts to connect."""

BUFFER: Final = 64 * 1024 * 1024
"""Bytes of messages that wait for the connection."""


class Resumable(Protocol):
    """What has to begin anew on a connection that has come back."""

    def resume(self) -> None:
        """Go on."""


class Reconnection:
    """Keeps one client connected, and logs what becomes of its connection."""

    def __init__(self, conn: Client, logger: logging.Logger, throttled: ThrottledLog) -> None:
        self._conn = conn
        self._logger = logger
        self._throttled = throttled
        self._followers: dict[Resumable, None] = {}
        self._closer: asyncio.Task[Any] | None = None

    def options(self) -> dict[str, Any]:
        """The arguments of nats-py's `connect` that make it reconnect for as long as it takes."""
        return {
            "allow_reconnect": True,
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": RETRY_WAIT,
            "pending_size": BUFFER,
            "ping_interval": 20,
            "error_cb": self._on_error,
            "disconnected_cb": self._on_disconnect,
            "reconnected_cb": self._on_reconnect,
        }

    def add(self, follower: Resumable) -> None:
        """Have a follower resume whenever the connection has come back."""
        self._followers[follower] = None

    def remove(self, follower: Resumable) -> None:
        """Leave a follower alone."""
        self._followers.pop(follower, None)

    def stop(self) -> None:
        """The running task closes the connection: no more attempts."""
        self._closer = asyncio.current_task()

    async def _on_error(self, error: Exception) -> None:
        if self._closer not in (None, asyncio.current_task()):
            # The cancellation of an attempt to connect is lost where it fails that very moment.
            raise asyncio.CancelledError
        if isinstance(error, SlowConsumerError):
            self._throttled.warn(
                "slow", f"NATS: subject {error.subject!r}: this process is too slow; messages lost"
            )
        else:
            self._throttled.warn(f"error {type(error).__name__}", f"NATS: {error!r}")

    async def _on_disconnect(self) -> None:
        if not self._conn.is_closed:
            self._logger.warning("NATS: the connection is lost; reconnecting")

    async def _on_reconnect(self) -> None:
        self._logger.warning("NATS: connected again")
        for follower in list(self._followers):
            follower.resume()
