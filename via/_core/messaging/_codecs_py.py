# cython: annotation_typing=False
"""Typed messages as JSON by msgspec, one decoder per type.

This file is compiled as `_codecs_c`, with the types of its header, and is its own twin.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

_KEPT: Final = 1024

_encode: Final = msgspec.json.Encoder().encode
_codecs: dict[Any, Codec] = {}


def encode(message: Any) -> bytes:
    """The message as JSON. Raises TypeError or ValueError for what JSON cannot hold."""
    return _encode(message)


class Codec:
    """Decodes messages of one type; made by `codec`."""

    __slots__ = ("_decode", "type")

    def __init__(self, type: Any) -> None:
        self.type = type
        self._decode = msgspec.json.Decoder(type).decode

    def decode(self, data: bytes) -> Any:
        """The validated message. Raises msgspec.MsgspecError, which names the field's path."""
        return self._decode(data)


def codec(type: Any) -> Codec:
    """The codec of a type, made once. Raises TypeError for a type that msgspec cannot decode."""
    try:
        found = _codecs.get(type)
    except TypeError:  # an unhashable annotation
        return Codec(type)
    if found is None:
        found = Codec(type)
        if len(_codecs) >= _KEPT:
            # Types that are made anew for each page must not pile up.
            del _codecs[next(iter(_codecs))]
        _codecs[type] = found
    return found
