"""The frames of WebSockets (RFC 6455): read from clients, and written to them."""

from __future__ import annotations

TEXT = 1
BINARY = 2
CLOSE = 8
PING = 9
PONG = 10

_FINAL = 0x80
_COMPRESSED = 0x40
_RESERVED = 0x30
_MASKED = 0x80
_MOST_OF_CONTROL = 125
_SHORT = 126
_LONG = 127
_PROTOCOL_ERROR = 1002
_TOO_BIG = 1009


class FrameError(ValueError):
    """What came is no frame that a client may send; `code` is for the frame that closes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class FrameReader:
    """Puts together what a client sends, however its bytes are cut and its messages divided.

    A message takes `limit` bytes at most, as it comes; where `compression` was agreed on
    (RFC 7692), messages may be compressed.
    """

    def __init__(self, limit: int, compression: bool) -> None:
        self._limit = limit
        self._compression = compression
        self._buffer = bytearray()
        self._needed = 2
        self._parts: list[bytes] = []
        self._size = 0
        self._opcode = 0
        self._is_compressed = False

    def read(self, data: bytes) -> list[tuple[int, bytes, bool]]:
        """The messages that are whole by now: opcode, payload, and whether it is compressed.

        Raises FrameError; nothing may be read after it.
        """
        messages: list[tuple[int, bytes, bool]] = []
        buffer = self._buffer
        if buffer:
            buffer += data
            if len(buffer) < self._needed:
                return messages
            data = bytes(buffer)
            buffer.clear()
        at, size = 0, len(data)
        while True:
            begin = at + 2
            if size < begin:
                self._needed = 2
                break
            first, length = data[at], data[at + 1] & ~_MASKED
            self._check(first, data[at + 1], length)
            if length >= _SHORT:
                width = 2 if length == _SHORT else 8
                if size < begin + width:
                    self._needed = begin + width - at
                    break
                length = int.from_bytes(data[begin : begin + width], "big")
                if length < _SHORT or (width > 2 and length < 0x10000):
                    raise FrameError(_PROTOCOL_ERROR, "a length takes more bytes than it needs")
                begin += width
            opcode = first & 0x0F
            if opcode < CLOSE and self._size + length > self._limit:
                raise FrameError(_TOO_BIG, f"a message takes more than {self._limit} bytes")
            end = begin + 4 + length
            if size < end:
                self._needed = end - at
                break
            payload = _unmask(data[begin + 4 : end], data[begin : begin + 4])
            at = end
            if opcode >= CLOSE:
                messages.append((opcode, payload, False))
            elif first & _FINAL and opcode:
                messages.append((opcode, payload, bool(first & _COMPRESSED)))
            else:
                self._add(first, payload, messages)
        buffer += data[at:]
        return messages

    @property
    def is_between_messages(self) -> bool:
        """Whether nothing has come of the next message."""
        return not (self._buffer or self._opcode)

    def _check(self, first: int, second: int, length: int) -> None:
        """Raise FrameError unless a frame may begin like this."""
        opcode, problem = first & 0x0F, ""
        if not second & _MASKED:
            problem = "a frame is not masked"
        elif first & _RESERVED or (first & _COMPRESSED and not self._compression):
            problem = "a frame has bits that were not agreed on"
        elif opcode >= CLOSE:
            if opcode > PONG:
                problem = f"there is no opcode {opcode}"
            elif not first & _FINAL or length > _MOST_OF_CONTROL or first & _COMPRESSED:
                problem = "a control frame is divided, compressed or too long"
        elif opcode > BINARY:
            problem = f"there is no opcode {opcode}"
        elif bool(opcode) is bool(self._opcode):
            problem = "a message begins in another, or goes on where none has begun"
        elif not opcode and first & _COMPRESSED:
            problem = "a message is compressed from its second frame on"
        if problem:
            raise FrameError(_PROTOCOL_ERROR, problem)

    def _add(self, first: int, payload: bytes, messages: list[tuple[int, bytes, bool]]) -> None:
        """Take a part of a message; the last one makes it whole."""
        opcode = first & 0x0F
        if opcode:
            self._opcode, self._is_compressed = opcode, bool(first & _COMPRESSED)
        if payload:  # so that empty parts take no memory
            self._parts.append(payload)
        self._size += len(payload)
        if first & _FINAL:
            messages.append((self._opcode, b"".join(self._parts), self._is_compressed))
            self._parts, self._size, self._opcode = [], 0, 0


def frame(opcode: int, payload: bytes, compressed: bool = False) -> bytes:
    """One whole message to a client."""
    size = len(payload)
    first = _FINAL | opcode | (_COMPRESSED if compressed else 0)
    if size < _SHORT:
        return bytes((first, size)) + payload
    if size < 0x10000:
        return bytes((first, _SHORT, size >> 8, size & 0xFF)) + payload
    return bytes((first, _LONG)) + size.to_bytes(8, "big") + payload


def _unmask(data: bytes, mask: bytes) -> bytes:
    size = len(data)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")
