"""`python -m benchmarks.load.nodes [seconds] [tabs]`: three nodes, a cluster of three, and faults.

Behind a proxy that sends each connection to the next node, tabs click, navigate and reconnect,
while one node is killed, one is told to end and is started again, and one server of the cluster is
killed. Each click is published durably; the clicks that were answered are looked for in the stream.
"""

from __future__ import annotations

import asyncio
import html
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import nats

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.nats_cluster import Cluster, free_ports  # noqa: E402

APP = """
import sys
import via
from via import h

v = via.new()
every = via.RateLimitConfig(-1, 1)
v.config(via.Options(
    server_address=f"127.0.0.1:{sys.argv[1]}", nats_url=sys.argv[2].split(","), resume_grace=5,
    streams=[via.StreamConfig("CLICKS", ["clicks.>"], replicas=3)],
    action_rate_limit=every, page_rate_limit=every,
))

def show(c, name):
    which = c.signal("")
    heard = 0

    def hear(text):
        nonlocal heard
        heard += 1
        c.sync()

    via.subscribe[str](c, "room", hear)

    @c.action
    def click():
        via.publish_durable(c, "clicks.all", which.string())
        via.publish(c, "room", which.string())

    c.view(lambda: h.Main(h.P(h.Text(f"{name}: {heard}")), h.Input(which.bind()),
                          h.Button(click.on_click())))

v.page("/")(lambda c: show(c, "first"))
v.page("/second")(lambda c: show(c, "second"))
v.start()
"""


class Tab:
    """A tab that does what the browser's client does."""

    def __init__(self, name: str, url: str, counts: Counter[str]) -> None:
        self.name = name
        self.counts = counts
        self.answered: list[str] = []
        self.frames = 0
        self.path = "/"
        self.action = ""
        self.signals: dict[str, Any] = {}
        self.http = httpx.AsyncClient(
            base_url=url,
            trust_env=False,
            timeout=30,
            headers={"datastar-request": "true", "connection": "close"},
        )
        self.stream: asyncio.Task[None] | None = None

    async def open(self) -> None:
        page = (await self.again(lambda: self.http.get(self.path))).text
        found = re.search(r'data-signals="([^"]*)"', page)
        nonce = re.search(r'nonce="([^"]*)"', page)
        assert found is not None
        assert nonce is not None
        self.signals = json.loads(html.unescape(found[1]))
        self.which = next(name for name in self.signals if not name.startswith("via_"))
        self.nonce = nonce[1]
        self.take(page)
        self.stream = asyncio.ensure_future(self.listen())

    async def listen(self) -> None:
        while True:
            headers = {
                "via-location": self.path,
                "via-nonce": self.nonce,
                "via-document": self.name,
            }
            with suppress(httpx.HTTPError):
                asked = self.http.stream("POST", "/_sse", json=self.signals, headers=headers)
                async with asked as response:
                    self.counts[f"streams answered {response.status_code}"] += 1
                    async for line in response.aiter_lines():
                        self.take(line)
            self.counts["streams that ended"] += 1
            await asyncio.sleep(0.1 + 0.2 * random.random())

    def take(self, line: str) -> None:
        if line.startswith("data: "):
            self.frames += 1
        if found := re.search(r"/_action/(\w+)", line):
            self.action = found[1]
        if line.startswith("data: signals ") and "via_ctx" in line:
            self.signals |= json.loads(line.removeprefix("data: signals "))

    async def again(self, ask: Any) -> httpx.Response:
        wait = 0.15
        while True:
            try:
                response: httpx.Response = await ask()
                if response.status_code < 300:
                    return response
                self.counts[f"put off with {response.status_code}"] += 1
                if "retry-after" not in response.headers:
                    self.counts[f"LOST with {response.status_code}: {response.text[:60]}"] += 1
                    return response
            except httpx.HTTPError as error:
                self.counts[f"not answered: {type(error).__name__}"] += 1
            await asyncio.sleep(wait)
            wait = min(2 * wait, 1)

    async def click(self, number: int) -> None:
        text = f"{self.name}-{number}"

        def ask() -> Any:
            body = self.signals | {self.which: text, "via_number": number}
            body["via_edits"] = {self.which: number}
            return self.http.post(f"/_action/{self.action}", json=body)

        if (await self.again(ask)).status_code < 300:
            self.answered.append(text)

    async def navigate(self) -> None:
        path = "/second" if self.path == "/" else "/"
        with suppress(httpx.HTTPError):
            body = self.signals | {"via_url": path}
            answer = await self.http.post("/_navigate", json=body)
            if answer.status_code == 204:
                self.path, self.action = path, ""
                while not self.action:
                    await asyncio.sleep(0.01)
            self.counts[f"navigations answered {answer.status_code}"] += 1

    async def live(self, end: float) -> None:
        number = 0
        while time.monotonic() < end:
            number += 1
            await self.click(number)
            chance = random.random()
            if chance < 0.02:
                await self.navigate()
            elif chance < 0.04 and self.stream is not None:
                self.stream.cancel()
                self.stream = asyncio.ensure_future(self.listen())
            await asyncio.sleep(0.5 + random.random())


