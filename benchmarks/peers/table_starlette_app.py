"""A table of 1,000 rows, of which one cell changes, with Starlette, datastar-py and Jinja2.

Jinja2 is the fastest of the peers that render: its template is compiled. A click renders the whole
view and pushes it over the tab's stream, or the row alone (`/change-row`).
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator

import jinja2
import uvicorn
from datastar_py import ServerSentEventGenerator as SSE
from datastar_py.starlette import DatastarResponse, read_signals
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from benchmarks.peers._child import port
from benchmarks.peers.table_data import Row, changed, rows

ROW = (
    '<tr id="row-{{ n }}" class="row"><td>{{ n }}</td><td>{{ name }}</td>'
    "<td>{{ note }}</td><td>{{ price }}</td></tr>"
)
environment = jinja2.Environment(autoescape=True)
one_row = environment.from_string(ROW)
view = environment.from_string(
    '<main id="view"><button></button><table><tbody>{% for n, name, note, price in rows %}'
    f"{ROW}{{% endfor %}}</tbody></table></main>"
)
page = environment.from_string(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Table</title>'
    '<script type="module" src="/datastar.js"></script></head>'
    '<body data-signals="{{ signals }}" data-init="@get(\'/stream\')">{{ view|safe }}</body></html>'
)

tables: dict[str, list[Row]] = {}
clicks: dict[str, int] = {}
streams: dict[str, asyncio.Queue[bytes]] = {}


async def table_page(request: Request) -> Response:
    tab = secrets.token_urlsafe(16)
    tables[tab], clicks[tab] = rows(), 0
    content = view.render(rows=tables[tab])
    return HTMLResponse(page.render(signals=json.dumps({"tab": tab}), view=content))


async def change(request: Request) -> Response:
    tab = (await read_signals(request))["tab"]
    clicks[tab] += 1
    row = tables[tab][500] = changed(clicks[tab])
    if request.url.path == "/change-row":
        html = one_row.render(n=row[0], name=row[1], note=row[2], price=row[3])
    else:
        html = view.render(rows=tables[tab])
    streams[tab].put_nowait(SSE.patch_elements(html).encode())
    return Response(status_code=204)


async def stream(request: Request) -> Response:
    tab = (await read_signals(request))["tab"]
    queue = streams[tab] = asyncio.Queue()

    async def events() -> AsyncIterator[bytes]:
        while True:
            yield await queue.get()

    return DatastarResponse(events())


app = Starlette(
    routes=[
        Route("/table", table_page),
        Route("/change", change, methods=["POST"]),
        Route("/change-row", change, methods=["POST"]),
        Route("/stream", stream),
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
        timeout_graceful_shutdown=1,
    )
