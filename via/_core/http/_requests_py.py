"""The pure-Python twin of `_requests_c`: the plain requests of actions and pages, taken apart."""

from __future__ import annotations

import re
from typing import Final

_LINE: Final = re.compile(rb"POST /_action/([A-Za-z0-9]{1,64}) HTTP/1\.1\r\n")
_PAGE: Final = re.compile(
    rb"GET (/(?![_/])[A-Za-z0-9._~!$&'()*+,;=:@/-]*)(?:\?([!-\"$-~]*))? HTTP/1\.1\r\n"
)
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
        b"x-forwarded-prefix",
        b"x-forwarded-proto",
    }
)
_NOT_PLAIN: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade"})


Headers = list[tuple[bytes, bytes]]


def read_action(data: bytes) -> tuple[str, Headers, bytes] | None:
    """The action's id, headers and body, where `data` is one action's request.

    The headers are those that say who asks: `Cookie`, `Datastar-Request`, `Host`, `Origin`,
    `Sec-Fetch-Site` and `X-Forwarded-*`, as ASGI has them, in their order.

    It is a whole POST request of HTTP/1.1 with nothing behind it, whose body's length is stated
    and whose connection stays open; None for all else, which is left to a parser of all of HTTP.
    """
    line = _LINE.match(data)
    if line is None:
        return None
    read = _read_fields(data, line.end())
    if read is None or read[1] != len(data) - read[2]:
        return None
    headers, _, at = read
    return line[1].decode(), headers, data[at:]


def read_page(data: bytes, most_fields: int) -> tuple[str, str, Headers] | None:
    """The path, query and headers, where `data` is one request for a page.

    It is a whole GET request of HTTP/1.1 with nothing behind it and with no body, of so many
    headers at most, whose connection stays open and whose path says nothing in another way, is
    none of via's own (`/_...`), and names no host; None for all else.
    """
    line = _PAGE.match(data)
    if line is None:
        return None
    read = _read_fields(data, line.end(), most_fields)
    if read is None or read[1] > 0 or read[2] != len(data):
        return None
    return line[1].decode(), (line[2] or b"").decode(), read[0]


def _read_fields(data: bytes, at: int, most: int = -1) -> tuple[Headers, int, int] | None:
    """The headers that are kept, the body's length (-1 where none is stated), and where it begins.

    None where the request is not plain, or has more than `most` headers (-1: as many as it likes).
    """
    headers: Headers = []
    kept: set[bytes] = set()
    length = -1
    while not data.startswith(b"\r\n", at):
        field = _FIELD.match(data, at)
        if field is None or most == 0:
            return None
        most -= 1
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
    return headers, length, at + 2
