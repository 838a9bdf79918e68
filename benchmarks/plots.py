"""Plots of the results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

Result = dict[str, Any]


def draw(measured: dict[str, list[Result]], folder: Path) -> None:
    """Write the SVG files."""
    folder.mkdir(exist_ok=True)
    matplotlib.rcParams["svg.hashsalt"] = "via"
    plots: list[tuple[str, str, str, str, Callable[[Result], float], str]] = [
        ("actions", "actions", "tabs", "Clicks a second", lambda r: r["per_second"], "clicks/s"),
        (
            "latency",
            "actions",
            "tabs",
            "From a click to the view, p99",
            lambda r: r["p99_ms"],
            "ms",
        ),
        ("fanout", "fanout", "streams", "Until all have a line", lambda r: r["median_ms"], "ms"),
        ("sync", "syncs", "case", "A small change, to the bytes", lambda r: r["median_us"], "µs"),
        ("idle", "idle", "tabs", "Memory of an idle tab", lambda r: r["bytes_per_tab"] / 1e3, "KB"),
    ]
    for name, key, size, title, value, unit in plots:
        _bars(folder / f"{name}.svg", measured[key], size, title, value, unit)


def _bars(
    path: Path,
    results: list[Result],
    size: str,
    title: str,
    value: Callable[[Result], float],
    unit: str,
) -> None:
    variants = list(dict.fromkeys(r["variant"] for r in results))
    sizes = list(dict.fromkeys(r[size] for r in results))
    width = 0.8 / len(variants)
    figure, axes = pyplot.subplots(figsize=(8, 4.2))
    for n, variant in enumerate(variants):
        points = [(sizes.index(r[size]), value(r)) for r in results if r["variant"] == variant]
        places = [place + n * width for place, _ in points]
        bars = axes.bar(places, [height for _, height in points], width, label=variant)
        axes.bar_label(bars, fmt="{:,.3g}" if unit == "ms" else "{:,.0f}", fontsize=7)
    labels = [s if isinstance(s, str) else f"{s:,} {size}" for s in sizes]
    axes.set_xticks([n + 0.4 - width / 2 for n in range(len(sizes))], labels)
    axes.set_ylabel(unit)
    if unit in ("ms", "µs"):
        axes.set_yscale("log")
    axes.set_title(title)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
