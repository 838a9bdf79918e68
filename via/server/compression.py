"""Compression of streams: each frame goes out at once, and later ones refer back to earlier ones.

Brotli writes the smaller frames, at some 350 KB for each stream that has sent one; so it is used
for a bounded number of streams, and gzip with a small window for all others: some 40 KB. A stream
that has sent heartbeats alone holds no compressor where it is gzip's. Zstandard, at some 70 KB, is
used where the browser wants it more than these.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..live.browser import Headers
from ..live.shared_event import SharedEvent

if TYPE_CHECKING:
    import brotli

BROTLI_STREAMS: Final = 128
"""Streams of one process that may use Brotli at the same time."""

_QUALITY: Final = 3
_WINDOW: Final = 16
DEFLATE_WINDOW: Final = 12
_DEFLATE_MEMORY: Final = 5
_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


class Compression(Protocol):
    """How the bytes of one response are encoded."""

    name: str

    def frame(self, data: bytes) -> bytes:
        """Encode data so that all of it can be decoded right away."""

    def heartbeat(self, data: bytes) -> bytes:
        """As `frame`, for a few bytes that nothing will refer to."""

    def shared(self, event: SharedEvent) -> bytes:
        """As `frame`, of what other responses are sent, too."""

    def finish(self) -> bytes:
        """What ends the response; nothing may follow. Safe to call twice."""


class Plain:
    """No compression."""

    name = ""
    # Of bytes, `bytes` gives the very same object.
    frame = heartbeat = staticmethod(bytes)

    def shared(self, event: SharedEvent) -> bytes:
        """The event."""
        return event.data

    def finish(self) -> bytes:
        """Nothing."""
        return b""


class Brotli:
    """A stream of Brotli, flushed at each frame."""

    name = "br"
    _open = 0

    def __init__(self) -> None:
        Brotli._open += 1
        self._finished = False
        self._compressor: brotli.Compressor | None = None

    @classmethod
    def is_available(cls) -> bool:
        """Whether one more stream may use it."""
        return cls._open < BROTLI_STREAMS

    def frame(self, data: bytes) -> bytes:
        """Encode and flush."""
        if self._compressor is None:
            import brotli  # as little as an app needs is imported at its start

            self._compressor = brotli.Compressor(
                mode=brotli.MODE_TEXT, quality=_QUALITY, lgwin=_WINDOW
            )
        encoded: bytes = self._compressor.process(data) + self._compressor.flush()
        return encoded

    heartbeat = frame

    def shared(self, event: SharedEvent) -> bytes:
        """Encode it anew: a block of Brotli's does not stand by itself."""
        return self.frame(event.data)

    def finish(self) -> bytes:
        """End the stream, and make room for another."""
        if self._finished:
            return b""
        self._finished = True
        Brotli._open -= 1
        if self._compressor is None:
            return b"\x06"  # the shortest stream, which is empty
        end: bytes = self._compressor.finish()
        return end


def deflate(history: bytes = b"") -> zlib._Compress:
    """A compressor of raw deflate with a small window, of some 40 KB.

    `history` is what has just been sent; it may refer back to it.
    """
    arguments = zlib.Z_BEST_SPEED, zlib.DEFLATED, -DEFLATE_WINDOW, _DEFLATE_MEMORY
    if history:
        return zlib.compressobj(*arguments, zdict=history)
    return zlib.compressobj(*arguments)


