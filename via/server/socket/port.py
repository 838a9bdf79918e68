"""`Port`: the server's end of a WebSocket, whatever server that is."""

from __future__ import annotations

from typing import Protocol

from ..sse_stream import Writer


class Port(Protocol):
    """What a `TabSocket` sends by."""

    writer: Writer | None
    """The way of a stream's frames past ASGI; each is one message."""

    def send(self, text: bytes) -> None:
        """Send a message, behind those before it."""

    async def drain(self) -> None:
        """Wait until the browser has read enough for more to be sent."""

    def give(self, node: str, message: bytes) -> bool:
        """Have another process go on, with the first message; False where that cannot be."""

    def close(self, code: int, reason: str) -> None:
        """Close the WebSocket, when what was sent before has been. Safe to call twice."""
