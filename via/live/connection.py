"""`Connection`: the way of a tab's bytes to its browser."""

from __future__ import annotations

from typing import Final, Protocol

from .shared_event import SharedEvent

ABORT_TIMEOUT: Final = 2.0
"""Seconds that a connection has to end in once another has taken its place."""


class Connection(Protocol):
    """The open response over which a tab's bytes go to its browser."""

    def wake(self) -> None:
        """Send what there is to send, at the end of this turn of the event loop."""

    def end(self) -> None:
        """End the response after what is being sent."""

    def abort(self) -> None:
        """End the response now, though the browser may not have read all of it."""

    def offer(self, event: SharedEvent) -> bool:
        """Send an event now, if nothing has to be waited for; False if it was not sent."""
