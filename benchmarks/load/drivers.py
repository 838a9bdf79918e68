"""The load drivers: actions, fan-out, idle tabs and pages."""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import uvloop

from .client import PackedViaSocket, Stream, connect, get, post
from .servers import Server, serve
from .tabs import (
    NiceGUITab,
    PageTab,
    StarlettePushTab,
    StarletteTab,
    Tab,
    ViaSocketPage,
    ViaSocketTab,
    ViaTab,
)

Result = dict[str, Any]

OPENING = 50
"""Tabs that open at the same time."""

TIMEOUT = 40.0
"""Seconds that one measurement may take in all."""

TURNS = 3
"""How often actions and fan-out are measured."""

ACTIONS: dict[str, tuple[str, type[Tab]]] = {
    "via": ("via_app", ViaSocketTab),
    "via, stream and requests": ("via_app", ViaTab),
    "Starlette + datastar-py + htpy": ("starlette_app", StarletteTab),
    "Starlette + datastar-py + htpy, pushed": ("starlette_app", StarlettePushTab),
    "NiceGUI": ("nicegui_app", NiceGUITab),
    "floor: bare sockets": ("floor_app", StarlettePushTab),
}


def drive(job: Awaitable[Any]) -> Any:
    """Run a driver on uvloop within the time limit, with as many sockets as are allowed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    async def limited() -> Any:
        main = asyncio.current_task()
        assert main is not None
        failures: list[Any] = []

        def fail(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            # What goes wrong in a connection's callback would else leave the driver waiting.
            failures.append(context.get("exception") or context["message"])
            main.cancel()

        asyncio.get_running_loop().set_exception_handler(fail)
        try:
            async with asyncio.timeout(TIMEOUT):
                return await job
        except asyncio.CancelledError:
            if not failures:
                raise
            raise RuntimeError(f"the driver failed: {failures[0]!r}") from None

    return uvloop.run(limited())


def attempt(module: str, work: Callable[[Server], Awaitable[Result]]) -> Result | None:
    """What the work with a server measures; None, said aloud, if a peer gets stuck."""
    with serve(module) as server:
        try:
            result: Result = drive(work(server))
        except (TimeoutError, RuntimeError) as error:
            if module == "via_app":
                raise
            _say(f"{module}: {error!r}")
            return None
    return result


def by_turns(
    driver: str,
    names: Sequence[str],
    size: str,
    sizes: Sequence[int],
    value: str,
    best: Callable[..., Result],
    measure: Callable[[str, int], Result | None],
) -> list[Result]:
    """Measure every variant in each of a few turns; the turn with the best value counts.

    The speed of a machine that others share drifts within a run; so no variant has all of its
    time in a good minute or a bad one, and what others do only ever slows. `best` is `min` or
    `max`.
    """
    turns: dict[tuple[str, int], list[Result]] = {(n, s): [] for n in names for s in sizes}
    for count in sizes:
        for _ in range(TURNS):
            for name in names:
                measured = measure(name, count)
                if measured is not None:
                    turns[name, count].append(measured)
    results: list[Result] = []
    for (name, count), found in turns.items():
        chosen = best(found, key=lambda result: result[value]) if found else None
        add(results, driver, {"variant": name, size: count}, chosen)
    return results


def add(results: list[Result], driver: str, what: Result, measured: Result | None) -> None:
    """Add what was measured, and say so; what was not is told, and left out."""
    if measured is None:
        _say(f"{driver}: {what} did not end")
    else:
        results.append(what | measured)
        _say(f"{driver}: {results[-1]}")


async def in_batches(tabs: Sequence[Any], act: Callable[[Any], Awaitable[Any]]) -> None:
    """Do something with every tab, a few at a time."""
    for start in range(0, len(tabs), OPENING):
        await asyncio.gather(*map(act, tabs[start : start + OPENING]))


# Actions


def actions(names: Sequence[str], concurrencies: Sequence[int], seconds: float) -> list[Result]:
    """Clicks a second and their latency, for each variant and number of tabs."""

    def one(name: str, tabs: int) -> Result | None:
        module, tab = ACTIONS[name]
        return attempt(module, lambda server: click(server, tab, tabs, seconds))

    return by_turns("actions", names, "tabs", concurrencies, "per_second", max, one)


async def click(server: Server, kind: type[Tab], count: int, seconds: float) -> Result:
    """Click in so many tabs for some seconds."""
    tabs = [kind(server.port) for _ in range(count)]
    await in_batches(tabs, lambda tab: tab.open())
    await _clicks(tabs, seconds / 4)
    cpu, own, start = server.cpu(), time.process_time(), time.perf_counter()
    latencies = await _clicks(tabs, seconds)
    elapsed = time.perf_counter() - start
    result = {
        "per_second": len(latencies) / elapsed,
        "p50_ms": statistics.median(latencies) * 1e3,
        "p99_ms": sorted(latencies)[int(len(latencies) * 0.99)] * 1e3,
        "server_cpu": (server.cpu() - cpu) / elapsed,
        "driver_cpu": (time.process_time() - own) / elapsed,
        "server_us_per_click": (server.cpu() - cpu) / len(latencies) * 1e6,
        "clicks": len(latencies),
    }
    for tab in tabs:
        tab.close()
    return result


async def _clicks(tabs: Sequence[Tab], seconds: float) -> list[float]:
    """Click in every tab, again as soon as the new number has arrived, for some seconds."""
    latencies: list[float] = []
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    end = time.perf_counter() + seconds
    running = len(tabs)

    def again(tab: Tab) -> Callable[[float], None]:
        def done(latency: float) -> None:
            nonlocal running
            latencies.append(latency)
            if time.perf_counter() < end:
                tab.click(done)
            else:
                running -= 1
                if running == 0:
                    ended.set_result(None)

        return done

    for tab in tabs:
        tab.click(again(tab))
    await ended
    return latencies


# Fan-out


class ViaSocketFeed(ViaSocketPage):
    """A tab of via's feed."""

    page = "/feed"


