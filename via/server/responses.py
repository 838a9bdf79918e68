"""Short responses to the requests of the browser's client."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..live.browser import Headers
from .asgi import Send


class ShortResponse(NamedTuple):
    """A response of a few bytes, which no cache keeps."""

    status: int
    body: bytes = b""
    content_type: bytes = b"text/plain; charset=utf-8"
    cookie: str | None = None
    retry_after: int | None = None

    @classmethod
    def received(cls, status: int, headers: Headers, body: bytes) -> ShortResponse:
        """The response of another node of the app, as it sent it."""
        fields = dict(headers)
        cookie, retry = fields.get(b"set-cookie"), fields.get(b"retry-after")
        return cls(
            status,
            body,
            fields.get(b"content-type", b"text/plain; charset=utf-8"),
            None if cookie is None else cookie.decode("latin-1"),
            None if retry is None else int(retry),
        )

    async def send(self, send: Send) -> None:
        """Send it as an ASGI response."""
        headers = [NO_STORE, NOSNIFF]
        if self.body:
            headers += [
                (b"content-type", self.content_type),
                (b"content-length", b"%d" % len(self.body)),
            ]
        if self.cookie is not None:
            headers.append((b"set-cookie", self.cookie.encode("latin-1")))
        if self.retry_after is not None:
            headers.append((b"retry-after", b"%d" % max(1, self.retry_after)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
NO_STORE: Final = (b"cache-control", b"no-store")

DONE: Final = ShortResponse(204)
"""It was done; the stream brings what came of it."""
