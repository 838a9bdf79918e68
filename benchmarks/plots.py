"""Plots of the results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

Result = dict[str, Any]

COLOURS = {
    "via": "#1d4ed8",
    "via, a shared part": "#0ea5e9",
    "via, stream and requests": "#60a5fa",
    "via, kept": "#3b82f6",
    "via, each": "#2563eb",
    "via, nodes": "#60a5fa",
    "via, components": "#93c5fd",
    "Starlette + datastar-py + htpy": "#ea580c",
    "Starlette + datastar-py + htpy, pushed": "#fb923c",
    "Starlette, rendered once for all": "#fdba74",
    "htpy + datastar-py": "#ea580c",
    "Jinja2 + datastar-py": "#b91c1c",
    "Jinja2 + datastar-py, kept": "#f87171",
    "NiceGUI": "#15803d",
    "floor: bare sockets": "#9ca3af",
}
"""A variant has the same colour in every plot."""


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
    found = {r["variant"] for r in results}
    variants = [variant for variant in COLOURS if variant in found]
    sizes = list(dict.fromkeys(r[size] for r in results))
    width = 0.8 / len(variants)
    figure, axes = pyplot.subplots(figsize=(8, 4.2))
    for n, variant in enumerate(variants):
        points = [(sizes.index(r[size]), value(r)) for r in results if r["variant"] == variant]
        places = [place + n * width for place, _ in points]
        heights = [height for _, height in points]
        bars = axes.bar(places, heights, width, label=variant, color=COLOURS[variant])
        axes.bar_label(bars, fmt="{:,.3g}" if unit == "ms" else "{:,.0f}", fontsize=7)
    labels = [s if isinstance(s, str) else f"{s:,} {size[: -1 if s == 1 else None]}" for s in sizes]
    axes.set_xticks([n + 0.4 - width / 2 for n in range(len(sizes))], labels)
    axes.set_ylabel(unit)
    if unit in ("ms", "µs"):
        axes.set_yscale("log")
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.1), frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
