"""The compression of messages (permessage-deflate, RFC 7692), with bounded memory.

What goes down refers back to earlier messages, within a small window: some 40 KB for a WebSocket
that has sent something worth it. What comes up is compressed message by message, and holds none.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

from ...live.shared_event import SharedEvent
from ..compression import DEFLATE_WINDOW, SharedDeflate, deflate, shared_block

AGREED: Final = (
    b"permessage-deflate; server_max_window_bits=%d; client_no_context_takeover" % DEFLATE_WINDOW
)
"""The value of `Sec-WebSocket-Extensions` where a client's offer is taken."""

_SMALL: Final = 100
"""Bytes up to which a message is sent as it is."""

_TAIL: Final = b"\x00\x00\xff\xff"
_OFFER: Final = re.compile(
    rb'permessage-deflate(?:\s*;\s*(?:client_no_context_takeover|client_max_window_bits(?:="?\d+"?)?'
    rb'|server_max_window_bits="?(?:12|13|14|15)"?))*'
)


def is_offered(extensions: bytes) -> bool:
    """Whether a client's `Sec-WebSocket-Extensions` offers what can be agreed on."""
    return any(_OFFER.fullmatch(offer.strip()) for offer in extensions.split(b","))


class Deflate:
    """One WebSocket's compression; its compressor is made with the first message that needs it."""

    __slots__ = ("_compressor", "_shared")

    def __init__(self) -> None:
        self._compressor: zlib._Compress | None = None
        self._shared = SharedDeflate()

    def compress(self, message: bytes) -> bytes | None:
        """The message as it is sent; None where it is sent uncompressed."""
        if len(message) <= _SMALL:
            return None
        self._shared.interrupt()
        compressor = self._compressor
        if compressor is None:
            compressor = self._compressor = deflate()
        return (compressor.compress(message) + compressor.flush(zlib.Z_SYNC_FLUSH))[: -len(_TAIL)]

    def shared(self, event: SharedEvent) -> bool | None:
        """A message that other WebSockets are sent, too, comes next.

        None where it is sent uncompressed; else whether it refers back to the one before it.
        """
        if len(event.data) <= _SMALL:
            return None
        self._compressor = None
        return self._shared.refers_back(event)


def pack_shared(event: SharedEvent, refers_back: bool) -> bytes:
    """Such a message, compressed."""
    return shared_block(event, refers_back)[: -len(_TAIL)]


def decompress(message: bytes, limit: int) -> bytes | None:
    """What a client sent compressed; None where it takes more than `limit` bytes.

    Raises zlib.error where it is damaged.
    """
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    data = decompressor.decompress(message + _TAIL, limit + 1)
    return None if len(data) > limit else data
