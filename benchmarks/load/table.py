"""`python -m benchmarks.load.table`: what one piece of each work takes, beside a goal and peers.

The first figure is the processor time of the server (with its broker) for one piece, in
microseconds: it grows less with a busy machine than the time on the clock. The peers are Starlette
with datastar-py and htpy or, for the table, Jinja2; Stario, on the newest Python that is found;
Go, with net/http, Datastar's SDK and quicktemplate, on one core as the others; and for some rows
the floor: bare sockets that write what is ready.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import psutil

from .client import connect, get
from .drivers import (
    FANOUT,
    IDLE,
    StarletteCounter,
    StarletteFeed,
    ViaPackedSharedFeed,
    ViaSocketSharedFeed,
    _hold,
    click,
    drive,
    publish,
)
from .servers import Server, free_port, go_program, interpreter_with, serve, start
from .tabs import PageTab, StarlettePushTab, Tab, ViaSocketTab

PEER: Final = "Starlette"
STARIO: Final = "Stario"
GO: Final = "Go"
FLOOR: Final = "floor"


class Row(NamedTuple):
    """One kind of work, and what it takes with via and its peers."""

    work: str
    unit: str
    goal: float
    measure: dict[str, Callable[[], float]]


def _with(module: str, work: Callable[[Server], Any]) -> float:
    with serve(module) as server:
        return float(drive(work(server)))


def page(module: str, path: str, count: int) -> float:
    """Processor time of a page, loaded again and again over one connection."""

    async def load(server: Server) -> float:
        connection = await connect(server.port)
        for _ in range(count // 5):
            await connection.request(get(path))
        before = server.cpu()
        for _ in range(count):
            await connection.request(get(path))
        connection.close()
        return (server.cpu() - before) / count * 1e6

    return _with(module, load)


def clicked(module: str, tab: type[Tab]) -> float:
    """Processor time of a click and of the view that it changes, in one tab."""

    async def run(server: Server) -> float:
        return float((await click(server, tab, 1, 2.0))["server_us_per_click"])

    return _with(module, run)


def line(module: str, tab: type[PageTab], path: str) -> float:
    """Processor time of a published line, for each of 1,000 tabs."""

    async def run(server: Server) -> float:
        return float((await publish(server, tab, path, 1000, 20))["server_cpu_ms"])

    return _with(module, run)  # milliseconds for a thousand


def message(count: int, burst: int, figure: str) -> float:
    """What a typed message takes that a page publishes and hears, through the broker."""

    async def run(server: Server) -> float:
        connection = await connect(server.port)
        await connection.request(get("/listener"))
        found = b""
        for _ in range(2):
            response = await connection.request(get(f"/messages?count={count}&burst={burst}"))
            found = response.partition(b"\r\n\r\n")[2]
        connection.close()
        return float(json.loads(found)[figure]) * 1e6

    return _with("table_via_app", run)


def idle(module: str, tab: type[Tab]) -> float:
    """Memory of an idle tab, in KB."""

    async def run(server: Server) -> float:
        return float((await _hold(server, tab, 2000))["bytes_per_tab"]) / 1024

    return _with(module, run)


def started(module: str, path: str) -> tuple[float, float]:
    """Milliseconds from the start to the first page, and the memory then, in MB."""
    times, memory = [], 0.0
    for _ in range(5):
        port = free_port()
        begun = time.perf_counter()
        child = start(module, port)
        try:
            drive(_first_page(port, path))
            times.append((time.perf_counter() - begun) * 1e3)
            memory = psutil.Process(child.pid).memory_info().rss / 2**20
        finally:
            child.terminate()
            child.wait(15)
    return min(times), memory


async def _first_page(port: int, path: str) -> None:
    while True:
        try:
            connection = await connect(port)
        except OSError:
            continue
        await connection.request(get(path))
        connection.close()
        return


class ViaTable(ViaSocketTab):
    page = "/table"


class ViaEach(ViaSocketTab):
    page = "/each"


class ViaByHand(ViaSocketTab):
    page = "/by-hand"


class StarletteTable(StarlettePushTab):
    page = "/table"
    action = "/change"


class StarletteRow(StarletteTable):
    action = "/change-row"


def rows() -> list[Row]:
    """All rows, in the order in which they are measured."""
    whole = {
        PEER: lambda: clicked("table_starlette_app", StarletteTable),
        STARIO: lambda: clicked("stario_app", StarletteTable),
        GO: lambda: clicked("go", StarletteTable),
    }
    return [
        Row(
            "a tiny page, loaded",
            "µs",
            100,
            {
                "via": lambda: page("via_app", "/", 10_000),
                PEER: lambda: page("starlette_app", "/", 10_000),
                STARIO: lambda: page("stario_app", "/", 10_000),
                GO: lambda: page("go", "/", 10_000),
            },
        ),
        Row(
            "a page with a table of 1,000 rows, nodes made anew",
            "µs",
            5000,
            {
                "via": lambda: page("table_via_app", "/table", 300),
                PEER: lambda: page("table_starlette_app", "/table", 300),
                STARIO: lambda: page("stario_app", "/table", 300),
                GO: lambda: page("go", "/table", 300),
            },
        ),
        Row(
            "one cell of that table changed, nodes made anew",
            "µs",
            700,
            {"via": lambda: clicked("table_via_app", ViaTable), **whole},
        ),
        Row(
            "the same, rows of `h.each`",
            "µs",
            120,
            {"via": lambda: clicked("table_via_app", ViaEach), **whole},
        ),
        Row(
            "the same, the row sent by hand",
            "µs",
            120,
            {
                "via": lambda: clicked("table_via_app", ViaByHand),
                PEER: lambda: clicked("table_starlette_app", StarletteRow),
                STARIO: lambda: clicked("stario_app", StarletteRow),
                GO: lambda: clicked("go", StarletteRow),
            },
        ),
        Row(
            "a published line, for each of 1,000 tabs",
            "µs",
            40,
            {
                "via": lambda: line(*FANOUT["via"]),
                PEER: lambda: line(*FANOUT["Starlette + datastar-py + htpy"]),
                STARIO: lambda: line("stario_app", StarletteFeed, "/publish"),
                GO: lambda: line("go", StarletteFeed, "/publish"),
                FLOOR: lambda: line(*FANOUT["floor: bare sockets"]),
            },
        ),
        Row(
            "a published line in a shared part, for each of 1,000 tabs",
            "µs",
            6.5,
            {
                "via": lambda: line("via_app", ViaSocketSharedFeed, "/publish"),
                PEER: lambda: line(*FANOUT["Starlette, rendered once for all"]),
                FLOOR: lambda: line(*FANOUT["floor: bare sockets"]),
            },
        ),
        Row(
            "the same, compressed",
            "µs",
            9.8,
            {"via": lambda: line("via_app", ViaPackedSharedFeed, "/publish")},
        ),
        Row(
            "a message published and handled in a page (its process)",
            "µs",
            6.7,
            {"via": lambda: message(50_000, 50_000, "cpu")},
        ),
        Row(
            "one message there and back (clock)",
            "µs",
            130,
            {"via": lambda: message(3000, 1, "seconds")},
        ),
        Row(
            "start to the first page (clock)",
            "ms",
            300,
            {
                "via": lambda: started("via_app", "/")[0],
                PEER: lambda: started("starlette_app", "/")[0],
                STARIO: lambda: started("stario_app", "/")[0],
                GO: lambda: started("go", "/")[0],
            },
        ),
        Row(
            "memory before the first tab",
            "MB",
            40,
            {
                "via": lambda: started("via_app", "/")[1],
                PEER: lambda: started("starlette_app", "/")[1],
                STARIO: lambda: started("stario_app", "/")[1],
                GO: lambda: started("go", "/")[1],
            },
        ),
        Row(
            "an idle tab",
            "KB",
            12,
            {
                "via": lambda: idle(*IDLE["via"]),
                PEER: lambda: idle(*IDLE["Starlette + datastar-py + htpy"]),
                STARIO: lambda: idle("stario_app", StarletteCounter),
                GO: lambda: idle("go", StarletteCounter),
            },
        ),
    ]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def main() -> None:
    """Measure each row three times, by turns, and print the least as a table."""
    peers = [PEER, STARIO, GO, FLOOR]
    if go_program() is None:
        peers.remove(GO)
        print("Go is left out: it was not found, or could not build its peer", file=sys.stderr)
    if interpreter_with("stario") is None:
        peers.remove(STARIO)
        print("Stario is left out: no Python 3.12 or newer was found", file=sys.stderr)
    print(f"| work | via | goal | {' | '.join(peers)} |\n|---|--:|--:|{'--:|' * len(peers)}")
    for row in rows():
        least: dict[str, float] = {}
        for _ in range(3):
            for name, measure in row.measure.items():
                if name not in ("via", *peers):
                    continue
                least[name] = min(measure(), least.get(name, float("inf")))
        cells = [f"{_figure(least[name])} {row.unit}" if name in least else "" for name in peers]
        is_met = "" if least["via"] <= row.goal else f", missed by {least['via'] / row.goal:.2f}x"
        print(
            f"| {row.work} | {_figure(least['via'])} {row.unit} | {row.goal:,g}{is_met} | "
            f"{' | '.join(cells)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