class ViaSocketSharedFeed(ViaSocketPage):
    """A tab of via's feed whose lines are one part for all."""

    page = "/shared-feed"


class ViaPackedSharedFeed(ViaSocketSharedFeed):
    """As above, compressed."""

    socket = PackedViaSocket


class ViaPackedFeed(ViaSocketFeed):
    """A tab of via's feed, compressed."""

    socket = PackedViaSocket


class ViaFeed(PageTab):
    """A tab of via's feed, over the event stream."""

    page = "/feed"
    stream_path = "/_sse"
    has_signals_in_body = True


class StarletteFeed(PageTab):
    """A tab of Starlette's feed."""

    page = "/feed"
    stream_path = "/stream"


FANOUT: dict[str, tuple[str, type[PageTab], str]] = {
    "via": ("via_app", ViaSocketFeed, "/publish"),
    "via, a shared part": ("via_app", ViaSocketSharedFeed, "/publish"),
    "via, stream and requests": ("via_app", ViaFeed, "/publish"),
    "Starlette + datastar-py + htpy": ("starlette_app", StarletteFeed, "/publish"),
    "Starlette, rendered once for all": ("starlette_app", StarletteFeed, "/publish-bytes"),
    "floor: bare sockets": ("floor_app", StarletteFeed, "/publish"),
}


def fanout(names: Sequence[str], sizes: Sequence[int], rounds: int) -> list[Result]:
    """Time until the last of so many streams has a published line, and what it costs."""

    def one(name: str, size: int) -> Result | None:
        module, tab, path = FANOUT[name]
        return attempt(module, lambda server: publish(server, tab, path, size, rounds))

    return by_turns("fan-out", names, "streams", sizes, "median_ms", min, one)


async def _open(server: Server, tabs: Sequence[PageTab]) -> None:
    """Load the tabs' pages over a few connections and open their streams."""
    connections = [await connect(server.port) for _ in range(OPENING)]
    for start in range(0, len(tabs), OPENING):
        batch = tabs[start : start + OPENING]
        await asyncio.gather(*(t.load(c) for t, c in zip(batch, connections, strict=False)))
        await asyncio.gather(*(t.listen() for t in batch))
    for connection in connections:
        connection.close()


