"""Serves the browser client."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from importlib.resources import files
from typing import Final

from ..errors import ViaError
from .asgi import Receive, Scope, Send
from .compression import best_of, encodings

WORKER_PATH: Final = "/_shared.js"
"""Where the worker is served that a browser's tabs share; see `Sharing`."""


def bundled_client() -> bytes:
    """The client that is part of the package. Raises ViaError if the build left it out."""
    return _bundled("via.js")


def bundled_worker() -> bytes:
    """The worker that tabs share. Raises ViaError if the build left it out."""
    return _bundled("worker.js")


def _bundled(name: str) -> bytes:
    try:
        return files("via").joinpath("client", "dist", name).read_bytes()
    except FileNotFoundError:
        raise ViaError(
            "the browser client was not built: install via with `pip install .`, which builds it"
        ) from None


class ClientAsset:
    """An ASGI app that serves one script, compressed where the browser takes it.

    It is compressed when it is first asked for, beside the event loop.
    """

    def __init__(self, content: bytes) -> None:
        self._plain = content
        self._encoding: asyncio.Future[dict[str, bytes]] | None = None
        self._etag = b'"%s"' % sha256(content).hexdigest()[:32].encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = dict(scope["headers"])
        headers = [
            (b"content-type", b"text/javascript; charset=utf-8"),
            (b"cache-control", b"no-cache"),
            (b"etag", self._etag),
            (b"vary", b"accept-encoding"),
            (b"x-content-type-options", b"nosniff"),
        ]
        status, body = 200, self._plain
        if request.get(b"if-none-match") == self._etag:
            status, body = 304, b""
        else:
            accepted = request.get(b"accept-encoding", b"").decode("latin-1")
            encoded = await self._encoded()
            encoding = best_of(encoded, accepted)
            if encoding:
                body = encoded[encoding]
                headers.append((b"content-encoding", encoding.encode()))
            headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _encoded(self) -> dict[str, bytes]:
        if self._encoding is None:
            loop = asyncio.get_running_loop()
            self._encoding = loop.run_in_executor(None, encodings, self._plain)
        return await asyncio.shield(self._encoding)
