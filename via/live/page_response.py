"""The response to a request for a page."""

from __future__ import annotations

from typing import NamedTuple

from starlette.types import Send

Fields = list[tuple[bytes, bytes]]


class PageResponse(NamedTuple):
    """A response that was made whole."""

    status: int
    headers: Fields
    """Without the body's length."""
    body: bytes = b""

    async def send(self, send: Send) -> None:
        """Send it as an ASGI response."""
        headers = [*self.headers, (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