async def publish(server: Server, kind: type[PageTab], path: str, size: int, rounds: int) -> Result:
    """Publish so many lines to so many tabs, one after the other."""
    tabs = [kind(server.port) for _ in range(size)]
    await _open(server, tabs)
    streams = [tab.stream for tab in tabs if tab.stream is not None]
    publisher = await connect(server.port)
    times, cpus, received = [], [], []
    for number in range(rounds + 1):
        before = sum(stream.received for stream in streams)
        cpu = server.cpu()
        elapsed = await _one_line(publisher, path, streams, f"line-{number:04}-end")
        await asyncio.sleep(0.05)
        if number:  # the first line warms up
            times.append(elapsed)
            cpus.append(server.cpu() - cpu)
            received.append((sum(stream.received for stream in streams) - before) / size)
    for stream in streams:
        stream.close()
    publisher.close()
    return {
        "median_ms": statistics.median(times) * 1e3,
        "worst_ms": max(times) * 1e3,
        "server_cpu_ms": statistics.fmean(cpus) * 1e3,
        "bytes_per_stream": statistics.fmean(received),
    }


async def _one_line(publisher: Any, path: str, streams: Sequence[Stream], line: str) -> float:
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    missing = len(streams)

    def found() -> None:
        nonlocal missing
        missing -= 1
        if missing == 0:
            ended.set_result(None)

    text = line.encode()
    for stream in streams:
        stream.expect(text, found)
    start = time.perf_counter()
    await asyncio.gather(publisher.request(post(f"{path}?line={line}")), ended)
    return time.perf_counter() - start


# Idle tabs and pages


class ViaCounter(PageTab):
    """A tab of via's counter, over the event stream."""

    stream_path = "/_sse"
    has_signals_in_body = True


class StarletteCounter(PageTab):
    """A tab of Starlette's counter."""

    stream_path = "/stream"


IDLE: dict[str, tuple[str, type[Tab]]] = {
    "via": ("via_app", ViaSocketPage),
    "via, stream and requests": ("via_app", ViaCounter),
    "Starlette + datastar-py + htpy": ("starlette_app", StarletteCounter),
    "NiceGUI": ("nicegui_app", NiceGUITab),
}


def idle(names: Sequence[str], sizes: Sequence[int]) -> list[Result]:
    """Bytes of the server's memory for each tab that is connected and idle."""
    results: list[Result] = []
    for name in names:
        module, tab = IDLE[name]
        for size in sizes:
            measured = attempt(module, lambda server, tab=tab, size=size: _hold(server, tab, size))
            add(results, "idle", {"variant": name, "tabs": size}, measured)
    return results


async def _hold(server: Server, kind: type[Tab], size: int) -> Result:
    first = [kind(server.port) for _ in range(20)]
    await _open_any(server, first)
    before = server.memory()
    tabs = [kind(server.port) for _ in range(size)]
    start = time.perf_counter()
    await _open_any(server, tabs)
    opened = time.perf_counter() - start
    memory = server.memory() - before
    for tab in [*first, *tabs]:
        tab.close()
    return {"bytes_per_tab": memory / size, "tabs_opened_per_second": size / opened}


async def _open_any(server: Server, tabs: Sequence[Tab]) -> None:
    pages = [tab for tab in tabs if isinstance(tab, PageTab)]
    if pages:
        await _open(server, pages)
    else:
        await in_batches(tabs, lambda tab: tab.open())


def pages(names: Sequence[str], count: int) -> list[Result]:
    """Time to the first byte of a page, one at a time."""
    results = []
    for name in names:
        with serve(IDLE[name][0]) as server:
            times = drive(_load(server, count))
        results.append(
            {
                "variant": name,
                "p50_ms": statistics.median(times) * 1e3,
                "p99_ms": sorted(times)[int(len(times) * 0.99)] * 1e3,
            }
        )
        _say(f"pages: {results[-1]}")
    return results


async def _load(server: Server, count: int) -> list[float]:
    connection = await connect(server.port)
    times = []
    for _ in range(count):
        start = time.perf_counter()
        await connection.request(get("/"))
        times.append(connection.first_byte - start)
    connection.close()
    return times


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def measure(quick: bool) -> dict[str, list[Result]]:
    """Every driver; the quick way shows only that they work."""
    return {
        "actions": actions(list(ACTIONS), (1, 8) if quick else (1, 32, 256), 0.4 if quick else 2.0),
        "fanout": fanout(list(FANOUT), (20,) if quick else (100, 1000, 5000), 2 if quick else 8),
        "idle": [
            *idle(tuple(IDLE)[:3], (50,) if quick else (1000, 10_000)),
            *idle(("NiceGUI",), (20,) if quick else (1000,)),
        ],
        "pages": pages(list(IDLE), 20 if quick else 500),
    }
