"""What tests of a running app share: a server on a real socket and a visitor without a browser."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import uvicorn
from selectolax.lexbor import LexborHTMLParser

import via
from via.app import server_for

TIMEOUT = 20.0


def wait_until(condition: Callable[[], Any], what: str, timeout: float = TIMEOUT) -> None:
    """Wait for `condition` to be true; fail naming `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout:g} s in vain for {what}"
        time.sleep(0.005)


class Server:
    """An app on a free loopback port, in a thread; `stop` and `start` keep the port.

    A via app is served as `v.start()` serves it, unless `plain` asks for uvicorn as it is.
    """

    def __init__(
        self, app: Any, *, plain: bool = False, ws: Literal["auto", "none"] = "auto"
    ) -> None:
        self.app = app
        self.plain = plain
        self.ws = ws
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        if isinstance(self.app, via.V) and not self.plain:
            config = server_for(self.app).config
        else:
            config = uvicorn.Config(
                self.app, log_config=None, access_log=False, proxy_headers=False, ws=self.ws
            )
        self.config = config
        config.host, config.port, config.timeout_graceful_shutdown = "127.0.0.1", self.port, 1
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, name="test-server", daemon=True)
        self._thread.start()
        wait_until(lambda: server.started or not self._alive(), "the server to start")
        assert server.started, "the server ended while starting"
        self.port = server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Close every connection, open streams included."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(TIMEOUT)
        assert not self._alive(), "the server did not stop"
        self._server = self._thread = None

    def _alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()


@dataclass
class Event:
    """One server-sent event."""

    kind: str = ""
    data: list[str] = field(default_factory=list)

    def signals(self) -> dict[str, Any]:
        return json.loads(self.data[-1].removeprefix("signals "))

    def elements(self) -> str:
        lines = [line[9:] for line in self.data if line.startswith("elements ")]
        return "\n".join(lines)


class Listening:
    """The events that a visitor's stream has received."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.events: list[Event] = []
        self.ended = False

    def read(self) -> None:
        event = Event()
        try:
            for line in self.response.iter_lines():
                if line.startswith("event: "):
                    event.kind = line[7:]
                elif line.startswith("data: "):
                    event.data.append(line[6:])
                elif not line and event.kind:
                    self.events.append(event)
                    event = Event()
        except (httpx.TransportError, httpx.StreamClosed):
            pass
        self.ended = True

    def wait_for(self, text: str) -> Event:
        """The first event that contains the text."""

        def find() -> Event | None:
            return next((e for e in self.events if text in "\n".join(e.data)), None)

        wait_until(find, f"an event with {text!r} among {self.events}")
        found = find()
        assert found is not None
        return found


def attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    """An attribute of the first element that a selector finds."""
    element = tree.css_first(selector)
    assert element is not None, f"there is no {selector}"
    value = element.attributes[name]
    assert value is not None, f"{selector} has no value of {name}"
    return value


CLIENT_HEADERS = {"datastar-request": "true"}
"""What the browser's client sends with each request."""


class Visitor:
    """A browser tab without a browser: it opens a page, its stream, and calls actions."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(
            base_url=url, timeout=TIMEOUT, trust_env=False, headers=CLIENT_HEADERS
        )
        self.signals: dict[str, Any] = {}
        self.path = ""
        self.nonce = ""
        self.html = ""

    def visit(self, path: str = "/") -> LexborHTMLParser:
        response = self.http.get(path)
        assert response.status_code == 200, response.text
        self.path, self.html = path, response.text
        tree = LexborHTMLParser(response.text)
        self.signals = json.loads(attribute(tree, "meta[data-signals]", "data-signals"))
        self.nonce = attribute(tree, "script[nonce]", "nonce")
        return tree

    def act(self, id: str = "a1", **signals: Any) -> httpx.Response:
        return self.http.post(f"/_action/{id}", json=self.signals | signals)

    def close(self) -> httpx.Response:
        return self.http.post("/_session/close", json=self.signals)

    @contextmanager
    def listen(self) -> Iterator[Listening]:
        headers = {"via-location": self.path, "via-nonce": self.nonce, **CLIENT_HEADERS}
        with (
            httpx.Client(
                base_url=self.http.base_url,
                timeout=TIMEOUT,
                trust_env=False,
                cookies=self.http.cookies,
            ) as http,
            http.stream("POST", "/_sse", json=self.signals, headers=headers) as response,
        ):
            assert response.status_code == 200
            self.http.cookies.update(http.cookies)
            listening = Listening(response)
            thread = threading.Thread(target=listening.read, daemon=True)
            thread.start()
            try:
                yield listening
            finally:
                connection = response.extensions["network_stream"].get_extra_info("socket")
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                thread.join(TIMEOUT)
