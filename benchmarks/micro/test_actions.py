"""An action's way through the core: its request is read, its handler is run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import httptools
import pytest

from benchmarks.micro.test_events import OFTEN
from via._core.http import _requests_c, _requests_py
from via._core.tasks import _handlers_c, _handlers_py
from via.page.middleware import call_through

BODY = b'{"via_ctx":"aYc0pW1LrX2GxqqGk1cJmA","via_csrf":"b0q3oS9dT1m1xw5m2eK9zQ","s1":"text"}'
REQUEST = (
    b"POST /_action/a1 HTTP/1.1\r\n"
    b"Host: 127.0.0.1:3000\r\n"
    b"Connection: keep-alive\r\n"
    b"Content-Length: %d\r\n"
    b'sec-ch-ua: "Chromium";v="156", "Not_A Brand";v="24"\r\n'
    b"Datastar-Request: true\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0\r\n"
    b"Content-Type: application/json\r\n"
    b"Accept: text/event-stream, text/html, application/json\r\n"
    b"Origin: http://127.0.0.1:3000\r\n"
    b"Referer: http://127.0.0.1:3000/\r\n"
    b"Accept-Encoding: gzip, deflate, br, zstd\r\n"
    b"Accept-Language: en-GB,en;q=0.9\r\n"
    b"Cookie: via_session=wq1rA6tGm0yJ7o5cJzNf1w0Q0q3oS9dT1m1xw5m2eK9\r\n"
    b"\r\n" % len(BODY) + BODY
)


WANTED = {b"cookie", b"datastar-request", b"host", b"origin", b"sec-fetch-site"}


class WithHttptools:
    """What a server has to note of a request, by a parser of all of HTTP."""

    def __init__(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.url = self.body = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.done: tuple[str, list[tuple[bytes, bytes]], bytes] | None = None

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if (name := name.lower()) in WANTED:
            self.headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.done = (self.url.removeprefix(b"/_action/").decode(), self.headers, self.body)
        self.url = self.body = b""
        self.headers = []

    def read_action(self, data: bytes) -> tuple[str, list[tuple[bytes, bytes]], bytes] | None:
        self.parser.feed_data(data)
        return self.done


READERS: dict[str, Any] = {
    "via": _requests_c,
    "twin": _requests_py,
    "httptools": WithHttptools(),
}


@pytest.mark.parametrize("way", READERS)
def test_a_request(benchmark: Any, way: str) -> None:
    read = benchmark.pedantic(READERS[way].read_action, (REQUEST,), **OFTEN)
    assert read is not None
    id, headers, body = read
    assert (id, body) == ("a1", BODY)
    assert {name for name, _ in headers} == WANTED - {b"sec-fetch-site"}


def handler() -> None:
    pass


@pytest.mark.parametrize("core", [_handlers_c, _handlers_py], ids=["via", "twin"])
def test_a_handler(benchmark: Any, core: ModuleType) -> None:
    assert benchmark.pedantic(core.start, (handler,), **OFTEN).value is None


def middleware(c: object, next: Callable[[], Any]) -> Any:
    return next()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_action_inside_middleware(benchmark: Any, count: int) -> None:
    """What middleware of a page and its groups adds to each of the page's actions."""
    chain = (middleware,) * count
    run = partial(call_through, chain, None, handler) if count else handler
    assert benchmark.pedantic(_handlers_c.start, (run,), **OFTEN).value is None
