"""Tabs of each variant's counter: open the page, then click and wait for the new number."""

from __future__ import annotations

import html
import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from .client import Connection, Stream, ViaSocket, WebSocket, connect, get, open_stream, post

Done = Callable[[float], None]
"""Called with the seconds from a click to the view with the new number."""


class Tab:
    """A tab that clicks; a click is done when it was answered and its number has arrived."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.clicks = 0
        self._waiting = 0
        self._start = 0.0
        self._done: Done | None = None

    async def open(self) -> None:
        """Load the page and connect."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections."""
        raise NotImplementedError

    def click(self, done: Done) -> None:
        """Click once."""
        self.clicks += 1
        self._done = done
        self._start = time.perf_counter()
        self._send()

    def _send(self) -> None:
        raise NotImplementedError

    def _part(self) -> None:
        self._waiting -= 1
        if self._waiting == 0 and self._done is not None:
            self._done(time.perf_counter() - self._start)


class PageTab(Tab):
    """A tab of a page that declares its signals in `data-signals`."""

    page = "/"
    stream_path = ""
    has_signals_in_body = False
    """Whether the stream is opened by a POST, with its signals in the body."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.signals: dict[str, Any] = {}
        self.body = b""
        self.cookie = ""
        self.connection: Connection | None = None
        self.stream: Stream | None = None

    async def open(self) -> None:
        self.connection = await connect(self.port)
        await self.load(self.connection)
        await self.listen()

    async def load(self, connection: Connection) -> bytes:
        """Get the page over a connection."""
        page = await connection.request(get(self.page))
        found = re.search(rb'data-signals="([^"]*)"', page)
        assert found is not None
        self.signals = json.loads(html.unescape(found[1].decode()))
        self.body = json.dumps(self.signals).encode()
        cookies = re.findall(rb"(?i)\r\nset-cookie: ([^;\r]*)", page.partition(b"\r\n\r\n")[0])
        self.cookie = b"; ".join(cookies).decode()
        return page

    async def listen(self) -> None:
        """Open the tab's stream, and wait until the server has it."""
        if self.stream_path:
            if self.has_signals_in_body:
                request = post(self.stream_path, self.body, self.cookie)
            else:
                request = get(f"{self.stream_path}?datastar={quote(json.dumps(self.signals))}")
            self.stream = Stream(request)
            await open_stream(self.port, self.stream, b"HTTP/1.1 200")

    def close(self) -> None:
        for connection in (self.connection, self.stream):
            if connection is not None:
                connection.close()


class PushedTab(PageTab):
    """Its clicks are answered with 204, and its views come over the stream."""

    action = ""

    async def load(self, connection: Connection) -> bytes:
        page = await super().load(connection)
        self._request = post(self.action, self.body)
        return page

    def _send(self) -> None:
        assert self.stream is not None
        assert self.connection is not None
        self._waiting = 2
        self.stream.expect(b"Count: %d<" % self.clicks, self._part)
        self.connection.send(self._request, self._answered)

    def _answered(self, response: bytes) -> None:
        if response[9:12] != b"204":
            raise RuntimeError(f"a click was answered with {response[:300]!r}")
        self._part()


class ViaSocketPage(PageTab):
    """A tab of via's with its one websocket."""

    stream: ViaSocket | None = None
    socket: type[ViaSocket] = ViaSocket

    async def listen(self) -> None:
        self.stream = self.socket("/_ws", self.cookie)
        await open_stream(self.port, self.stream, b"HTTP/1.1 101")
        self.stream.write(b'{"path":"/_sse","body":%b}' % self.body)
        await self.stream.until(b'"status":200')


class ViaSocketTab(ViaSocketPage):
    """via: what a click asks and what comes of it go over the websocket."""

    async def load(self, connection: Connection) -> bytes:
        page = await super().load(connection)
        found = re.search(rb"/_action/\w+", page)
        self._path = found[0] if found else b""
        return page

    def _send(self) -> None:
        assert self.stream is not None
        self._waiting = 1
        self.stream.expect(b"Count: %d<" % self.clicks, self._shown)
        body = b'{"via_number":%d,"via_edits":{}}' % self.clicks
        self.stream.write(b'{"n":%d,"path":"%b","body":%b}' % (self.clicks, self._path, body))

    def _shown(self) -> None:
        assert self.stream is not None
        if self.stream.answered != self.clicks:  # the answer comes before the view
            raise RuntimeError(f"{self.clicks - self.stream.answered} clicks were not answered")
        self._part()


class ViaTab(PushedTab):
    """via over the event stream, with requests for its clicks."""

    stream_path = "/_sse"
    has_signals_in_body = True

    async def load(self, connection: Connection) -> bytes:
        page = await PageTab.load(self, connection)
        found = re.search(rb"/_action/\w+", page)
        self._request = post(found[0].decode() if found else "", self.body, self.cookie)
        return page


class StarlettePushTab(PushedTab):
    """Starlette, datastar-py and htpy, with a push over the stream."""

    stream_path = "/stream"
    action = "/increment-push"


class StarletteTab(PageTab):
    """Starlette, datastar-py and htpy; the action's answer is the patch."""

    def _send(self) -> None:
        assert self.connection is not None
        self._waiting = 1
        self.connection.send(post("/increment", self.body), self._answered)

    def _answered(self, response: bytes) -> None:
        if b"Count: %d<" % self.clicks not in response:
            raise RuntimeError(f"a click was answered with {response[-300:]!r}")
        self._part()


class NiceGUITab(Tab):
    """NiceGUI, over its websocket."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._socket: WebSocket | None = None
        self._event = b""

    async def open(self) -> None:
        connection = await connect(self.port)
        page = (await connection.request(get("/"))).decode()
        connection.close()
        client = _only(r"'client_id': '([^']+)'", page)
        listener = _only(r'"listener_id":"([^"]+)","type":"click"', page)
        button = _only(r'"(\d+)":\{"tag":"q-btn"', page)
        event = {"id": int(button), "client_id": client, "listener_id": listener, "args": []}
        self._event = b"42" + json.dumps(["event", event], separators=(",", ":")).encode()
        self._socket = socket = WebSocket(
            "/_nicegui_ws/socket.io/?EIO=4&transport=websocket&implicit_handshake=true"
            f"&client_id={client}&next_message_id=0&tab_id={uuid.uuid4()}"
            f"&document_id={uuid.uuid4()}"
        )
        await open_stream(self.port, socket, b'"sid"')
        socket.write(b"40")
        await socket.until(b'40{"sid"')

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _send(self) -> None:
        assert self._socket is not None
        self._waiting = 1
        self._socket.expect(b'"Count: %d"' % self.clicks, self._part)
        self._socket.write(self._event)


def _only(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, pattern
    return found[1]
