"""What nodes say to each other. Every message goes to the one subject of the node it is for.

A request that came to one node (the edge) for a tab that lives on another (the home) is asked of
the home, which answers whole, or accepts it and sends the response in parts as the edge gives
credit for them.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...live.browser import Headers


class _Message(msgspec.Struct, tag=str.lower, array_like=True, frozen=True):
    """An array, of which the first part names the class."""


class FromEdge(_Message, frozen=True):
    """What the edge `node` says of a request, by its own number `id` for it."""

    node: str
    id: int


class Ask(FromEdge, frozen=True):
    """A request, of which a large body comes in `Rest`s behind; the edge numbers them by `id`."""

    method: str
    path: str
    headers: Headers
    address: str
    scheme: str
    http_version: str
    root_path: str
    body: bytes
    more_body: bool


class Rest(FromEdge, frozen=True):
    """More of a request's body."""

    body: bytes
    more_body: bool


class Accepted(_Message, frozen=True):
    """The request has arrived; its response follows in parts."""


class Refused(_Message, frozen=True):
    """The node is about to end and serves no more tabs."""


class Answer(_Message, frozen=True):
    """A whole response."""

    status: int
    headers: Headers
    body: bytes


class Start(_Message, frozen=True):
    """The head of a response that comes in parts."""

    id: int
    status: int
    headers: Headers


class Part(_Message, frozen=True):
    """The part with this number (from 0) of a response's body."""

    id: int
    number: int
    data: bytes
    more_body: bool


class Credit(FromEdge, frozen=True):
    """How many bytes of the body the edge has sent to the browser by now."""

    size: int


class Gone(FromEdge, frozen=True):
    """The browser has closed its connection."""


class Cut(_Message, frozen=True):
    """The rest of a response does not come."""

    id: int


class Ping(_Message, frozen=True):
    """Asks whether the node is there."""


Reply = Accepted | Refused | Answer
Message = Ask | Rest | Start | Part | Credit | Gone | Cut | Ping

encode: Final = msgspec.msgpack.Encoder().encode
decode: Final = msgspec.msgpack.Decoder(Message).decode
decode_reply: Final = msgspec.msgpack.Decoder(Reply).decode
