"""`Limits`: the bounds of what the outside may send, and of what is held for it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from .errors import ConfigError

_DURATIONS: Final = frozenset({"head_timeout", "body_timeout", "idle_timeout"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What `Options.limits` takes; docs/security.md says what exceeding each of them gets.

    Sizes are in bytes, times in seconds. Those from `request_line` to `connections` hold in the
    server that `V.start` runs; another server has its own.
    Raises ConfigError for what is not a positive number.
    """

    request_line: int = 16 * 1024
    """Bytes of a request's address. Beyond: 414."""
    header_bytes: int = 64 * 1024
    """Bytes of a request's headers, names and values. Beyond: 431."""
    header_count: int = 100
    """Headers of a request. Beyond: 431."""
    head_timeout: float = 10.0
    """How long a request's head may take, from the connection's begin for the first. Beyond: 408,
    and where nothing was sent the connection is closed."""
    body_timeout: float = 30.0
    """How long a body may take once the head is there. Beyond: 408."""
    idle_timeout: float = 5.0
    """How long a connection may stay open between two requests. Beyond: it is closed."""
    connections: int = 65_536
    """Open connections. Beyond: 503."""

    body_bytes: int = 1024 * 1024
    """Bytes of signals that one request may carry. Beyond: 413."""
    signal_bytes: int = 256 * 1024
    """Bytes of one signal's value, as JSON. Beyond: 413."""
    signal_depth: int = 32
    """How deep the lists and objects in a signal may nest. Beyond: 400."""

    tabs: int = 50_000
    """Open tabs; each has one stream. Beyond: 503."""
    visitor_tabs: int = 500
    """Open tabs of one browser. Beyond: 429."""
    waiting_pages: int = 2_000
    """Pages that were served and whose streams have not been opened. Beyond: the one that has
    waited longest is dropped, and built anew if its stream is opened after all."""
    waiting_bytes: int = 8 * 1024 * 1024
    """Bytes of these pages, as HTML; in memory they take about twelve times as much. Beyond: as
    with `waiting_pages`."""
    waiting_actions: int = 100
    """Actions of one tab that wait for earlier ones. Beyond: 429."""
    waiting_jobs: int = 10_000
    """Handlers of any kind that wait in one tab: actions, messages, intervals. Beyond: 429 for
    actions; messages are dropped, with a line in the log."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            wanted = (int, float) if field.name in _DURATIONS else (int,)
            if isinstance(value, bool) or not isinstance(value, wanted) or not value > 0:
                kind = "number" if field.name in _DURATIONS else "whole number"
                raise ConfigError(f"Limits.{field.name} must be a positive {kind}, not {value!r}")
