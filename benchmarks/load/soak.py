"""`python -m benchmarks.load.soak [seconds] [tabs]`: one server under steady load, and faults.

Tabs click, publish, navigate and come back, over their WebSockets; one in a hundred loses its
connection each second, and one in five hundred is closed and another opened. After a quarter of the
time the broker is killed, after a half it is stopped for five seconds. Every minute (or tenth of
the time) a row is printed; in the end, what was acknowledged is looked for in the stream.
"""

from __future__ import annotations

import asyncio
import html
import json
import os
import random
import re
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any, cast

import psutil
import uvloop

from .client import connect, frame, get, handshake, post
from .servers import Server, serve

ROOM = 20
"""Tabs that hear of each other's messages."""

CLICK_EVERY = 4.0
"""Seconds between two clicks of a tab, in the mean."""

STOPPED = 5.0


class Socket(asyncio.Protocol):
    """A tab's WebSocket: the answers by number, and what the tab has to know of the stream."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.answers: dict[int, asyncio.Future[int]] = {}
        self.closed = asyncio.get_running_loop().create_future()
        self.accepted = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._has_head = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(handshake("/_ws", self.tab.cookie))

    def ask(self, n: int, message: bytes) -> asyncio.Future[int]:
        answer = self.answers[n] = asyncio.get_running_loop().create_future()
        self.transport.write(frame(message))
        return answer

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data
        if not self._has_head:
            head, end, buffer = buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            self._has_head = True
            if not head.startswith(b"HTTP/1.1 101"):
                self.tab.count(f"handshake answered {head[9:12].decode()}")
                self.transport.close()
                return
            self.accepted.set_result(None)
        while (whole := _split(buffer)) is not None:
            opcode, payload, buffer = whole
            if opcode == 1:
                self._hear(payload)
            elif opcode == 8:
                self.transport.close()
        self._buffer = buffer

    def _hear(self, text: bytes) -> None:
        if text.startswith(b'{"n":'):
            answer = json.loads(text)
            future = self.answers.pop(answer["n"], None)
            if future is not None and not future.done():
                future.set_result(answer["status"])
        else:
            self.tab.take(text)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)
        if not self.accepted.done():
            self.accepted.set_exception(ConnectionResetError())
        for future in self.answers.values():
            if not future.done():
                future.set_result(0)


def _split(buffer: bytes) -> tuple[int, bytes, bytes] | None:
    """The first frame of a server, and what follows it."""
    if len(buffer) < 4:
        return None
    size, begin = buffer[1], 2
    if size == 126:
        size, begin = int.from_bytes(buffer[2:4], "big"), 4
    elif size == 127:
        size, begin = int.from_bytes(buffer[2:10], "big"), 10
    if len(buffer) < begin + size:
        return None
    return buffer[0] & 15, buffer[begin : begin + size], buffer[begin + size :]


class Tab:
    """A tab that does what the browser's client does."""

    def __init__(self, soak: Soak, name: str, room: int) -> None:
        self.soak, self.name, self.room = soak, name, room
        self.signals: dict[str, Any] = {}
        self.cookie = self.nonce = self.action = ""
        self.path = f"/room/{room}"
        self.number = self.frames = 0
        self.socket: Socket | None = None

    def count(self, what: str) -> None:
        self.soak.counts[what] += 1

    def take(self, text: bytes) -> None:
        self.frames += 1
        if b"via_ctx" in text:
            for found in re.findall(rb'data: signals ({.*"via_ctx".*})', text):
                self.signals |= json.loads(found)
        if found := re.search(rb"/_action/(\w+)", text):
            self.action = found[1].decode()

    async def load(self) -> None:
        begun = time.perf_counter()
        connection = await connect(self.soak.port)
        self.soak.connected.append(time.perf_counter() - begun)
        try:
            async with asyncio.timeout(30):
                page = await connection.request(get(self.path))
        finally:
            connection.close()
        self.soak.loaded.append(time.perf_counter() - begun)
        head, _, body = page.partition(b"\r\n\r\n")
        self.cookie = "; ".join(re.findall(r"(?i)set-cookie: ([^;\r]*)", head.decode()))
        signals, nonce = (
            re.search(rb'data-signals="([^"]*)"', body),
            re.search(rb'nonce="([^"]*)"', body),
        )
        assert signals is not None
        assert nonce is not None
        self.signals = json.loads(html.unescape(signals[1].decode()))
        self.which = next(name for name in self.signals if not name.startswith("via_"))
        self.nonce = nonce[1].decode()
        self.take(body)

    async def listen(self) -> bool:
        """Open the WebSocket and the stream; whether that went well."""
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(30):
                _, socket = await asyncio.get_running_loop().create_connection(
                    lambda: Socket(self), "127.0.0.1", self.soak.port
                )
                self.soak.connected.append(time.perf_counter() - begun)
                await socket.accepted
                told = {
                    "via-location": self.path,
                    "via-nonce": self.nonce,
                    "via-document": self.name,
                }
                first = {"path": "/_sse", "headers": told, "body": self.signals}
                status = await socket.ask(0, json.dumps(first).encode())
        except (OSError, TimeoutError) as error:
            self.count(f"a stream did not open: {type(error).__name__}")
            return False
        if status != 200:
            self.count(f"a stream was answered {status}")
            return False
        self.soak.opened.append(time.perf_counter() - begun)
        self.socket = socket
        return True

    async def connected(self) -> Socket:
        while self.socket is None or self.socket.closed.done():
            if not await self.listen():
                await asyncio.sleep(0.1 + 0.2 * random.random())
        assert self.socket is not None
        return self.socket

    async def click(self) -> None:
        """Click once, until it is answered."""
        self.number += 1
        text = f"{self.name}-{self.number}"
        names = {name: self.signals[name] for name in ("via_ctx", "via_csrf")}
        begun = time.perf_counter()
        while True:
            body = names | {
                self.which: text,
                "via_edits": {self.which: self.number},
                "via_number": self.number,
            }
            socket = await self.connected()
            body |= {name: self.signals[name] for name in names}
            message = {"n": self.number, "path": f"/_action/{self.action}", "body": body}
            status = await socket.ask(self.number, json.dumps(message).encode())
            if status == 204:
                self.soak.answered.append(text)
                self.soak.latencies.append(time.perf_counter() - begun)
                return
            self.count(f"a click was answered {status}" if status else "a click was cut off")
            if status not in (0, 404, 429, 503):
                return
            await asyncio.sleep(0.2)

    async def navigate(self) -> None:
        path = f"/other/{self.room}" if self.path.startswith("/room") else f"/room/{self.room}"
        socket = await self.connected()
        self.number += 1
        body = {"via_url": path, "via_popstate": False, "via_edits": {}}
        message = {"n": self.number, "path": "/_navigate", "body": body}
        before = self.action
        status = await socket.ask(self.number, json.dumps(message).encode())
        if status == 204:
            self.path = path
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    while self.action == before:
                        await asyncio.sleep(0.05)
        elif status:
            self.count(f"a navigation was answered {status}")

    async def live(self, end: float) -> None:
        await asyncio.sleep(random.random() * CLICK_EVERY)
        while time.monotonic() < end:
            begun = time.monotonic()
            await self.click()
            if random.random() < 0.05:
                await self.navigate()
            past = time.monotonic() - begun
            await asyncio.sleep(max(0.0, CLICK_EVERY * (0.5 + random.random()) - past))
            if random.random() < 0.01 * CLICK_EVERY and self.socket is not None:
                self.socket.transport.abort()
            if random.random() < 0.002 * CLICK_EVERY:
                await self.renew()

    async def renew(self) -> None:
        """Close the tab, and open another."""
        socket = await self.connected()
        who = {name: self.signals[name] for name in ("via_ctx", "via_csrf")}
        connection = await connect(self.soak.port)
        connection.send(
            post("/_session/close", json.dumps(who).encode(), self.cookie), lambda _: None
        )
        await socket.closed
        connection.close()
        self.path = f"/room/{self.room}"
        await self.load()
        self.count("tabs closed and opened")


