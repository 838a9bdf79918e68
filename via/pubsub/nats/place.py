"""Where a message stands in its stream, as the subject for its acknowledgement says."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A message's place."""

    number: int
    """In the stream."""
    delivered: int
    """Among what its consumer has sent."""
    pending: int
    """How many of the consumer's are behind it."""


def place(reply: bytes) -> Place:
    """The place that a reply subject tells. Raises ValueError and IndexError if it tells none."""
    parts = reply.split(b".")
    first = 7 if len(parts) > 9 else 5  # newer form: $JS.ACK.<domain>.<account hash>.<stream>.…
    return Place(int(parts[first]), int(parts[first + 1]), int(parts[first + 3]))
