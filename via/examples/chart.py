"""A live chart: drawn as SVG on the server, ten times a second, while it is running."""

from collections import deque
from collections.abc import Callable
from random import gauss

import via
from via import h
from via.examples._look import STYLE

WIDTH, HEIGHT, POINTS = 480, 200, 120
PERIOD = 0.1

v = via.new()
v.config(via.Options(document_title="Live chart"))
v.append_to_head(
    STYLE,
    h.StyleEl(
        h.Raw("""
        svg { display: block; width: 100%; margin-block: 1rem; border-radius: 0.6rem;
          background: var(--ground); }
        .grid { stroke: var(--rule); }
        .line { fill: none; stroke: var(--accent); stroke-width: 2.5; stroke-linejoin: round; }
        .area { fill: var(--accent); opacity: 0.14; }
        """)
    ),
)


def chart(values: list[float]) -> h.H:
    """The values, from 0 to 100, as a line over a filled area; the newest on the right."""
    step = WIDTH / (POINTS - 1)
    left = WIDTH - step * (len(values) - 1)
    line = " ".join(
        f"{left + step * n:.1f},{HEIGHT * (1 - value / 100):.1f}" for n, value in enumerate(values)
    )
    return h.SVG(
        h.Attr("viewBox", f"0 0 {WIDTH} {HEIGHT}"),
        h.Role("img"),
        h.Aria("label", "Load over time"),
        [
            h.Line(
                h.Class("grid"),
                h.Attr("x1", "0"),
                h.Attr("x2", str(WIDTH)),
                h.Attr("y1", str(y)),
                h.Attr("y2", str(y)),
            )
            for y in range(HEIGHT // 4, HEIGHT, HEIGHT // 4)
        ],
        h.Polygon(
            h.Class("area"),
            h.Attr("points", f"{left:.1f},{HEIGHT} {line} {WIDTH},{HEIGHT}"),
        ),
        h.Polyline(h.Class("line"), h.Attr("points", line)),
    )


@v.page("/")
def live(c: via.Context) -> None:
    values = deque([50.0], maxlen=POINTS)
    stop: Callable[[], None] | None = None

    def measure() -> None:
        values.append(min(100.0, max(0.0, values[-1] + gauss(0, 3))))
        c.sync()

    def start() -> None:
        nonlocal stop
        stop = c.on_interval(PERIOD, measure)

    @c.action
    def toggle() -> None:
        nonlocal stop
        if stop is None:
            start()
        else:
            stop()
            stop = None
        c.sync()

    start()

    @c.view
    def view() -> h.H:
        return h.Main(
            h.Div(
                h.Class("row apart"),
                h.H1(h.Text("Load")),
                h.Span(h.ID("now"), h.Class("figure"), h.Textf("%.0f%%", values[-1])),
            ),
            chart(list(values)),
            h.Button(
                h.If(stop, h.Class("plain")),
                toggle.on_click(),
                h.Text("Stop" if stop else "Start"),
            ),
        )


if __name__ == "__main__":
    v.start()
