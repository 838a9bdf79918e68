"""`SharedEvent`: an event that goes out to many tabs alike."""

from __future__ import annotations

from itertools import count
from typing import Final

_numbers: Final = count(1)

_HISTORY: Final = 4096


class SharedEvent:
    """One event, and what it is on the wire in each encoding, which is made once.

    `follows` is the number of the event that was sent before it to those who had all of them, and
    `history` the end of that one, which an encoding may refer back to.
    """

    __slots__ = ("data", "follows", "forms", "history", "number")

    def __init__(self, data: bytes, before: SharedEvent | None = None) -> None:
        self.data = data
        self.number = next(_numbers)
        self.follows = 0 if before is None else before.number
        self.history = b"" if before is None else before.data[-_HISTORY:]
        self.forms: dict[str, bytes] = {}
        """What it is in each encoding, by a name that the encoding gives."""
