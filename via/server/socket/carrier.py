"""What carries a stream besides an ASGI response."""

from __future__ import annotations

from typing import Final, Protocol

from ...live.connection import Connection
from ..sse_stream import Writer

CARRIER: Final = "via.carrier"
"""The ASGI extension under which a request for a stream has its `Carrier`."""


class Carrier(Protocol):
    """A WebSocket, as a stream sees it."""

    def carry(self, stream: Connection) -> bool:
        """End the stream when the browser is gone; False if it is gone already."""

    @property
    def writer(self) -> Writer | None:
        """The way of the stream's frames past ASGI, if there is one."""

    def stream_ended(self, error: Exception | None) -> None:
        """The stream has ended; with an error, if there was one."""
