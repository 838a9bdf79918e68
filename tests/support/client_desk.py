"""A scripted server for the tests of the client: pages under a strict policy, one stream."""

import asyncio
import html
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

CLIENT = Path(__file__).parents[2] / "via" / "client"
BUNDLE = CLIENT / "dist" / "via.js"
NONCE = "n0nce"
POLICY = f"default-src 'self'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'unsafe-inline'"
OPEN_STREAM = "@post('/_sse', {openWhenHidden: true, retry: 'always', retryMaxCount: Infinity})"


def patch(elements: str = "", **args: str) -> str:
    """The text of one datastar-patch-elements event."""
    lines = [f"data: {name} {value}" for name, value in args.items()]
    lines += [f"data: elements {line}" for line in elements.splitlines()]
    return "event: datastar-patch-elements\n" + "\n".join(lines) + "\n\n"


def signals(only_if_missing: bool = False, **values: Any) -> str:
    """The text of one datastar-patch-signals event."""
    head = "event: datastar-patch-signals\n"
    flag = "data: onlyIfMissing true\n" if only_if_missing else ""
    return f"{head}{flag}data: signals {json.dumps(values)}\n\n"


@dataclass
class Seen:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, str]
    body: bytes

    @property
    def signals(self) -> Any:
        return json.loads(self.query["datastar"] if self.method in ("GET", "DELETE") else self.body)


@dataclass
class Desk:
    """What the test's server serves, what it has seen, and a way to push events."""

    html: str = ""
    seen: list[Seen] = field(default_factory=list)
    streams: list[Seen] = field(default_factory=list)
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    stream_answer: Callable[[], Response] | None = None
    url: str = ""
    _open: dict[int, tuple[asyncio.AbstractEventLoop, asyncio.Queue[bytes | None]]] = field(
        default_factory=dict
    )

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return Starlette(
            routes=[
                Route("/_datastar.js", self._client),
                Route("/_sse", self._stream, methods=methods),
                Route("/do/{name}", self._do, methods=methods),
                Route("/{rest:path}", self._page),
            ]
        )

    def page(self, body: str, signals: dict[str, Any] | None = None, stream: bool = False) -> None:
        """Set the page: `body` is the HTML inside <body>."""
        value = html.escape(json.dumps(signals or {}))
        init = f' data-init="{OPEN_STREAM}"' if stream else ""
        self.html = (
            f"<!doctype html><html lang=en><head><title>test</title><meta data-signals='{value}'>"
            f"<script type=module nonce={NONCE} src=/_datastar.js></script></head>"
            f"<body{init}>{body}</body></html>"
        )

    def push(self, text: str) -> None:
        """Send text on every open stream."""
        for loop, events in self._open.values():
            loop.call_soon_threadsafe(events.put_nowait, text.encode())

    def end_streams(self) -> None:
        """End every open stream cleanly."""
        for loop, events in self._open.values():
            loop.call_soon_threadsafe(events.put_nowait, None)

    @property
    def open_streams(self) -> int:
        return len(self._open)

    async def _page(self, request: Request) -> Response:
        if request.url.path.startswith("/favicon"):
            return Response(status_code=204)
        return HTMLResponse(self.html, headers={"Content-Security-Policy": POLICY})

    async def _client(self, request: Request) -> Response:
        return FileResponse(BUNDLE, media_type="text/javascript")

    async def _do(self, request: Request) -> Response:
        self.seen.append(await see(request))
        answer = self.answers.get(request.path_params["name"])
        return answer() if answer else Response(status_code=204)

    async def _stream(self, request: Request) -> Response:
        seen = await see(request)
        self.streams.append(seen)
        if self.stream_answer:
            return self.stream_answer()
        return StreamingResponse(self._events(id(seen)), media_type="text/event-stream")

    async def _events(self, key: int) -> AsyncIterator[bytes]:
        events: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._open[key] = (asyncio.get_running_loop(), events)
        try:
            yield b": here\n\n"
            while (event := await events.get()) is not None:
                yield event
        finally:
            del self._open[key]


async def see(request: Request) -> Seen:
    return Seen(
        request.method,
        request.url.path,
        dict(request.headers),
        dict(request.query_params),
        await request.body(),
    )


def computed(page: Page, selector: str, script: str) -> Any:
    """Evaluate `script` with `el` the element of `selector`."""
    return page.eval_on_selector(selector, f"el => {script}")
