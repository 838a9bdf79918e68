"""uvicorn's protocol with bounds: how large a request's head may be, how long its parts may take.

A head is bounded while it comes in, before the parser has put it together. One timer serves the
connection: it runs while something is awaited from the client, and never for a request that came
whole in one piece.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..options import Limits


class _ServerLog(logging.LoggerAdapter[logging.Logger]):
    """uvicorn's log without its warnings: any client can cause them, and as many as it likes."""

    @property
    def level(self) -> int:
        return self.logger.level

    def warning(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Left to `BoundedProtocol.log_refusal`."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, limits: Limits, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.logger = _ServerLog(self.logger, {})  # type: ignore[assignment]
        self._limits = limits
        self._in_head = False
        self._in_request = False
        self._head_size = 0
        self._headers_size = 0
        self._refusal: tuple[int, str] | None = None
        self._awaited: asyncio.TimerHandle | None = None

    def log_refusal(self, status: int, reason: str) -> None:
        """Say that a request was refused before the app was asked."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected, and is to send its first request in time."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            self._refuse(503, "there are too many connections")
        else:
            self._await(self._limits.head_timeout)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        self._stop_awaiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What the client sent."""
        was_in_head, was_in_request = self._in_head, self._in_request
        super().data_received(data)
        if self.transport.is_closing():
            return
        limits = self._limits
        if self._in_head:
            # The parser tells of a header when it has the whole of it.
            self._head_size += len(data) if was_in_head else 0
            if self._head_size > limits.request_line + limits.header_bytes:
                self._refuse(431, f"the headers take more than {limits.header_bytes} bytes")
            elif not was_in_head:
                self._await(limits.head_timeout)
        elif not self._in_request:
            self._stop_awaiting()
        elif was_in_head or not was_in_request or not self.cycle.response_complete:
            # A body may take its time, as long as it goes on and somebody still reads it.
            self._await(limits.body_timeout)

    def on_message_begin(self) -> None:
        """A request begins; it may be behind another one in the same read."""
        self._in_head = self._in_request = True
        self._head_size = self._headers_size = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        limit = self._limits.request_line
        if len(self.url) + len(url) > limit:
            self._exceed(414, f"the address takes more than {limit} bytes")
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; also one behind a body that came in chunks."""
        limits = self._limits
        self._headers_size += len(name) + len(value)
        if self._headers_size > limits.header_bytes:
            self._exceed(431, f"the headers take more than {limits.header_bytes} bytes")
        if len(self.headers) >= limits.header_count:
            self._exceed(431, f"there are more than {limits.header_count} headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is here."""
        self._in_request = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser could not read, or what went beyond a limit."""
        self._refuse(*(self._refusal or (400, msg)))

    def _exceed(self, status: int, reason: str) -> None:
        self._refusal = status, reason
        raise ValueError(reason)  # ends the parsing

    def _await(self, delay: float) -> None:
        """Wait for the client, from now on and for this long."""
        self._stop_awaiting()
        self._awaited = self.loop.call_later(delay, self._waited_for_too_long)

    def _stop_awaiting(self) -> None:
        if self._awaited is not None:
            self._awaited.cancel()
            self._awaited = None

    def _waited_for_too_long(self) -> None:
        self._awaited = None
        if not self._in_request:
            self.transport.close()
        elif self._in_head:
            self._refuse(408, f"the head took more than {self._limits.head_timeout:g} s")
        else:
            self._refuse(408, f"the body took more than {self._limits.body_timeout:g} s")

    def _refuse(self, status: int, reason: str) -> None:
        """Close the connection, with an answer where none is under way."""
        self._stop_awaiting()
        self.log_refusal(status, reason)
        if self._may_answer():
            self.transport.write(_response(status, reason))
        self.transport.close()

    def _may_answer(self) -> bool:
        cycle = self.cycle
        if self._in_request and not self._in_head:
            return not cycle.response_started and not self.pipeline
        return cycle is None or bool(cycle.response_complete)


def _response(status: int, reason: str) -> bytes:
    body = f"{reason}\n".encode()
    fields = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        fields["Retry-After"] = "1"
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n"
    return head.encode() + body