class Proxy:
    """Sends each connection to the next node that takes it."""

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports
        self.next = 0

    async def open(self) -> str:
        self.server = await asyncio.start_server(self.take, "127.0.0.1", 0, backlog=1024)
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in self.ports:
            self.next += 1
            try:
                there = await asyncio.open_connection(
                    "127.0.0.1", self.ports[self.next % len(self.ports)]
                )
                break
            except OSError:
                continue
        else:
            writer.close()
            return
        await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def run(folder: Path, seconds: float, count: int) -> bool:
    cluster = Cluster(folder)
    (folder / "app.py").write_text(APP)
    ports = free_ports(3)

    def start(port: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(folder / "app.py"), str(port), ",".join(cluster.urls)]
        with (folder / f"{port}.log").open("a") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    apps = [start(port) for port in ports]
    counts: Counter[str] = Counter()
    tabs: list[Tab] = []
    try:
        await asyncio.gather(*(listens(port) for port in ports))
        url = await Proxy(ports).open()
        tabs = [Tab(f"t{number}", url, counts) for number in range(count)]
        for begin in range(0, count, 20):
            await asyncio.gather(*(tab.open() for tab in tabs[begin : begin + 20]))
        end = time.monotonic() + seconds
        living = asyncio.gather(*(tab.live(end) for tab in tabs))
        await asyncio.sleep(seconds / 5)
        apps[0].kill()
        await asyncio.sleep(seconds / 5)
        apps[0].wait()
        apps[0] = start(ports[0])
        apps[1].send_signal(signal.SIGTERM)
        await asyncio.to_thread(apps[1].wait)
        apps[1] = start(ports[1])
        await asyncio.sleep(seconds / 5)
        cluster.servers[2].kill()
        async with asyncio.timeout(seconds + 60):
            await living
        before = {tab.name: tab.frames for tab in tabs}
        await asyncio.sleep(2)
        await tabs[0].click(1_000_000)
        await asyncio.sleep(3)
        live = sum(tab.frames > before[tab.name] for tab in tabs)
        kept = await clicks(cluster)
        answered = [text for tab in tabs for text in tab.answered]
        twice = sum(number > 1 for number in kept.values())
        missing = sum(text not in kept for text in answered)
        for name, number in sorted(counts.items()):
            print(f"{number:8,} {name}")
        print(f"{len(answered):8,} clicks answered, {missing} of them missing, {twice} run twice")
        print(f"{live:8,} of {count} tabs live at the end")
        return missing == 0 and live == count and not any("LOST" in name for name in counts)
    finally:
        # What the proxy still copies is cut off.
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        for tab in tabs:
            if tab.stream is not None:
                tab.stream.cancel()
        for app in apps:
            app.kill()
            app.wait()
        cluster.stop()
        if "-v" in sys.argv:
            for port in ports:
                print((folder / f"{port}.log").read_text()[-3000:])


async def listens(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


async def clicks(cluster: Cluster) -> Counter[str]:
    """How often each click is in the stream."""
    client = await nats.connect(cluster.urls[:2])
    found: Counter[str] = Counter()
    subscription = await client.jetstream().subscribe("clicks.>", ordered_consumer=True)
    with suppress(TimeoutError, nats.errors.TimeoutError):
        while True:
            message = await subscription.next_msg(timeout=3)
            found[json.loads(message.data)] += 1
    await client.close()
    return found


def main() -> None:
    numbers = [float(part) for part in sys.argv[1:] if part[0] != "-"]
    seconds, count = [*numbers, 180.0, 300.0][:2] if len(numbers) != 1 else (numbers[0], 300.0)
    with tempfile.TemporaryDirectory() as folder:
        is_right = asyncio.run(run(Path(folder), seconds, int(count)))
    sys.exit(not is_right)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
