"""`python -m benchmarks.load.workers [seconds]`: one worker, two, and clicks that are relayed.

A tab's WebSocket is given to the worker where the tab lives. Over requests and a stream, the
clicks share a connection with the page, so that they come to that worker, and the stream takes
another, which may not; where clicks are relayed each comes to the other worker. The driver needs
much of a core itself: with one process on two cores it has one of its own.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .client import connect, get
from .drivers import ViaSocketFeed, click, drive, publish
from .servers import Server, serve
from .tabs import Tab, ViaSocketTab, ViaTab

TABS = 256
ROUNDS = 3
STREAMS = 5000
LINES = 6


class RelayedTab(ViaTab):
    """A tab whose clicks come to another worker than the one where it lives."""

    async def open(self) -> None:
        await super().open()
        home = _node(self)
        while True:
            other = ViaTab(self.port)
            other.connection = await connect(self.port)
            await other.load(other.connection)
            if _node(other) != home:
                break
            other.connection.close()
        assert self.connection is not None
        self.connection.close()
        self.connection = other.connection


def _node(tab: ViaTab) -> str:
    return str(tab.signals["via_ctx"]).partition(".")[0]


@contextmanager
def app(workers: int, cores: int) -> Iterator[Server]:
    """The app in so many processes; they, the broker and the driver have so many cores."""
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(all_cores)[:cores])
    os.environ["VIA_WORKERS"] = str(workers)
    try:
        with serve("via_app") as server:
            drive(_is_up(server.port))
            yield server
    finally:
        del os.environ["VIA_WORKERS"]
        os.sched_setaffinity(0, all_cores)


def measure(workers: int, cores: int, kind: type[Tab], seconds: float) -> tuple[float, float]:
    """Clicks a second, and microseconds of all server processes for each."""
    with app(workers, cores) as server:
        result = drive(click(server, kind, TABS, seconds))
    return result["per_second"], result["server_us_per_click"]


def fan_out(workers: int, cores: int) -> tuple[float, float]:
    """Milliseconds until the last of 5,000 tabs has a line, and of all server processes for it."""
    with app(workers, cores) as server:
        result = drive(publish(server, ViaSocketFeed, "/publish", STREAMS, LINES))
    return result["median_ms"], result["server_cpu_ms"]


async def _is_up(port: int) -> None:
    connection = await connect(port)
    await connection.request(get("/"))
    connection.close()
    await asyncio.sleep(1)  # the last worker may still be starting


def main() -> None:
    """Measure the rows by turns and print their medians."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    rows: dict[str, tuple[int, int, type[Tab]]] = {
        "one process, one core": (1, 1, ViaSocketTab),
        "one process, two cores": (1, 2, ViaSocketTab),
        "two workers, two cores": (2, 2, ViaSocketTab),
        "one process, stream and requests": (1, 2, ViaTab),
        "two workers, stream and requests": (2, 2, ViaTab),
        "two workers, clicks relayed": (2, 2, RelayedTab),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, (workers, cores, kind) in rows.items():
            found[name].append(measure(workers, cores, kind, seconds))
    for name, results in found.items():
        rate, cpu = sorted(results)[len(results) // 2]
        print(f"{name:34} {rate:10,.0f} clicks/s {cpu:8.1f} us each")
    for workers, cores in ((1, 1), (1, 2), (2, 2)):
        median, cpu = min(fan_out(workers, cores) for _ in range(ROUNDS))
        name = f"a line to {STREAMS} tabs, {workers} on {cores} cores"
        print(f"{name:34} {median:10.0f} ms {cpu:8.0f} ms of their processors")


if __name__ == "__main__":
    main()
