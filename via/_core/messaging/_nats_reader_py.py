"""The pure-Python twin of `_nats_reader_c`: what a NATS server says, taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .nats_said import LONGEST_LINE, AnswerHandler, Handler, Line, Message

_MESSAGE: Final = 1
_MESSAGE_WITH_HEADERS: Final = 2


class NATSReader:
    """Reads one connection; `handlers` are called with the messages of their subscriptions.

    `answer_handlers` are told a message's subject, by which they know what it answers. What one of
    them raises is given to `on_error`.
    """

    __slots__ = (
        "_at",
        "_chunks",
        "_data",
        "_missing",
        "_on_error",
        "answer_handlers",
        "bytes_handled",
        "handled",
        "handlers",
    )

    def __init__(self, on_error: Callable[[Exception], Any]) -> None:
        self.handlers: dict[int, Handler] = {}
        self.answer_handlers: dict[int, AnswerHandler] = {}
        self.handled = 0
        """Messages that were handled since somebody set this to 0."""
        self.bytes_handled = 0
        self._on_error = on_error
        self.reset()

    def reset(self) -> None:
        """Begin with a new connection."""
        self._data = b""
        self._at = 0
        self._chunks: list[bytes] = []
        self._missing = 0

    def feed(self, data: bytes) -> None:
        """Take what was received; `next` reads it."""
        if self._chunks:
            self._chunks.append(data)
            self._missing -= len(data)
            return
        left = len(self._data) - self._at
        self._data = data if left == 0 else self._data[self._at :] + data
        self._at = 0

    def next(self) -> Message | Line | None:
        """What the server said next that is not for a handler; None if that is not here yet.

        Raises ValueError for what no server says.
        """
        if self._chunks:
            if self._missing > 0:
                return None
            self._data, self._chunks = b"".join(self._chunks), []
        data = self._data
        at = self._at
        size = len(data)
        while at < size:
            end = data.find(b"\r\n", at)
            if end < 0:
                if size - at > LONGEST_LINE:
                    raise ValueError("a line is too long")
                break
            kind = 0
            if data.startswith(b"MSG ", at):
                kind = _MESSAGE
            elif data.startswith(b"HMSG ", at):
                kind = _MESSAGE_WITH_HEADERS
            if kind == 0:
                word, _, rest = data[at:end].partition(b" ")
                self._at = end + 2
                return Line(word.rstrip().upper(), rest.strip())
            parts = data[at:end].split()
            count = len(parts) - kind
            if not 3 <= count <= 4:
                raise ValueError(f"a message begins with {data[at : min(end, at + 80)]!r}")
            length = _number(parts[-1])
            head = _number(parts[-2]) if kind == _MESSAGE_WITH_HEADERS else 0
            begin = end + 2
            stop = begin + length
            if stop + 2 > size:
                self._missing = stop + 2 - size
                self._chunks = [data[at:]]
                self._data = b""
                self._at = 0
                return None
            if head > length or not data.startswith(b"\r\n", stop):
                raise ValueError("a message does not end where it said")
            sid = _number(parts[2])
            reply = parts[3] if count == 4 else b""
            at = stop + 2
            handler = self.handlers.get(sid)
            answer_handler = None if handler is not None else self.answer_handlers.get(sid)
            if handler is None and answer_handler is None:
                self._at = at
                return Message(
                    sid, parts[1], reply, data[begin + head : stop], data[begin : begin + head]
                )
            self.handled += 1
            self.bytes_handled += length - head
            try:
                body, headers = data[begin + head : stop], data[begin : begin + head]
                if handler is not None:
                    handler(body, reply, headers)
                elif answer_handler is not None:
                    answer_handler(parts[1], body, headers)
            except Exception as error:
                self._on_error(error)
        self._at = at
        return None


def _number(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 18:
        raise ValueError(f"{digits[:20]!r} is not a number")
    return int(digits)
