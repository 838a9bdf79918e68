"""A tab's WebSocket without a browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from support.server import Visitor, wait_until


class SocketTalk:
    """What a visitor says over a WebSocket, and what has come back."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.answers: dict[int, dict[str, Any]] = {}
        self.order: list[int] = []
        self.text = ""
        self.closed: tuple[int | None, str] | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            while True:
                message = self.connection.recv()
                assert isinstance(message, str)
                if message.startswith("{"):
                    answer = json.loads(message)
                    self.answers[answer["n"]] = answer
                    self.order.append(answer["n"])
                else:
                    self.text += message
        except ConnectionClosed as end:
            self.closed = (None, "") if end.rcvd is None else (end.rcvd.code, end.rcvd.reason)

    def say(self, message: Any) -> None:
        self.connection.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    def act(self, id: str = "a1", n: int = 1, **body: Any) -> None:
        self.say({"n": n, "path": f"/_action/{id}", "body": body})

    def answer(self, n: int) -> dict[str, Any]:
        wait_until(lambda: n in self.answers or self.closed, f"answer {n}")
        assert n in self.answers, f"closed with {self.closed}"
        return self.answers[n]

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.text, f"{text!r} in {self.text!r}")

    def wait_closed(self) -> tuple[int | None, str]:
        wait_until(lambda: self.closed, "the WebSocket to be closed")
        assert self.closed is not None
        return self.closed


def origin(visitor: Visitor) -> str:
    return str(visitor.http.base_url).rstrip("/")


@contextmanager
def talk(visitor: Visitor, *, is_open: bool = True, **options: Any) -> Iterator[SocketTalk]:
    """Open a WebSocket as the visitor's browser does, and by it the tab's stream."""
    address = origin(visitor).replace("http", "ws", 1) + "/_ws"
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.http.cookies.jar)
    headers = {"Cookie": cookies} if cookies else {}
    options = {"origin": origin(visitor), "proxy": None, "additional_headers": headers} | options
    with connect(address, **options) as connection:
        talking = SocketTalk(connection)
        if is_open:
            talking.say(opening(visitor))
            assert talking.answer(0)["status"] == 200
        yield talking


def opening(visitor: Visitor) -> dict[str, Any]:
    """The first message."""
    headers = {"via-location": visitor.path, "via-nonce": visitor.nonce}
    return {"path": "/_sse", "headers": headers, "body": visitor.signals}
