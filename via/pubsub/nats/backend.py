"""`NATSBackend`: pub/sub, streams and replay on a NATS server or cluster."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import nats
from nats.errors import Error as NATSError
from nats.js import JetStreamContext

from ...errors import PubSubError
from ..protocol import History, StreamConfig, StreamHandler, Subscription
from ..throttled_log import ThrottledLog
from .client import CoreClient
from .follow import Follower
from .reconnect import Reconnection, Resumable
from .replay import history
from .streams import ensure_stream, publish_durable, stream_of

CONNECT_TIMEOUT: Final = 10.0
"""Seconds within which a server must answer at the app's start."""


class NATSBackend:
    """A connection that comes back by itself; messages for it wait meanwhile.

    `url` is one or several URLs, of servers of one cluster; user and password may be part of it.
    """

    def __init__(
        self,
        url: str | Sequence[str],
        *,
        logger: logging.Logger,
        token: str | None = None,
        credentials: str | os.PathLike[str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._urls = [url] if isinstance(url, str) else list(url)
        self._throttled = ThrottledLog(logger)
        self._options: dict[str, Any] = {**_login(self._urls[0])}
        if token is not None:
            self._options["token"] = token
        if credentials is not None:
            self._options["user_credentials"] = os.fspath(credentials)
        if tls is not None:
            self._options["tls"] = tls
        self.conn: CoreClient = CoreClient()
        self._reconnection = Reconnection(self.conn, logger, self._throttled)
        self.jetstream: JetStreamContext = self.conn.jetstream()

    @property
    def max_payload(self) -> int:
        """Bytes that one message may have."""
        return self.conn.max_payload

    async def connect(self) -> None:
        """Connect. Raises PubSubError where no server answers, or none lets this client in."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self.conn.connect(
                    servers=self._urls,
                    name="via",
                    connect_timeout=2,
                    **self._reconnection.options(),
                    **self._options,
                )
        except (NATSError, nats.errors.Error, OSError, TimeoutError, ValueError) as error:
            urls = ", ".join(url.rpartition("@")[2] for url in self._urls)
            why = self.conn.last_error or error
            raise PubSubError(f"no connection to NATS at {urls}: {why!r}") from None

    async def ensure_streams(self, configs: Iterable[StreamConfig]) -> None:
        """Create or update the streams."""
        for config in configs:
            await self.ensure_stream(config)

    def on_reconnect(self, resumable: Resumable) -> None:
        """Have something go on whenever the connection was lost and has come back."""
        self._reconnection.add(resumable)

    async def close(self) -> None:
        """Close the connection; what was published is sent first."""
        self._reconnection.stop()
        if self.conn.is_connected:
            with suppress(NATSError):  # the broker may go this very moment
                await self.conn.flush(2)
        # Where the connection is lost, nats-py writes what waits for it to the one that is gone.
        with suppress(RuntimeError):
            await self.conn.close()

    async def publish(self, subject: str, data: bytes) -> None:
        """Send a message to all who listen on the subject now."""
        await self.conn.publish(subject, data)

    def publish_nowait(self, subject: str, data: bytes) -> bool:
        """As `publish`, where nothing has to be waited for; False where something has."""
        return self.conn.publish_nowait(subject, data)

    async def subscribe(self, subject: str, handler: Callable[[bytes], Any]) -> Subscription:
        """Call `handler` with each message on the subject."""
        return await self.conn.subscribe_directly(
            subject, lambda data, reply, headers: handler(data)
        )

    async def ensure_stream(self, config: StreamConfig) -> None:
        """Create the stream, or bring an existing one to this configuration."""
        await ensure_stream(self.conn, config)

    async def publish_durable(self, subject: str, data: bytes) -> int:
        """Publish into the subject's stream; the number there, once it is kept."""
        return await publish_durable(self.conn, subject, data)

    async def history(self, subject: str, count: int) -> History:
        """The last `count` messages that a stream keeps on the subject."""
        stream = await stream_of(self.conn, subject)
        return await history(self.conn, stream, subject, count)

    async def follow(self, subject: str, handler: StreamHandler) -> Subscription:
        """Call `handler` with each message that the subject's stream takes from now on, once."""
        stream = await stream_of(self.conn, subject)
        follower = Follower(
            self.conn, stream, subject, handler, self._throttled, self._reconnection.remove
        )
        self._reconnection.add(follower)
        await follower.start()
        return follower


def _login(url: str) -> dict[str, str]:
    """The login in a URL; it also serves for the servers that the cluster tells of later."""
    parts = urlsplit(url)
    if not parts.username:
        return {}
    if parts.password is None:
        return {"token": unquote(parts.username)}
    return {"user": unquote(parts.username), "password": unquote(parts.password)}
