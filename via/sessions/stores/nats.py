"""Sessions in a key-value bucket of NATS JetStream, for apps that run on several machines."""

from __future__ import annotations

import asyncio
import math
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import nats.errors
from nats.errors import NoRespondersError
from nats.js.api import ConsumerConfig, DeliverPolicy, Header, KeyValueConfig
from nats.js.errors import (
    APIError,
    BucketNotFoundError,
    KeyNotFoundError,
    ServiceUnavailableError,
)

from ...errors import SessionError
from ..store import StoredSession, damaged

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

T = TypeVar("T")

TIMEOUT: Final = 20.0
"""Seconds for which a broker that is away is asked again."""

_TRY: Final = 1.0
_FIRST_WAIT: Final = 0.05
_WRONG_SEQUENCE: Final = (10071, 10164)
_EXPIRY: Final = struct.Struct(">d")
_MARKER_SECONDS: Final = 60


class _Entry(NamedTuple):
    """What lies under a key: nothing, a mark of deletion or a session, live or expired."""

    stored: StoredSession | None
    revision: int


class NATSStore:
    """Keeps sessions in a JetStream key-value bucket; needs nats-server 2.11 or later.

    `jetstream` is a JetStream context or, for a connection that opens later, what returns it
    (`v.jetstream`). The bucket is created when it is first used, with one replica in files; create
    it beforehand to choose otherwise, with TTLs per message allowed. The server forgets each entry
    when it expires. `clock` gives the Unix time.

    The connection is not the store's own: `close` leaves it open. Raises SessionError where the
    server cannot be reached or refuses.
    """

    def __init__(
        self,
        jetstream: JetStreamContext | Callable[[], JetStreamContext | None],
        *,
        bucket: str = "via_sessions",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._jetstream = jetstream
        self._bucket = bucket
        self._clock = clock
        self._opened: tuple[JetStreamContext, KeyValue] | None = None
        self._listening: tuple[JetStreamContext, JetStreamContext.PushSubscription] | None = None
        self._changed: set[str] = set()

    async def find(self, key: str) -> StoredSession | None:
        """The live entry under `key`; its version is the bucket's revision."""
        return (await self._ask(partial(self._get, key))).stored

    async def save(
        self, key: str, data: bytes, expiry: float, version: object | None
    ) -> object | None:
        """Keep `data` if the bucket's revision of the key is the expected one."""
        revision = await self._put(key, data, expiry, version or 0)
        if revision is None and version is None:
            # What lies there may be a mark of deletion, or expired.
            entry = await self._ask(partial(self._get, key))
            if entry.stored is None:
                revision = await self._put(key, data, expiry, entry.revision)
        return revision

    async def delete(self, key: str) -> None:
        """Remove the key; the server drops the mark that this leaves after a minute."""
        await self._ask(partial(self._purge, key))

    async def changes(self) -> set[str] | None:
        """The keys that anybody wrote or deleted since the last call; None at the first one."""
        try:
            jetstream, _ = await self._open()
            if self._listening is not None and self._listening[0] is jetstream:
                changed, self._changed = self._changed, set()
                return changed
            await self._listen(jetstream)
        except nats.errors.Error as error:
            raise self._error(error) from error
        return None

    async def close(self) -> None:
        """Forget the bucket; the next use opens it again."""
        self._opened = None
        listening, self._listening = self._listening, None
        if listening is not None:
            with suppress(nats.errors.Error):
                await listening[1].unsubscribe()

    async def _listen(self, jetstream: JetStreamContext) -> None:
        prefix = f"$KV.{self._bucket}."

        async def note(message: Msg) -> None:
            self._changed.add(message.subject.removeprefix(prefix))

        subscription = await jetstream.subscribe(
            f"{prefix}>",
            cb=note,
            ordered_consumer=True,
            config=ConsumerConfig(deliver_policy=DeliverPolicy.NEW, headers_only=True),
        )
        self._changed = set()
        self._listening = (jetstream, subscription)

    async def _get(self, key: str) -> _Entry:
        _, bucket = await self._open()
        try:
            entry = await bucket.get(key)
        except KeyNotFoundError as error:
            return _Entry(None, error.entry.revision if error.entry is not None else 0)
        revision, value = entry.revision or 0, entry.value or b""
        if len(value) < _EXPIRY.size:
            return _Entry(damaged(revision), revision)
        (expiry,) = _EXPIRY.unpack_from(value)
        if expiry <= self._clock():
            return _Entry(None, revision)
        return _Entry(StoredSession(value[_EXPIRY.size :], expiry, revision), revision)

    async def _purge(self, key: str) -> None:
        _, bucket = await self._open()
        await bucket.purge(key, msg_ttl=_MARKER_SECONDS)

    async def _put(self, key: str, data: bytes, expiry: float, revision: object) -> int | None:
        """Keep `data` as what follows a revision; None where something else does."""
        asked = 0

        async def put() -> int | None:
            nonlocal asked
            asked += 1
            return await self._publish(key, data, expiry, revision)

        kept = await self._ask(put)
        if kept is None and asked > 1:
            # It may have been kept the first time, and the answer lost.
            entry = await self._ask(partial(self._get, key))
            if entry.stored is not None and entry.stored.data == data:
                return entry.revision
        return kept

    async def _publish(self, key: str, data: bytes, expiry: float, revision: object) -> int | None:
        jetstream, _ = await self._open()
        headers: dict[str, str] = {
            Header.EXPECTED_LAST_SUBJECT_SEQUENCE: str(revision),
            Header.MSG_TTL: str(max(1, math.ceil(expiry - self._clock()))),
        }
        subject = f"$KV.{self._bucket}.{key}"
        try:
            receipt = await jetstream.publish(subject, _EXPIRY.pack(expiry) + data, headers=headers)
        except APIError as error:
            if error.err_code in _WRONG_SEQUENCE:
                return None
            raise
        return receipt.seq

    async def _open(self) -> tuple[JetStreamContext, KeyValue]:
        jetstream = self._jetstream() if callable(self._jetstream) else self._jetstream
        if jetstream is None:
            raise SessionError(f"the session bucket {self._bucket!r} needs a JetStream connection")
        if self._opened is None or self._opened[0] is not jetstream:
            try:
                bucket = await jetstream.key_value(self._bucket)
            except BucketNotFoundError:
                config = KeyValueConfig(self._bucket, description="via sessions", direct=False)
                bucket = await jetstream.create_key_value(config)
            self._opened = (jetstream, bucket)
        return self._opened

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question, which is asked again while the broker is away."""
        deadline = time.monotonic() + TIMEOUT
        wait = _FIRST_WAIT
        while True:
            try:
                async with asyncio.timeout(_TRY):
                    return await question()
            except (TimeoutError, NoRespondersError, ServiceUnavailableError) as error:
                if time.monotonic() + wait > deadline:
                    raise self._error(error) from error
            except nats.errors.Error as error:
                raise self._error(error) from error
            await asyncio.sleep(wait)
            wait = min(2 * wait, _TRY)

    def _error(self, error: Exception) -> SessionError:
        return SessionError(f"the session bucket {self._bucket!r} is unusable: {error!r}")
