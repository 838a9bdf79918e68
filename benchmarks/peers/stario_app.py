"""The counter, the feed and the table with Stario at its best: uvloop, msgspec, baked rows.

Stario needs Python 3.12 or newer.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator

import msgspec
import stario.json
import uvloop
from stario import App, Context, Relay, Route, ServerConfig, Span, Writer, h, serve
from stario.datastar import SSE, read_signals
from stario.markup import baked
from stario.telemetry.noop import NoOpTracer

from benchmarks.peers._child import port
from benchmarks.peers.table_data import Row, changed, rows

counts: dict[str, int] = {}
tables: dict[str, list[Row]] = {}
queues: dict[str, asyncio.Queue[object]] = {}
lines: Relay[str] = Relay()


def document(tab: str, view: object) -> object:
    return h.HtmlDocument(
        {"lang": "en"},
        h.Head(
            h.Meta({"charset": "utf-8"}),
            h.Title("Counter"),
            h.Script({"type": "module", "src": "/datastar.js"}),
        ),
        h.Body(
            {"data-signals": json.dumps({"tab": tab}), "data-init": "@get('/stream')"},
            view,
        ),
    )


def counter(count: int) -> object:
    return h.Main(
        {"id": "view"},
        h.P({"id": "count"}, f"Count: {count}"),
        h.Button({"data-on:click": "@post('/increment-push')"}, "Increment"),
    )


@baked
def row(id: str, number: str, name: str, note: str, price: str) -> object:
    return h.Tr({"id": id, "class": "row"}, h.Td(number), h.Td(name), h.Td(note), h.Td(price))


def row_of(item: Row) -> object:
    number, name, note, price = item
    return row(f"row-{number}", str(number), name, note, price)


def table(items: list[Row]) -> object:
    return h.Main({"id": "view"}, h.Button(), h.Table(h.Tbody([row_of(item) for item in items])))


async def counter_page(c: Context, w: Writer) -> None:
    tab = secrets.token_urlsafe(16)
    counts[tab] = 0
    w.html(document(tab, counter(0)))


async def feed_page(c: Context, w: Writer) -> None:
    w.html(document("feed", h.Main(h.Ul({"id": "lines"}))))


async def table_page(c: Context, w: Writer) -> None:
    tab = secrets.token_urlsafe(16)
    tables[tab], counts[tab] = rows(), 0
    w.html(document(tab, table(tables[tab])))


async def increment(c: Context, w: Writer) -> None:
    tab = (await read_signals(c.req))["tab"]
    counts[tab] += 1
    queues[tab].put_nowait(counter(counts[tab]))
    w.empty(204)


async def change(c: Context, w: Writer) -> None:
    tab = (await read_signals(c.req))["tab"]
    counts[tab] += 1
    item = tables[tab][500] = changed(counts[tab])
    is_row = c.req.path == "/change-row"
    queues[tab].put_nowait(row_of(item) if is_row else table(tables[tab]))
    w.empty(204)


async def stream(c: Context, w: Writer) -> None:
    tab = (await read_signals(c.req))["tab"]
    events = SSE(w)
    events.open()
    if tab == "feed":
        async with lines.subscribe("feed") as subscription:
            async for _, line in c.alive(subscription):
                events.patch_elements(h.Li(line), selector="#lines", mode="append")
        return
    queue = queues[tab] = asyncio.Queue()

    async def views() -> AsyncIterator[object]:
        while True:
            yield await queue.get()

    async for view in c.alive(views()):
        events.patch_elements(view)


async def publish(c: Context, w: Writer) -> None:
    lines.publish("feed", c.req.query.get("line") or "")
    w.empty(204)


async def bootstrap(app: App, span: Span) -> AsyncIterator[None]:
    for path, page in (("/", counter_page), ("/feed", feed_page), ("/table", table_page)):
        app.add(Route("GET", path), page)
    app.add(Route("GET", "/stream"), stream)
    for path, action in (
        ("/increment-push", increment),
        ("/change", change),
        ("/change-row", change),
        ("/publish", publish),
    ):
        app.add(Route("POST", path), action)
    yield


if __name__ == "__main__":
    stario.json.set_codec(msgspec.json.encode, msgspec.json.decode)
    config = ServerConfig(host="127.0.0.1", port=port())
    with NoOpTracer() as tracer:
        uvloop.run(serve(bootstrap, config=config, tracer=tracer))
