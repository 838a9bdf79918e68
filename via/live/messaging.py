"""The app's pub/sub: a backend of the user's own, an existing NATS, or the embedded one.

Where several processes serve the app, the embedded one is shared by them, and they reach each other
by it, whatever carries the app's messages.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from .._core.tasks.maybe_awaitable import settled
from ..errors import PubSubError
from ..options import Options
from ..pubsub import EmbeddedServer, Hub, MemoryPubSub, NATSBackend, PubSub, SharedServer

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    Server = EmbeddedServer | SharedServer


class Messaging:
    """A running backend and the hub over it.

    `shared` is the connection by which other processes of the app are reached, if there may be any.
    """

    def __init__(
        self,
        backend: PubSub,
        logger: logging.Logger,
        server: Server | None = None,
        shared: NATSBackend | None = None,
    ) -> None:
        self.backend = backend
        self.hub = Hub(backend, logger=logger)
        self.server = server
        self.shared = shared

    @classmethod
    async def open(
        cls, options: Options, logger: logging.Logger, meeting_place: Path | None
    ) -> Messaging:
        """Start what the options name. Raises PubSubError if the broker cannot be reached.

        `meeting_place` is the folder in which the processes of the app meet, if there are several.
        """
        if options.pubsub is not None:
            messaging = cls(options.pubsub, logger)
            for config in options.streams or ():
                await messaging.hub.streams().ensure_stream(config)
            if meeting_place is not None:
                await messaging._meet(options, logger, meeting_place)
            return messaging
        if options.nats_url is None:
            server = embedded_server(options, logger, meeting_place)
            backend = await _started(server, logger)
        else:
            server = None
            backend = NATSBackend(
                options.nats_url,
                logger=logger,
                credentials=options.nats_credentials,
                tls=options.nats_tls,
            )
        try:
            if server is None:
                await backend.connect()
            await backend.ensure_streams(options.streams or ())
        except BaseException:
            await _close(backend, server)
            raise
        is_private = isinstance(server, EmbeddedServer)
        return cls(backend, logger, server, None if is_private else backend)

    async def _meet(self, options: Options, logger: logging.Logger, meeting_place: Path) -> None:
        """Reach the other processes, though the app's messages take another way."""
        if isinstance(self.backend, MemoryPubSub):
            logger.warning(
                "Options.pubsub: several workers may serve this app, and the messages of a "
                "MemoryPubSub reach the pages of one of them only"
            )
        server = embedded_server(options, logger, meeting_place)
        try:
            self.shared = await _started(server, logger)
            self.server = server
        except PubSubError as error:
            logger.error("each worker serves only the tabs that it made: %s", error)

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
        if self.shared is not None and self.shared is not self.backend:
            await self.shared.close()
        if self.server is not None:
            await self.server.stop()


def embedded_server(options: Options, logger: logging.Logger, meeting_place: Path | None) -> Server:
    """The embedded server, which those who meet in the same place share; not started."""
    store_dir = None if options.nats_dir is None else Path(options.nats_dir)
    if meeting_place is None:
        return EmbeddedServer(store_dir=store_dir, logger=logger)
    return SharedServer(meeting_place, store_dir=store_dir, logger=logger)


async def _started(server: Server, logger: logging.Logger) -> NATSBackend:
    """A connection to an embedded server, which is started."""
    await server.start()
    backend = NATSBackend(server.url, logger=logger, token=server.token)
    try:
        await backend.connect()
    except BaseException:
        await _close(backend, server)
        raise
    return backend


async def _close(backend: NATSBackend, server: Server | None) -> None:
    await backend.close()
    if server is not None:
        await server.stop()
