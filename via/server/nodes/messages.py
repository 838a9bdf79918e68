"""What nodes say to each other. Every message goes to the one subject of the node it is for.

A request that came to one node (the edge) for a tab that lives on another (the home) is asked of
the home, which answers whole, or accepts it and sends the response in parts as the edge gives
credit for them.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...live.browser import Headers


class Ask(msgspec.Struct, tag="ask", array_like=True, frozen=True):
    """A request, of which a large body comes in `Rest`s behind; the edge numbers them by `id`."""

    node: str
    id: int
    method: str
    path: str
    headers: Headers
    address: str
    scheme: str
    http_version: str
    root_path: str
    body: bytes
    more_body: bool


class Rest(msgspec.Struct, tag="rest", array_like=True, frozen=True):
    """More of a request's body."""

    node: str
    id: int
    body: bytes
    more_body: bool


class Accepted(msgspec.Struct, tag="accepted", array_like=True, frozen=True):
    """The request has arrived; its response follows in parts."""


class Refused(msgspec.Struct, tag="refused", array_like=True, frozen=True):
    """The node is about to end and serves no more tabs."""


class Answer(msgspec.Struct, tag="answer", array_like=True, frozen=True):
    """A whole response."""

    status: int
    headers: Headers
    body: bytes


class Start(msgspec.Struct, tag="start", array_like=True, frozen=True):
    """The head of a response that comes in parts."""

    id: int
    status: int
    headers: Headers


class Part(msgspec.Struct, tag="part", array_like=True, frozen=True):
    """The part with this number (from 0) of a response's body."""

    id: int
    number: int
    data: bytes
    more_body: bool


class Credit(msgspec.Struct, tag="credit", array_like=True, frozen=True):
    """How many bytes of the body the edge has sent to the browser by now."""

    node: str
    id: int
    size: int


class Gone(msgspec.Struct, tag="gone", array_like=True, frozen=True):
    """The browser has closed its connection."""

    node: str
    id: int


class Cut(msgspec.Struct, tag="cut", array_like=True, frozen=True):
    """The rest of a response does not come."""

    id: int


class Ping(msgspec.Struct, tag="ping", array_like=True, frozen=True):
    """Asks whether the node is there."""


Reply = Accepted | Refused | Answer
Message = Ask | Rest | Start | Part | Credit | Gone | Cut | Ping

encode: Final = msgspec.msgpack.Encoder().encode
decode: Final = msgspec.msgpack.Decoder(Message).decode
decode_reply: Final = msgspec.msgpack.Decoder(Reply).decode
