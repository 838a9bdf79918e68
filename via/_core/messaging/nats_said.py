"""What a NATS server says, as `NATSReader` tells it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

Handler = Callable[[bytes, bytes, bytes], Any]
"""Takes a message's data, its reply subject and its headers as they came."""

AnswerHandler = Callable[[bytes, bytes, bytes], Any]
"""Takes a message's subject, its data and its headers."""

LONGEST_LINE: Final = 1024 * 1024
"""Bytes of one line; the longest are those in which a server tells of its cluster."""


class Message(NamedTuple):
    """A message that nobody here handles."""

    sid: int
    subject: bytes
    reply: bytes
    data: bytes
    headers: bytes


class Line(NamedTuple):
    """Anything else that the server says: a word in upper case, and what follows it."""

    word: bytes
    rest: bytes