class Soak:
    """One run."""

    def __init__(self, server: Server, seconds: float, count: int) -> None:
        self.server, self.port, self.seconds = server, server.port, seconds
        self.counts: Counter[str] = Counter()
        self.answered: list[str] = []
        self.latencies: list[float] = []
        self.connected: list[float] = []
        self.opened: list[float] = []
        self.loaded: list[float] = []
        self.tabs = [Tab(self, f"t{number}", number // ROOM) for number in range(count)]
        self.rows: list[tuple[float, int]] = []

    async def run(self) -> bool:
        for begin in range(0, len(self.tabs), 50):
            batch = self.tabs[begin : begin + 50]
            await asyncio.gather(*(tab.load() for tab in batch))
            await asyncio.gather(*(tab.connected() for tab in batch))
        self._forget()
        self.begun = time.monotonic()
        living = asyncio.gather(*(tab.live(self.begun + self.seconds) for tab in self.tabs))
        reporting = asyncio.ensure_future(self.report())
        await asyncio.sleep(self.seconds / 4)
        self.broker().send_signal(signal.SIGKILL)
        await asyncio.sleep(self.seconds / 4)
        stopped = self.broker()
        stopped.send_signal(signal.SIGSTOP)
        await asyncio.sleep(STOPPED)
        stopped.send_signal(signal.SIGCONT)
        async with asyncio.timeout(self.seconds + 120):
            await living
        reporting.cancel()
        self.row()
        return await self.verdict()

    def broker(self) -> psutil.Process:
        """The embedded server."""
        found = self.server.process.children(recursive=True)
        return next(process for process in found if "nats-server" in process.name())

    async def report(self) -> None:
        print(" seconds  memory MB   clicks/s  click p50/p99 ms  connect p99  stream p99  page p99")
        while True:
            await asyncio.sleep(max(6.0, self.seconds / 10))
            self.row()

    def row(self) -> None:
        past = time.monotonic() - self.begun
        before = self.rows[-1][0] if self.rows else 0.0
        memory = self.server.memory()
        self.rows.append((past, memory))
        rate = len(self.latencies) / max(past - before, 1e-9)
        middle, late = _at(self.latencies, 0.5), _at(self.latencies, 0.99)
        rest = [_at(values, 0.99) for values in (self.connected, self.opened, self.loaded)]
        print(
            f"{past:8.0f} {memory / 1e6:10.1f} {rate:10.0f} {middle:9.1f} {late:7.1f}"
            f" {rest[0]:11.1f} {rest[1]:11.1f} {rest[2]:9.1f}",
            flush=True,
        )
        self._forget()

    def _forget(self) -> None:
        for values in (self.latencies, self.connected, self.opened, self.loaded):
            values.clear()

    async def verdict(self) -> bool:
        connection = await connect(self.port)
        kept = json.loads((await connection.request(get("/kept"))).partition(b"\r\n\r\n")[2])
        connection.close()
        missing = [text for text in self.answered if text not in kept]
        twice = sum(number > 1 for number in kept.values())
        half = [memory for past, memory in self.rows if past >= self.seconds / 2]
        for what, number in sorted(self.counts.items()):
            print(f"{number:8,} {what}")
        print(f"{len(self.answered):8,} clicks answered, {len(missing)} missing, {twice} run twice")
        print(f"   memory in the second half: {half[0] / 1e6:.1f} MB, then {half[-1] / 1e6:.1f} MB")
        if missing:
            print("missing:", missing[:20])
        return not missing and not twice


def _at(values: list[float], part: float) -> float:
    return sorted(values)[int(len(values) * part)] * 1e3 if values else 0.0


def main() -> None:
    numbers = [float(part) for part in sys.argv[1:]]
    seconds, count = [*numbers, *(600.0, 2000.0)[len(numbers) :]]
    os.environ["PYTHONUNBUFFERED"] = "1"
    with serve("soak_app") as server:
        is_right = uvloop.run(Soak(server, seconds, int(count)).run())
    sys.exit(not is_right)


if __name__ == "__main__":
    main()
