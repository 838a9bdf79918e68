"""Session values as bytes that keep their type, and whole sessions as one blob.

A value is MessagePack. What MessagePack has no type for (integers past 64 bits, datetimes, Structs)
is an extension type; a Struct carries the name of its class. Nothing is ever imported to read one:
the class must be known to this process, be a `msgspec.Struct` and accept the kept fields.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.msgpack import Decoder, Encoder, Ext

from ..errors import SessionError

_FORMAT: Final = 1
_MAX_DEPTH: Final = 64

_BIG_INT: Final = 1
_DATETIME: Final = 2
_STRUCT: Final = 3

_encoder: Final = Encoder()
_KEY_TYPES: Final = (str, int, float, bytes, type(None))


class UnreadableValue(Exception):
    """A kept value cannot be restored; the message says why."""


def encode_value(key: str, value: Any) -> bytes:
    """Encode one session value.

    Raises SessionError, naming `key` and the type, for a value whose type would not be the same
    after a restart.
    """
    try:
        return _encoder.encode(_pack(value, _MAX_DEPTH))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        kind = type(value).__qualname__
        raise SessionError(
            f"session key {key!r} cannot keep this {kind}: {error}; keep str, int, bool, float, "
            "datetime, bytes, None, lists and dicts of these, or a msgspec.Struct"
        ) from error


def decode_value(data: bytes | msgspec.Raw) -> Any:
    """The value that `encode_value` encoded; a new object each time.

    Raises UnreadableValue where a Struct's class is gone or does not fit its data any more.
    """
    try:
        return _decoder.decode(data)
    except Exception as error:  # a Struct's __post_init__ may raise anything
        raise UnreadableValue(str(error)) from error


def encode_session(deadline: float, values: dict[str, msgspec.Raw]) -> bytes:
    """A session as a store keeps it; `deadline` is its absolute end in Unix time."""
    return _encoder.encode((_FORMAT, deadline, values))


def decode_session(data: bytes) -> tuple[float, dict[str, msgspec.Raw]]:
    """The deadline and the encoded values. Raises SessionError where `data` is not a session."""
    try:
        version, deadline, values = _session_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SessionError(f"the stored session is damaged: {error}") from error
    if version != _FORMAT:
        raise SessionError(f"the stored session has format {version}, expected {_FORMAT}")
    return deadline, {key: raw.copy() for key, raw in values.items()}


def _pack(value: Any, depth: int) -> Any:
    """The value in types that MessagePack has."""
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is float or kind is bytes:
        return value
    if kind is int:
        if -(2**63) <= value < 2**64:
            return value
        return Ext(_BIG_INT, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))
    if kind is datetime:
        return Ext(_DATETIME, value.isoformat().encode())
    if isinstance(value, msgspec.Struct):
        return Ext(_STRUCT, _pack_struct(value))
    if depth == 0:
        raise ValueError(f"it nests deeper than {_MAX_DEPTH} levels or contains itself")
    if isinstance(value, list | tuple):
        return [_pack(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_pack_key(key): _pack(item, depth - 1) for key, item in value.items()}
    if kind is bytearray or kind is memoryview:
        return bytes(value)
    raise TypeError(f"a {kind.__qualname__} would come back as another type")


def _pack_key(key: Any) -> Any:
    packed = _pack(key, 0) if isinstance(key, _KEY_TYPES) else None
    if (packed is None and key is not None) or isinstance(packed, Ext):
        kind = type(key).__qualname__
        raise TypeError(f"the {kind} {key!s:.50} cannot be the key of a kept dict")
    return packed


def _pack_struct(value: msgspec.Struct) -> bytes:
    kind = type(value)
    name = f"{kind.__module__}:{kind.__qualname__}"
    if _find_struct(name) is not kind:
        raise TypeError(f"the class {kind.__qualname__} must be defined at the top of a module")
    fields = _encoder.encode(value)
    try:
        msgspec.msgpack.decode(fields, type=kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{kind.__qualname__} would not accept it back: {error}") from error
    return _encoder.encode((name, fields))


def _find_struct(name: str) -> type[msgspec.Struct]:
    module, _, path = name.partition(":")
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    if isinstance(found, type) and issubclass(found, msgspec.Struct):
        return found
    raise ValueError(f"there is no Struct {path} in a loaded module {module}")


def _unpack(code: int, data: memoryview) -> Any:
    if code == _BIG_INT:
        return int.from_bytes(data, "big", signed=True)
    if code == _DATETIME:
        return datetime.fromisoformat(str(data, "utf-8"))
    if code == _STRUCT:
        name, fields = _struct_decoder.decode(data)
        return msgspec.msgpack.decode(fields, type=_find_struct(name))
    raise ValueError(f"unknown extension type {code}")


_decoder: Final = Decoder(ext_hook=_unpack)
_session_decoder: Final = Decoder(tuple[int, float, dict[str, msgspec.Raw]])
_struct_decoder: Final = Decoder(tuple[str, bytes])
