"""The messages of a tab's WebSocket; all are texts.

Up: JSON objects of `path`, `n`, `body` and, in the first one, which opens the stream, `headers`.
Down: what is no JSON object is the bytes of the stream, in whole lines; the objects are answers,
with `status` and the `n` of what they answer, and `type`, `body` and `retry_after` where there are.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ..responses import ShortResponse


class Request(msgspec.Struct, frozen=True):
    """What the browser asks; `n` comes back with the answer."""

    path: str
    body: msgspec.Raw
    n: int = 0
    headers: dict[str, str] = {}


read_request: Final = msgspec.json.Decoder(Request).decode
"""Read a message. Raises msgspec.DecodeError, and UnicodeDecodeError."""


def answer(n: int, response: ShortResponse) -> bytes:
    """The message that answers request `n`."""
    if response.status == 204:
        return b'{"n":%d,"status":204}' % n
    fields: dict[str, object] = {"n": n, "status": response.status}
    if response.body or response.status == 200:
        fields["type"] = response.content_type.decode("latin-1")
    if response.body:
        fields["body"] = response.body.decode(errors="replace")
    if response.retry_after is not None:
        fields["retry_after"] = max(1, response.retry_after)
    return msgspec.json.encode(fields)
