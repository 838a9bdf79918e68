"""nats-py's client, whose messages are read and sent by the core.

nats-py connects, authenticates, subscribes and comes back; two things are done in its place. What
the server says is taken apart by `NATSReader`, which hands messages to their handlers at once: no
queue and no task for each. And what one turn of the event loop publishes is written at its end, in
one piece.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from typing import Any, Final, TypeVar

from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.errors import NoRespondersError, ProtocolError

from ..._core.messaging.nats_reader import Handler, Message, NATSReader

FULL: Final = 1024 * 1024
"""Bytes that wait for the server; past them a publisher waits, too."""


NO_RESPONDERS: Final = b"NATS/1.0 503"
"""How the headers of a message begin where nobody listens."""

T = TypeVar("T")

_STATUS: Final = re.compile(rb"NATS/1\.0[ \t]+[0-9]")


def is_status(headers: bytes) -> bool:
    """Whether a message's headers are a word of the server's own, such as a heartbeat."""
    return _STATUS.match(headers) is not None


class CoreClient(Client):
    """nats-py's client, with three ways past it.

    They are `subscribe_directly`, `publish_nowait` and `request_directly`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._answers: dict[bytes, asyncio.Future[bytes]] = {}
        self._answers_subject = ""
        self._requests = 0
        self.id = secrets.token_urlsafe(12)
        """What no other client has."""
        self._reader = NATSReader(self._log_failure)
        self._ps: Any = _Parser(self, self._reader)
        self._is_flush_due = False

    async def subscribe_directly(self, subject: str, handler: Handler) -> Subscription:
        """Have a handler called with each message as it is read; it must not wait.

        Raises what nats-py's `subscribe` does.
        """
        return await self._subscribe(subject, self._reader.handlers, handler)

    async def _subscribe(self, subject: str, handlers: dict[int, T], handler: T) -> Subscription:
        sid = self._sid + 1
        handlers[sid] = handler
        try:
            return await self.subscribe(subject, cb=_nobody)
        except BaseException:
            handlers.pop(sid, None)
            raise

    def publish_nowait(self, subject: str, data: bytes) -> bool:
        """Publish at the end of this turn; False where that has to wait, and nothing was done.

        The subject and the size of the data have been checked.
        """
        if not self._can_publish():
            return False
        self._append(b"PUB %b %d\r\n%b\r\n" % (subject.encode(), len(data), data), len(data))
        return True

    async def request_directly(self, subject: str, data: bytes, id: str, timeout: float) -> bytes:
        """The answer to a message with this `Nats-Msg-Id`; requests of one turn go out together.

        `timeout` is in seconds. Raises TimeoutError, and NoRespondersError where nobody listens.
        """
        if not self._answers_subject:
            await self._listen_for_answers()
        self._requests += 1
        token = b"%d" % self._requests
        reply = f"{self._answers_subject}.{self._requests}"
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._answers[token] = answer
        timer = loop.call_later(timeout, self._time_out, token)
        try:
            if self._can_publish():
                head = b"NATS/1.0\r\nNats-Msg-Id: %b\r\n\r\n" % id.encode()
                names = subject.encode(), reply.encode(), len(head), len(head) + len(data)
                command = b"HPUB %b %b %d %d\r\n" % names
                self._append(b"%b%b%b\r\n" % (command, head, data), len(data))
            else:
                await self.publish(subject, data, reply, {"Nats-Msg-Id": id})
            return await answer
        finally:
            timer.cancel()
            del self._answers[token]

    def _time_out(self, token: bytes) -> None:
        answer = self._answers[token]
        if not answer.done():
            answer.set_exception(TimeoutError("no answer came"))

    async def _listen_for_answers(self) -> None:
        subject = self._answers_subject = self.new_inbox()
        try:
            await self._subscribe(f"{subject}.*", self._reader.answer_handlers, self._answered)
        except BaseException:
            self._answers_subject = ""
            raise

    def _answered(self, subject: bytes, data: bytes, headers: bytes) -> None:
        answer = self._answers.get(subject[subject.rfind(b".") + 1 :])
        if answer is None or answer.done():
            return  # too late
        if headers.startswith(NO_RESPONDERS):
            answer.set_exception(NoRespondersError())
        else:
            answer.set_result(data)

    def _can_publish(self) -> bool:
        return (
            self._status == Client.CONNECTED
            and self._pending_data_size <= FULL
            and not self._is_behind()
        )

    def _append(self, command: bytes, size: int) -> None:
        self._pending.append(command)
        self._pending_data_size += len(command)
        self.stats["out_msgs"] += 1
        self.stats["out_bytes"] += size
        if not self._is_flush_due:
            self._is_flush_due = True
            asyncio.get_running_loop().call_soon(self._write_out)

    def _is_behind(self) -> bool:
        """Whether the server takes less than is written."""
        writer = getattr(self._transport, "_io_writer", None)
        return writer is not None and writer.transport.get_write_buffer_size() > FULL

    def _write_out(self) -> None:
        self._is_flush_due = False
        if self._status == Client.CONNECTED and self._pending and self._transport is not None:
            try:
                self._transport.writelines(self._pending[:])
            except (OSError, RuntimeError):
                return  # the connection is gone; it waits for the next one
            self._pending = []
            self._pending_data_size = 0

    async def _send_ping(self, future: asyncio.Future[Any] | None = None) -> None:
        # What was published before is before it.
        self._write_out()
        await super()._send_ping(future)

    def _remove_sub(self, sid: int, max_msgs: int = 0) -> None:
        self._reader.answer_handlers.pop(sid, None)
        self._reader.handlers.pop(sid, None)
        super()._remove_sub(sid, max_msgs)

    def _log_failure(self, error: Exception) -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "a message from NATS could not be handled", "exception": error}
        )


class _Parser:
    """What nats-py asks of its own parser."""

    def __init__(self, client: CoreClient, reader: NATSReader) -> None:
        self._client: Any = client
        self._reader = reader

    def reset(self) -> None:
        """A new connection begins."""
        self._reader.reset()

    async def parse(self, data: bytes = b"") -> None:
        """Take what was received. Raises ProtocolError for what no server says."""
        client, reader = self._client, self._reader
        reader.feed(data)
        try:
            said = reader.next()
            while said is not None:
                if isinstance(said, Message):
                    await client._process_msg(*said)
                elif said.word == b"PING":
                    await client._process_ping()
                elif said.word == b"PONG":
                    await client._process_pong()
                elif said.word == b"INFO":
                    await client._process_info(json.loads(said.rest))
                elif said.word == b"-ERR":
                    await client._process_err(said.rest.decode(errors="replace").lower())
                elif said.word != b"+OK":
                    raise ValueError(f"{said.word[:40]!r} is not of the protocol")
                said = reader.next()
        except ValueError as error:
            raise ProtocolError(f"nats: {error}") from None
        client.stats["in_msgs"] += reader.handled
        client.stats["in_bytes"] += reader.bytes_handled
        reader.handled = reader.bytes_handled = 0


async def _nobody(message: object) -> None:
    """Called with no message: the reader hands them to their handler."""
