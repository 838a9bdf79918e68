"""Replay: the last messages of a JetStream subject, at a cost that grows with their number.

A consumer tells, when it is made, how many messages it has before it. So the place from which on
there are just enough is found in a few steps, and only those messages are read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from ...errors import PubSubError
from ..protocol import History
from ..subjects import is_pattern
from .api import NO_MESSAGE, TIMEOUT, JetStreamError, request
from .client import NO_RESPONDERS, CoreClient, is_status
from .place import place

_SLACK: Final = 4
"""How many times the wanted messages may be read, where finding the place costs more."""

_NONE_PENDING: Final = b".0"
"""How the reply subject of a consumer's last message ends."""

_RETRY: Final = 0.05

_UNUSED: Final = 30_000_000_000
"""Nanoseconds after which the broker removes a consumer that was left behind."""


class _NoConsumer(PubSubError):
    """A consumer does not answer: it went with its server, or others do not know of it yet."""


async def history(conn: CoreClient, stream: str, subject: str, count: int) -> History:
    """The last `count` messages of the stream on a subject, which may be a pattern."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            return await _history(conn, stream, subject, count)
        except _NoConsumer:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_RETRY)


async def _history(conn: CoreClient, stream: str, subject: str, count: int) -> History:
    filtered = None if is_pattern(subject) else {"subjects_filter": subject}
    info, end = await asyncio.gather(
        request(conn, f"STREAM.INFO.{stream}", filtered), _last(conn, stream, subject)
    )
    state = info["state"]
    if count <= 0 or end == 0:
        return History([], end)
    first = state["first_seq"]
    total = (state.get("subjects") or {}).get(subject, 0)
    span = count
    if total:
        span = max(count, (end - first + 1) * count * 5 // (total * 4))
    low, high = first, end + 1  # enough messages from `low` on, too few from `high` on
    start = max(first, end - span + 1)
    while True:
        async with _consumer(conn, stream, subject, start) as (name, pending):
            enough = pending >= count or start == first
            if enough and (pending <= _SLACK * count or high - start <= 1):
                messages = await _read(conn, stream, name, end, pending)
                return History(messages[-count:], end)
        if enough:
            low = start
            start = max((low + high) // 2, high - 2 * (high - start) * count // pending)
            start = min(max(start, low + 1), high - 1)
        else:
            high = start
            missing = count - pending
            step = (end - start + 1) * (missing if pending else 16 * count) // max(pending, count)
            start = max(low, start - max(step * 5 // 4, end - start + 1))


async def _last(conn: CoreClient, stream: str, subject: str) -> int:
    """The number of the last message on the subject; 0 if there is none."""
    try:
        answer = await request(conn, f"STREAM.MSG.GET.{stream}", {"last_by_subj": subject})
    except JetStreamError as error:
        if error.code == NO_MESSAGE:
            return 0
        raise
    number: int = answer["message"]["seq"]
    return number


@asynccontextmanager
async def _consumer(
    conn: CoreClient, stream: str, subject: str, start: int
) -> AsyncIterator[tuple[str, int]]:
    """A short-lived consumer from a number on: its name, and how many messages it has."""
    # The broker names it: where a cluster places it on a server that has just died there is no
    # answer, and the next try makes another one.
    config: dict[str, Any] = {
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": start,
        "filter_subject": subject,
        "ack_policy": "none",
        "mem_storage": True,
        "num_replicas": 1,
        "inactive_threshold": _UNUSED,
    }
    body = {"stream_name": stream, "config": config, "action": "create"}
    made = await request(conn, f"CONSUMER.CREATE.{stream}", body)
    name = made["name"]
    try:
        yield name, made["num_pending"]
    finally:
        # Nobody waits for the answer.
        await conn.publish(f"$JS.API.CONSUMER.DELETE.{stream}.{name}")


async def _read(conn: CoreClient, stream: str, name: str, end: int, pending: int) -> list[bytes]:
    """The consumer's messages up to number `end`."""
    messages: list[bytes] = []
    replies: list[bytes] = []
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def receive(data: bytes, reply: bytes, headers: bytes) -> None:
        if done.done():
            return
        if not data and is_status(headers):
            why = headers.partition(b"\r\n")[0].decode(errors="replace")
            kind = _NoConsumer if headers.startswith(NO_RESPONDERS) else PubSubError
            done.set_exception(kind(f"stream {stream!r}: reading stopped: {why}"))
            return
        messages.append(data)
        replies.append(reply)
        if len(messages) >= pending or reply.endswith(_NONE_PENDING):
            done.set_result(None)

    inbox = conn.new_inbox()
    subscription = await conn.subscribe_directly(inbox, receive)
    try:
        ask = {"batch": pending + 1, "expires": round(TIMEOUT * 1_000_000_000)}
        await conn.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}", msgspec.json.encode(ask), reply=inbox
        )
        async with asyncio.timeout(TIMEOUT):
            await done
    except TimeoutError:
        raise PubSubError(f"stream {stream!r}: the broker does not send its messages") from None
    finally:
        await subscription.unsubscribe()
    while replies and place(replies[-1]).number > end:  # it came after the question
        del messages[-1], replies[-1]
    return messages
