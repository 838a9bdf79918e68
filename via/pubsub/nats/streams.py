"""Streams on JetStream: their configuration, and publishing into them."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from typing import Any, Final

import msgspec
from nats.aio.client import Client
from nats.errors import Error as NATSError

from ...errors import PubSubError
from ..protocol import StreamConfig
from ..subjects import one_stream
from .api import NO_STREAM, OVERLAP, TIMEOUT, JetStreamError, request
from .client import CoreClient

_NANOSECONDS: Final = 1_000_000_000
_messages: Final = count(1)
_TRY: Final = 1.0
_WAIT: Final = 0.05


async def ensure_stream(conn: Client, config: StreamConfig) -> None:
    """Create the stream, or bring an existing one to this configuration.

    What the configuration does not name, an existing stream keeps. Raises PubSubError where the
    broker refuses.
    """
    wanted: dict[str, Any] = {
        "subjects": list(config.subjects),
        "max_msgs": config.max_msgs,
        "max_age": round(config.age() * _NANOSECONDS),
    }
    if config.replicas is not None:
        wanted["num_replicas"] = config.replicas
    try:
        try:
            info = await request(conn, f"STREAM.INFO.{config.name}")
        except JetStreamError as error:
            if error.code != NO_STREAM:
                raise
            created = {"name": config.name, "storage": "file", "allow_direct": True, **wanted}
            await request(conn, f"STREAM.CREATE.{config.name}", created)
        else:
            updated = info["config"] | wanted
            if 0 < wanted["max_age"] < updated.get("duplicate_window", 0):
                updated["duplicate_window"] = wanted["max_age"]
            if updated != info["config"]:
                await request(conn, f"STREAM.UPDATE.{config.name}", updated)
    except JetStreamError as error:
        hint = await _overlapping(conn, config) if error.code == OVERLAP else ""
        raise PubSubError(f"stream {config.name!r}: {error}{hint}") from None


async def _overlapping(conn: Client, config: StreamConfig) -> str:
    for subject in config.subjects:
        for name in await _names(conn, subject):
            if name != config.name:
                return f": subject {subject!r} overlaps with one of stream {name!r}"
    return ""


async def _names(conn: Client, subject: str) -> list[str]:
    answer = await request(conn, "STREAM.NAMES", {"subject": subject})
    return answer.get("streams") or []


async def stream_of(conn: Client, subject: str) -> str:
    """The stream that keeps a subject. Raises PubSubError where there is not just one."""
    return one_stream(subject, await _names(conn, subject))


async def publish_durable(conn: CoreClient, subject: str, data: bytes) -> int:
    """Publish into the subject's stream; the number there, once it is kept.

    A message whose acknowledgement is lost is sent again, and kept once. Raises PubSubError if
    there is no such stream or none takes it for `TIMEOUT`.
    """
    id = f"{conn.id}{next(_messages)}"
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            return _number(subject, await conn.request_directly(subject, data, id, _TRY))
        except (NATSError, TimeoutError) as error:
            failure: Exception = error
            if not await _kept(conn, subject):
                one_stream(subject, [])
        if time.monotonic() + _WAIT > deadline or conn.is_closed:
            raise PubSubError(f"subject {subject!r}: no stream took the message: {failure!r}")
        await asyncio.sleep(_WAIT)


async def _kept(conn: Client, subject: str) -> bool:
    """Whether a stream keeps the subject; also True where the broker cannot say."""
    try:
        return bool(await _names(conn, subject))
    except PubSubError:
        return True


def _number(subject: str, answer: bytes) -> int:
    try:
        acknowledgement = msgspec.json.decode(answer)
        if "error" not in acknowledgement:
            return int(acknowledgement["seq"])
        reason = acknowledgement["error"].get("description")
    except (msgspec.MsgspecError, KeyError, TypeError):
        # Somebody else answers requests on this subject.
        reason = f"an answer that is not an acknowledgement: {answer[:80]!r}"
    raise PubSubError(f"subject {subject!r}: the stream refused the message: {reason}")
