"""Serves an app with uvicorn on uvloop."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn

from ..live.tab_registry import GRACE
from ..options import Limits
from .acceptor import Acceptor
from .app_connection import Connect
from .asgi import Scope
from .socket.socket_protocol import adopt
from .socket.sockets import Sockets
from .uvicorn_protocol import Heads, Protocol
from .write_batch import WriteBatch


class Server(uvicorn.Server):
    """A server that accepts all that wait, and that ends by a signal as it ends by `shutdown`."""

    def __init__(self, config: uvicorn.Config, batch: WriteBatch) -> None:
        super().__init__(config)
        self._batch = batch
        self.drain: Callable[[], Awaitable[None]] | None = None
        """Sends the tabs elsewhere, before the connections are closed."""
        self.accepts_while_draining = False
        """Whether new connections are taken meanwhile, to be told that this server is to end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; what `drain` took of the time is not there for what still runs."""
        if not self.accepts_while_draining:
            for server in self.servers:
                server.close()
            for listener in sockets or ():
                listener.close()
        begun = time.monotonic()
        if self.drain is not None:
            await self.drain()
        left = (self.config.timeout_graceful_shutdown or GRACE) - (time.monotonic() - begun)
        self.config.timeout_graceful_shutdown = max(1, round(left))
        await super().shutdown(sockets)

    async def adopt(
        self, sockets: Sockets, connection: socket.socket, scope: Scope, message: bytes
    ) -> None:
        """Go on with a WebSocket that another worker has accepted."""
        connections = self.server_state.connections
        await adopt(sockets, scope, message, connection, connections, self._batch)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin with the lifespan, and then accept connections."""
        if not sockets or sys.platform == "win32":  # whose event loop has no readers
            await super().startup(sockets)
            return
        await super().startup([])
        protocol: Any = self.config.http_protocol_class
        make_protocol = partial(
            protocol,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        loop = asyncio.get_running_loop()
        self.servers = [Acceptor(loop, listener, make_protocol) for listener in sockets]  # type: ignore[misc]

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that ask for the end; they are not raised anew: the caller goes on."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def make_server(app: Any, connect: Connect, limits: Limits) -> Server:
    """A server for an ASGI app, from which it takes its logging and its lifespan.

    `connect` is asked, as each connection begins, for what runs its actions and loads its
    pages past ASGI.
    """
    batch = WriteBatch()
    protocol = partial(Protocol, connect, limits, Heads(), batch)
    return Server(
        uvicorn.Config(
            app,
            loop="asyncio" if sys.platform == "win32" else "uvloop",
            http=protocol,  # type: ignore[arg-type]
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # see `TrustedProxies`
            timeout_keep_alive=limits.idle_timeout,  # type: ignore[arg-type]
            timeout_graceful_shutdown=GRACE,
        ),
        batch,
    )
