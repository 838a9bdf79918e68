"""The stream that the tabs of a browser share, without a browser."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from support.server import TIMEOUT, Visitor, wait_until


class SharedTalk:
    """What came down, by channel."""

    def __init__(self, visitor: Visitor, response: httpx.Response) -> None:
        self.visitor = visitor
        self.response = response
        self.id = ""
        self.came: dict[int, list[str | None]] = {}
        self.ended = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        wait_until(lambda: self.id, "the stream's id")

    def _read(self) -> None:
        with suppress(httpx.TransportError, httpx.StreamClosed):
            for line in self.response.iter_lines():
                heard = json.loads(line) if line else None
                if isinstance(heard, str):
                    self.id = heard
                elif heard is not None:
                    self.came.setdefault(heard[0], []).append(heard[1])
        self.ended = True

    def say(self, messages: list[Any], way: Visitor | None = None) -> httpx.Response:
        body = {"id": self.id, "messages": messages}
        return (way or self.visitor).http.post("/_shared", json=body)

    def answer(self, channel: int, n: int) -> dict[str, Any]:
        def find() -> dict[str, Any] | None:
            for text in self.came.get(channel, []):
                if text is not None and text.startswith("{") and json.loads(text)["n"] == n:
                    return json.loads(text)
            return None

        wait_until(find, f"answer {n} in {self.came}")
        found = find()
        assert found is not None
        return found

    def wait_for(self, channel: int, text: str) -> None:
        wait_until(
            lambda: any(text in (message or "") for message in self.came.get(channel, [])), text
        )

    def wait_closed(self, channel: int) -> None:
        wait_until(lambda: self.came.get(channel, [""])[-1] is None, f"channel {channel} to close")


@contextmanager
def shared(visitor: Visitor) -> Iterator[SharedTalk]:
    """Open a stream to share."""
    with visitor.http.stream("POST", "/_shared", json={}) as response:
        assert response.status_code == 200
        talking = SharedTalk(visitor, response)
        try:
            yield talking
        finally:
            connection = response.extensions["network_stream"].get_extra_info("socket")
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            talking.thread.join(TIMEOUT)
