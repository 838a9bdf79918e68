"""The body of the client's requests: the page's signals, as one JSON object, within bounds."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import msgspec

from ..live.request_error import RequestError
from ..options import Limits
from .asgi import Receive


async def read_body(receive: Receive, limits: Limits) -> bytes:
    """The whole body. Raises RequestError where it is too large, too slow or cut off."""
    try:
        async with asyncio.timeout(limits.body_timeout):
            return await _read(receive, limits.body_bytes)
    except TimeoutError:
        raise RequestError(
            408, f"the signals took more than {limits.body_timeout:g} s to come"
        ) from None


async def _read(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError(400, "the request ended early")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise RequestError(413, f"the signals take more than {limit} bytes")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def parse_signals(body: bytes, limits: Limits) -> dict[str, Any]:
    """The signals' values by name. Raises RequestError where they are not within bounds."""
    if len(body) > limits.body_bytes:
        raise RequestError(413, f"the signals take more than {limits.body_bytes} bytes")
    try:
        if len(body) > limits.signal_bytes:
            _check_sizes(body, limits.signal_bytes)
        # Most have fewer brackets than may nest.
        if body.count(b"{") + body.count(b"[") > limits.signal_depth:
            _check_depth(body, limits.signal_depth)
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError(400, f"the signals are not a JSON object: {error}") from None


_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode
_split: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_AS_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


def _check_sizes(body: bytes, limit: int) -> None:
    for name, value in _split(body).items():
        if len(memoryview(value)) > limit:
            raise RequestError(413, f"the signal {name[:40]!r} takes more than {limit} bytes")


def _check_depth(body: bytes, limit: int) -> None:
    for name, raw in _split(body).items():
        value = bytes(memoryview(raw))
        if _nests_deeper(value, limit):
            raise RequestError(400, f"the signal {name[:40]!r} nests deeper than {limit} levels")


def _nests_deeper(value: bytes, limit: int) -> bool:
    """Whether lists and objects of valid JSON nest deeper; without making any of them."""
    brackets = _STRING.sub(b"", value).translate(_AS_SQUARE, _NOT_BRACKETS)
    for _ in range(limit):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")  # the innermost of each nest
    return bool(brackets)
