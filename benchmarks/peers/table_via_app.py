"""A table of 1,000 rows, of which one cell changes, and messages, with via under its own server."""

import asyncio
import logging
import time

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import via
from benchmarks.peers._child import port
from benchmarks.peers.table_data import Row, changed, rows
from via import h

v = via.new()


def row(item: Row) -> h.Element:
    number, name, note, price = item
    return h.Tr(
        h.ID(f"row-{number}"),
        h.Class("row"),
        h.Td(h.Text(str(number))),
        h.Td(h.Text(name)),
        h.Td(h.Text(note)),
        h.Td(h.Text(price)),
    )


def table(c: via.Context, is_kept: bool, is_sent: bool) -> None:
    items, clicks = rows(), 0

    @c.action
    def change() -> None:
        nonlocal clicks
        clicks += 1
        items[500] = changed(clicks)
        if is_sent:
            c.sync_elements(row(items[500]))
        else:
            c.sync()

    c.view(
        lambda: h.Main(
            h.Button(change.on_click()),
            h.Table(h.TBody(h.each(items, row) if is_kept else [row(item) for item in items])),
        )
    )


@v.page("/table")
def anew(c: via.Context) -> None:
    table(c, is_kept=False, is_sent=False)


@v.page("/each")
def each(c: via.Context) -> None:
    table(c, is_kept=True, is_sent=False)


@v.page("/by-hand")
def by_hand(c: via.Context) -> None:
    table(c, is_kept=True, is_sent=True)


class Line(msgspec.Struct):
    author: str
    text: str


LINE = Line("Ada", "The engine weaves algebraic patterns")
heard = 0
enough = asyncio.Event()
wanted = 0


@v.page("/listener")
def listener(c: via.Context) -> None:
    def hear(line: Line) -> None:
        global heard
        heard += 1
        if heard == wanted:
            enough.set()

    via.subscribe(c, "lines", hear)
    c.view(lambda: h.Main("listening"))


async def messages(request: Request) -> Response:
    """Publish so many in bursts of so many, each burst once the one before has been heard."""
    global heard, wanted
    count, burst = (int(request.query_params[name]) for name in ("count", "burst"))
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(count // burst):
        heard, wanted = 0, burst
        enough.clear()
        for number in range(burst):
            via.publish(v, "lines", LINE)
            if number % 500 == 499:
                await asyncio.sleep(0)
        await enough.wait()
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    return JSONResponse({"seconds": seconds / count, "cpu": used / count})


v.http_serve_mux().add_route("/messages", messages)

if __name__ == "__main__":
    v.config(
        via.Options(
            server_address=f"127.0.0.1:{port()}",
            log_level=logging.WARNING,
            action_rate_limit=via.RateLimitConfig(rate=-1),
        )
    )
    v.start()
