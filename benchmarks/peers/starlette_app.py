"""The counter and the feed with Starlette, datastar-py and htpy, under uvicorn at its best.

A click can be answered by the patch itself (`/increment`) or by a push over the tab's stream
(`/increment-push`). A line of the feed can be rendered by each stream (`/publish`), as one would
write it, or once for all (`/publish-bytes`).
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator

import htpy as h
import uvicorn
from datastar_py import ServerSentEventGenerator as SSE
from datastar_py.consts import ElementPatchMode
from datastar_py.starlette import DatastarResponse, read_signals
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from benchmarks.peers._child import port

counts: dict[str, int] = {}
streams: dict[str, asyncio.Queue[str | bytes]] = {}


def document(tab: str, view: h.Element) -> HTMLResponse:
    return HTMLResponse(
        str(
            h.html(lang="en")[
                h.head[
                    h.meta(charset="utf-8"),
                    h.title["Counter"],
                    h.script(type="module", src="/datastar.js"),
                ],
                h.body({"data-signals": json.dumps({"tab": tab}), "data-init": "@get('/stream')"})[
                    view
                ],
            ]
        )
    )


def counter(count: int) -> h.Element:
    return h.main(id="view")[
        h.p(id="count")[f"Count: {count}"],
        h.button({"data-on:click": "@post('/increment')"})["Increment"],
    ]


def line_event(line: str) -> str:
    return SSE.patch_elements(str(h.li[line]), selector="#lines", mode=ElementPatchMode.APPEND)


async def counter_page(request: Request) -> Response:
    tab = secrets.token_urlsafe(16)
    counts[tab] = 0
    return document(tab, counter(0))


async def feed_page(request: Request) -> Response:
    return document(secrets.token_urlsafe(16), h.main[h.ul(id="lines")])


async def incremented(request: Request) -> tuple[str, str]:
    tab = (await read_signals(request))["tab"]
    counts[tab] += 1
    return tab, SSE.patch_elements(str(counter(counts[tab])))


async def increment(request: Request) -> Response:
    _, event = await incremented(request)
    return DatastarResponse(event)


async def increment_push(request: Request) -> Response:
    tab, event = await incremented(request)
    streams[tab].put_nowait(event.encode())
    return Response(status_code=204)


async def stream(request: Request) -> Response:
    tab = (await read_signals(request))["tab"]
    queue = streams[tab] = asyncio.Queue()

    async def events() -> AsyncIterator[str | bytes]:
        try:
            while True:
                item = await queue.get()
                yield item if isinstance(item, bytes) else line_event(item)
        finally:
            streams.pop(tab, None)

    return DatastarResponse(events())


async def publish(request: Request) -> Response:
    for queue in streams.values():
        queue.put_nowait(request.query_params["line"])
    return Response(status_code=204)


async def publish_bytes(request: Request) -> Response:
    event = line_event(request.query_params["line"]).encode()
    for queue in streams.values():
        queue.put_nowait(event)
    return Response(status_code=204)


app = Starlette(
    routes=[
        Route("/", counter_page),
        Route("/feed", feed_page),
        Route("/increment", increment, methods=["POST"]),
        Route("/increment-push", increment_push, methods=["POST"]),
        Route("/stream", stream),
        Route("/publish", publish, methods=["POST"]),
        Route("/publish-bytes", publish_bytes, methods=["POST"]),
    ]
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port(),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        backlog=2048,
        timeout_graceful_shutdown=1,
    )
