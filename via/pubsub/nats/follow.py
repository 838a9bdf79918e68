"""Following a JetStream subject: each message once and in order, across lost connections.

The broker pushes through a consumer without acknowledgements. Its messages are counted; where one
is missing, or the consumer is gone, a new one begins behind the last message that was seen.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Final

from nats.aio.subscription import Subscription as Inbox

from ...errors import PubSubError
from ..protocol import StreamHandler
from ..throttled_log import ThrottledLog
from .api import request
from .client import CoreClient, is_status
from .place import place

_SECOND: Final = 1_000_000_000
HEARTBEAT: Final = 2.0
"""Seconds of silence after which the broker says that it is still there."""

_RETRY: Final = 0.25
_HEADER: Final = re.compile(rb"([A-Za-z-]+):[ ]*([^\r\n]*)")


class Follower:
    """One process's place in a stream, as far as a subject goes; a Subscription."""

    def __init__(
        self,
        conn: CoreClient,
        stream: str,
        subject: str,
        handler: StreamHandler,
        log: ThrottledLog,
        on_end: Callable[[Follower], object],
    ) -> None:
        self._conn = conn
        self._stream = stream
        self._subject = subject
        self._handler = handler
        self._log = log
        self._on_end = on_end
        self._seen = 0  # the stream's number of the last message
        self._count = 0  # the consumer's number of the last message
        self._name = ""
        self._address = ""
        self._inbox: Inbox | None = None
        self._ended = False
        self._silent = False
        self._alarm: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin behind the stream's present end."""
        info = await request(self._conn, f"STREAM.INFO.{self._stream}")
        self._seen = info["state"]["last_seq"]
        await self._open()

    def resume(self) -> None:
        """Go on with a new consumer: the old one may be gone."""
        if self._task is None and not self._ended:
            self._task = asyncio.get_running_loop().create_task(self._reopen())

    async def unsubscribe(self) -> None:
        """Receive nothing more. Safe to call twice."""
        if self._ended:
            return
        self._ended = True
        self._on_end(self)
        if self._task is not None:
            self._task.cancel()
        await self._close()

    async def _open(self) -> None:
        self._count = 0
        self._name = ""
        self._address = address = self._conn.new_inbox()
        self._inbox = await self._conn.subscribe_directly(address, partial(self._receive, address))
        # The broker names it: where a cluster places it on a server that has just died there is no
        # answer, and the next try makes another one. Should both live, their counts tell.
        config = {
            "deliver_subject": address,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": self._seen + 1,
            "filter_subject": self._subject,
            "ack_policy": "none",
            "max_deliver": 1,
            "mem_storage": True,
            "num_replicas": 1,
            "flow_control": True,
            "idle_heartbeat": round(HEARTBEAT * _SECOND),
            "inactive_threshold": 30 * _SECOND,
        }
        body = {"stream_name": self._stream, "config": config, "action": "create"}
        made = await request(self._conn, f"CONSUMER.CREATE.{self._stream}", body)
        self._name = made["name"]
        self._silent = False
        self._alarm = asyncio.get_running_loop().call_later(2 * HEARTBEAT, self._listen)

    async def _close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        inbox, self._inbox = self._inbox, None
        if inbox is not None and not self._conn.is_closed:
            await inbox.unsubscribe()
            if self._name:
                await self._conn.publish(f"$JS.API.CONSUMER.DELETE.{self._stream}.{self._name}")

    async def _reopen(self) -> None:
        try:
            while not self._ended:
                await self._close()
                try:
                    await self._open()
                    return
                except PubSubError as error:
                    self._log.warn(f"follow {self._subject}", f"subject {self._subject!r}: {error}")
                    await asyncio.sleep(_RETRY)
        finally:
            self._task = None

    def _listen(self) -> None:
        """Two heartbeats without a word mean that the consumer is gone."""
        if self._silent:
            self.resume()
        else:
            self._silent = True
            self._alarm = asyncio.get_running_loop().call_later(2 * HEARTBEAT, self._listen)

    def _receive(self, address: str, data: bytes, reply: bytes, headers: bytes) -> None:
        if address != self._address:
            return  # a late word of an earlier consumer
        self._silent = False
        if not data and is_status(headers):
            self._control(reply, headers)
            return
        number, count, _ = place(reply)
        if count != self._count + 1:
            self.resume()
            return
        self._count, self._seen = count, number
        self._handler(data, number)

    def _control(self, reply: bytes, headers: bytes) -> None:
        if reply:
            self._answer(reply)  # flow control: go on
            return
        said = dict(_HEADER.findall(headers))
        if stalled := said.get(b"Nats-Consumer-Stalled"):
            self._answer(stalled)
        last = said.get(b"Nats-Last-Consumer")
        if last is not None and int(last) != self._count:
            self.resume()

    def _answer(self, subject: bytes) -> None:
        # Where it cannot be sent now, the connection is in trouble; the silence then tells.
        self._conn.publish_nowait(subject.decode(), b"")