class SharedDeflate:
    """Which shared event one stream of raw deflate was sent last.

    A shared event is compressed once for all streams: once for those that had the event before it,
    which it may refer back to, and once for all others. The stream's own compressor knows nothing
    of it and has to be made anew.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def refers_back(self, event: SharedEvent) -> bool:
        """Whether the event, which goes into the stream next, may refer to the one before it."""
        is_next = event.follows == self._last != 0
        self._last = event.number
        return is_next

    def interrupt(self) -> None:
        """Something else goes into the stream."""
        self._last = 0


def shared_block(event: SharedEvent, refers_back: bool) -> bytes:
    """The event as blocks of raw deflate."""
    name = "deflate+" if refers_back else "deflate"
    block = event.forms.get(name)
    if block is None:
        compressor = deflate(event.history if refers_back else b"")
        block = compressor.compress(event.data) + compressor.flush(zlib.Z_SYNC_FLUSH)
        event.forms[name] = block
    return block


class Gzip:
    """A stream of gzip, flushed at each frame; its compressor is made with the first one."""

    name = "gzip"

    def __init__(self) -> None:
        self._compressor: zlib._Compress | None = None
        self._shared = SharedDeflate()
        self._checksum = 0
        self._size = 0
        self._finished = False

    def frame(self, data: bytes) -> bytes:
        """Encode and flush."""
        start = self._count(data)
        self._shared.interrupt()
        if self._compressor is None:
            self._compressor = deflate()
        return start + self._compressor.compress(data) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def heartbeat(self, data: bytes) -> bytes:
        """As a block that is stored, not compressed; so it takes no compressor."""
        if self._compressor is not None:
            return self.frame(data)
        self._shared.interrupt()
        size = len(data)
        return self._count(data) + b"\x00%b%b%b" % (
            size.to_bytes(2, "little"),
            (size ^ 0xFFFF).to_bytes(2, "little"),
            data,
        )

    def shared(self, event: SharedEvent) -> bytes:
        """As blocks that are the same for all."""
        self._compressor = None
        return self._count(event.data) + shared_block(event, self._shared.refers_back(event))

    def finish(self) -> bytes:
        """The last block, the checksum and the size."""
        if self._finished:
            return b""
        self._finished = True
        end = b"\x03\x00" if self._compressor is None else self._compressor.flush()
        trailer = self._checksum.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(
            4, "little"
        )
        return (b"" if self._size else _GZIP_HEADER) + end + trailer

    def _count(self, data: bytes) -> bytes:
        start = b"" if self._size else _GZIP_HEADER
        self._checksum = zlib.crc32(data, self._checksum)
        self._size += len(data)
        return start


@cache
def zstandard() -> Any:
    """Python's module for Zstandard, or the one that stands in for it before Python 3.14."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


class Zstandard:
    """A stream of Zstandard, flushed at each frame; its compressor is made with the first one."""

    name = "zstd"

    def __init__(self) -> None:
        self._compressor: Any = None
        self._finished = False

    def frame(self, data: bytes) -> bytes:
        """Encode and flush."""
        zstd = zstandard()
        if self._compressor is None:
            parameter = zstd.CompressionParameter
            options = {
                parameter.compression_level: 1,
                parameter.window_log: 14,
                parameter.hash_log: 11,
            }
            self._compressor = zstd.ZstdCompressor(options=options)
        encoded: bytes = self._compressor.compress(data, zstd.ZstdCompressor.FLUSH_BLOCK)
        return encoded

    heartbeat = frame

    def shared(self, event: SharedEvent) -> bytes:
        """Encode it anew."""
        return self.frame(event.data)

    def finish(self) -> bytes:
        """The last block."""
        if self._finished or self._compressor is None:
            return b""
        self._finished = True
        end: bytes = self._compressor.flush()
        return end


def choose(accepted: str) -> Compression:
    """The best compression that an `Accept-Encoding` header allows."""
    weights = _weights(accepted)
    # The first of those that the browser wants most.
    usable: list[type[Brotli] | type[Gzip] | type[Zstandard]] = [Gzip, Zstandard]
    if Brotli.is_available():
        usable.insert(0, Brotli)
    best = max(usable, key=lambda kind: weights.get(kind.name, 0.0))
    return best() if weights.get(best.name, 0.0) > 0 else Plain()


def choose_for(headers: Headers) -> Compression:
    """The best compression for the response to a request with these headers."""
    accepted = next((value for name, value in headers if name == b"accept-encoding"), b"")
    return choose(accepted.decode("latin-1"))


def encoding_headers(encoding: str) -> list[tuple[bytes, bytes]]:
    """What a response says of its compression; nothing where it has none."""
    if not encoding:
        return []
    return [(b"content-encoding", encoding.encode()), (b"vary", b"accept-encoding")]


def encodings(content: bytes) -> dict[str, bytes]:
    """What does not change, encoded once in each way that browsers may ask for; smallest first."""
    import brotli

    return {
        "br": brotli.compress(content),
        "zstd": zstandard().compress(content, 19),
        "gzip": gzip.compress(content, mtime=0),
    }


def best_of(names: Iterable[str], accepted: str) -> str:
    """The name that an `Accept-Encoding` header wants most, the first of several; "" for none."""
    weights = _weights(accepted)
    best = max(names, key=lambda name: weights.get(name, 0.0))
    return best if weights.get(best, 0.0) > 0 else ""


def _weights(accepted: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in accepted.split(","):
        name, _, parameters = item.partition(";")
        weight = 1.0
        if parameters:
            try:
                weight = float(parameters.strip().removeprefix("q="))
            except ValueError:
                weight = 0.0
        weights[name.strip().lower()] = weight
    return weights
