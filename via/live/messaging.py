"""The app's pub/sub: a backend of the user's own, an existing NATS, or the embedded one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core.tasks.maybe_awaitable import settled
from ..options import Options
from ..pubsub import EmbeddedServer, Hub, NATSBackend, PubSub

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext


class Messaging:
    """A running backend and the hub over it."""

    def __init__(
        self, backend: PubSub, logger: logging.Logger, server: EmbeddedServer | None = None
    ) -> None:
        self.backend = backend
        self.hub = Hub(backend, logger=logger)
        self.server = server

    @classmethod
    async def open(cls, options: Options, logger: logging.Logger) -> Messaging:
        """Start what the options name. Raises PubSubError if the broker cannot be reached."""
        if options.pubsub is not None:
            messaging = cls(options.pubsub, logger)
            for config in options.streams or ():
                await messaging.hub.streams().ensure_stream(config)
            return messaging
        server = None
        arguments: dict[str, Any] = {}
        if options.nats_url is None:
            server = EmbeddedServer(
                store_dir=None if options.nats_dir is None else Path(options.nats_dir),
                logger=logger,
            )
            await server.start()
            url: Any = server.url
            arguments["token"] = server.token
        else:
            url = options.nats_url
            arguments |= {"credentials": options.nats_credentials, "tls": options.nats_tls}
        backend = NATSBackend(url, logger=logger, **arguments)
        try:
            await backend.connect()
            await backend.ensure_streams(options.streams or ())
        except BaseException:
            await backend.close()
            if server is not None:
                await server.stop()
            raise
        return cls(backend, logger, server)

    def nats_conn(self) -> Client | None:
        """nats-py's client, if the backend is NATS."""
        return self.backend.conn if isinstance(self.backend, NATSBackend) else None

    def jetstream(self) -> JetStreamContext | None:
        """nats-py's JetStream context, if the backend is NATS."""
        return self.backend.jetstream if isinstance(self.backend, NATSBackend) else None

    async def close(self) -> None:
        """Close the hub, the backend and the embedded server."""
        await self.hub.close()
        await settled(self.backend.close())
        if self.server is not None:
            await self.server.stop()
