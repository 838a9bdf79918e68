"""The pure-Python twin of `_requests_c`: the plain requests of actions, taken apart."""

from __future__ import annotations

import re
from typing import Final

_LINE: Final = re.compile(rb"POST /_action/([A-Za-z0-9]{1,64}) HTTP/1\.1\r\n")
_FIELD: Final = re.compile(rb"([A-Za-z0-9_-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)\r\n")
_LENGTH: Final = re.compile(rb"[0-9]{1,7}")
_KEPT: Final = frozenset(
    {
        b"cookie",
        b"datastar-request",
        b"host",
        b"origin",
        b"sec-fetch-site",
        b"x-forwarded-for",
        b"x-forwarded-host",
    }
)
_NOT_PLAIN: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade"})


def read_action(data: bytes) -> tuple[str, list[tuple[bytes, bytes]], bytes] | None:
    """The action's id, headers and body, where `data` is one action's request.

    The headers are those that say who asks: `Cookie`, `Datastar-Request`, `Host`, `Origin`,
    `Sec-Fetch-Site`, `X-Forwarded-For` and `-Host`, as ASGI has them, in their order.

    It is a whole POST request of HTTP/1.1 with nothing behind it, whose body's length is stated
    and whose connection stays open; None for all else, which is left to a parser of all of HTTP.
    """
    line = _LINE.match(data)
    if line is None:
        return None
    headers: list[tuple[bytes, bytes]] = []
    kept: set[bytes] = set()
    length = -1
    at = line.end()
    while not data.startswith(b"\r\n", at):
        field = _FIELD.match(data, at)
        if field is None:
            return None
        at = field.end()
        name, value = field[1].lower(), field[2].rstrip(b" \t")
        if name == b"content-length":
            if length >= 0 or not _LENGTH.fullmatch(value):
                return None
            length = int(value)
        elif name in _KEPT:
            if name in kept:
                return None
            kept.add(name)
            headers.append((name, value))
        elif name in _NOT_PLAIN or (name == b"connection" and value.lower() != b"keep-alive"):
            return None
    at += 2
    if length != len(data) - at:
        return None
    return line[1].decode(), headers, data[at:]
