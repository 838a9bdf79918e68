"""JetStream's request API: one JSON request, one JSON answer, an exception for an error."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import msgspec
from nats.aio.client import Client
from nats.errors import Error as NATSError

from ...errors import PubSubError

TIMEOUT: Final = 20.0
"""Seconds for which a broker that is away, or that elects a leader (nine at most, if the first
election is won), is asked again."""

NO_MESSAGE: Final = 10037
NO_STREAM: Final = 10059
OVERLAP: Final = 10065

_AWAY: Final = (503, 408)
_FIRST_WAIT: Final = 0.02
_TRY: Final = 1.0


class JetStreamError(PubSubError):
    """JetStream refused a request; `code` is its own error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


async def request(conn: Client, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """The answer to a request that may be repeated.

    Raises JetStreamError for an error and PubSubError where nobody answers for `TIMEOUT`.
    """
    payload = b"" if body is None else msgspec.json.encode(body)
    deadline = time.monotonic() + TIMEOUT
    wait = _FIRST_WAIT
    while True:
        try:
            message = await conn.request(f"$JS.API.{what}", payload, timeout=_TRY)
            answer: dict[str, Any] = msgspec.json.decode(message.data)
            error = answer.get("error")
            if error is None:
                return answer
            failure: PubSubError = JetStreamError(
                error.get("err_code", 0), error.get("description", "no reason given")
            )
            if error.get("code") not in _AWAY:
                raise failure
        except (NATSError, TimeoutError) as nobody:
            failure = PubSubError(f"JetStream does not answer {what}: {nobody!r}")
        if time.monotonic() + wait > deadline or conn.is_closed:
            raise failure
        await asyncio.sleep(wait)
        wait = min(2 * wait, 1.0)
