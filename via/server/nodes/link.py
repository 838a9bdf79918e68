"""The way to the other nodes: one subject for each, on the app's NATS."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import msgspec
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NATSError
from nats.errors import NoRespondersError

from ...pubsub import NATSBackend, Resumable
from .messages import Message, Ping, Reply, decode, decode_reply, encode

ANSWER_TIMEOUT: Final = 3.0
"""Seconds within which a node says that it has a request."""

Receive = Callable[[Message, Msg], Awaitable[None]]
"""Takes a message, in order; what it is answered with goes to `Msg.respond`."""


class NodeGone(Exception):
    """There is no such node any more."""


class Link:
    """Sends messages to nodes, and receives those for this one."""

    def __init__(self, backend: NATSBackend, node: str, logger: logging.Logger) -> None:
        self.node = node
        self._backend = backend
        self._logger = logger
        self._receive: Receive | None = None
        self._subscription: Subscription | None = None

    @property
    def largest(self) -> int:
        """Bytes of a body that one message may carry, beside all else in it."""
        return min(256 * 1024, self._backend.max_payload // 2)

    async def open(self, receive: Receive, resumable: Resumable) -> None:
        """Begin to receive; `resumable` is told where messages may have been lost."""
        self._receive = receive
        self._backend.on_reconnect(resumable)
        self._subscription = await self._backend.conn.subscribe(_subject(self.node), cb=self._take)
        await self._backend.conn.flush()

    async def close(self) -> None:
        """Receive nothing more."""
        if self._subscription is not None:
            with suppress(NATSError):
                await self._subscription.unsubscribe()

    async def send(self, node: str, message: Message) -> None:
        """Send a message, behind those before it; nothing comes of it if the node is gone."""
        with suppress(NATSError):  # as the app ends
            await self._backend.conn.publish(_subject(node), encode(message))

    async def ask(self, node: str, message: Message) -> Reply:
        """The reply to a message. Raises NodeGone where there is nobody to reply."""
        try:
            reply = await self._backend.conn.request(
                _subject(node), encode(message), timeout=ANSWER_TIMEOUT
            )
        except (NATSError, TimeoutError) as error:
            raise NodeGone(f"node {node} does not answer: {error!r}") from None
        decoded: Reply = decode_reply(reply.data)
        return decoded

    async def is_there(self, node: str) -> bool | None:
        """Whether a node is there; None where that is not known."""
        conn = self._backend.conn
        if not conn.is_connected:
            return None
        try:
            await conn.request(_subject(node), encode(Ping()), timeout=ANSWER_TIMEOUT)
        except NoRespondersError:
            return False
        except (NATSError, TimeoutError):
            return None
        return True

    async def _take(self, message: Msg) -> None:
        assert self._receive is not None
        try:
            decoded = decode(message.data)
        except msgspec.MsgspecError as error:
            self._logger.error("another node speaks otherwise than this one: %s", error)
        else:
            await self._receive(decoded, message)


def _subject(node: str) -> str:
    return f"$VIA.{node}"
