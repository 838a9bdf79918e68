"""A page is the same whether its request is plain, and answered past ASGI, or is not."""

from __future__ import annotations

import asyncio
import html
import json
import re
import socket
from collections.abc import Callable, Iterator

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Route, Router
from support.server import Server

import via
from via import h
from via.live.page_router import PageRouter

HOST = "Host: localhost\r\n"
NOT_PLAIN = "Connection: keep-alive, other\r\n"

Answer = tuple[int, dict[str, str], str]


def read_answer(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        assert more, data
        data += more
    length = re.search(rb"content-length: (\d+)", data, re.IGNORECASE)
    size = data.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
    while len(data) < size:
        data += connection.recv(65536)
    return data


def parse(data: bytes) -> Answer:
    head, _, body = data.decode().partition("\r\n\r\n")
    line, *fields = head.split("\r\n")
    pairs = [field.lower().split(": ", 1) for field in fields]
    return int(line.split()[1]), dict(pairs), body


def alike(text: str) -> str:
    """Without what is random, or of the moment."""
    return re.sub(r"[A-Za-z0-9_-]{22,}|\d\d:\d\d:\d\d", "*", text)


@pytest.fixture
def by_asgi(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the pages that were asked for by ASGI."""
    seen: list[str] = []
    respond = PageRouter._respond

    async def note(self, route, scope):
        seen.append(scope["path"])
        return await respond(self, route, scope)

    monkeypatch.setattr(PageRouter, "_respond", note)
    return seen


class Asking:
    """Asks for pages over one connection, on both roads."""

    def __init__(self, port: int, by_asgi: list[str]) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._by_asgi = by_asgi

    def ask(self, path: str, headers: str = HOST) -> Answer:
        self.connection.sendall(f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode())
        return parse(read_answer(self.connection))

    def both(self, path: str, headers: str = HOST) -> Answer:
        """The answer that is the same on both roads."""
        del self._by_asgi[:]
        short = self.ask(path, headers)
        assert len(self._by_asgi) == ("%" in path.partition("?")[0])
        del self._by_asgi[:]
        long = self.ask(path, headers + NOT_PLAIN)
        assert len(self._by_asgi) == (short[0] in (200, 303, 500))
        assert short[0] == long[0]
        assert {k: alike(x) for k, x in short[1].items()} == {
            k: alike(x) for k, x in long[1].items()
        }
        assert alike(short[2]) == alike(long[2])
        return short


@pytest.fixture
def app(by_asgi) -> via.V:
    v = via.new()
    v.config(via.Options(pubsub=via.MemoryPubSub(), document_title="Titles & more"))
    v.append_to_head(h.Script(h.Raw("var head")), h.Meta(h.Name("x")))
    v.append_to_foot(h.Footer("foot"), h.Script(h.Raw("var foot")))

    @v.page("/")
    def plain(c: via.Context) -> None:
        text = c.signal('a "quoted" <text>')
        c.view(lambda: h.Main(h.Input(text.bind()), h.Script(h.Raw("var view"))))

    @v.page("/items/{id}")
    def item(c: via.Context) -> None:
        c.view(lambda: h.Main(h.Text(c.get_path_param("id")), h.Text(str(c.query_all("q")))))

    @v.page("/async")
    async def waits(c: via.Context) -> None:
        await asyncio.sleep(0)
        c.view(lambda: h.Main("waited"))

    @v.page("/away")
    def away(c: via.Context) -> None:
        c.redirect("/items/1?q=ü")

    @v.page("/session")
    def session(c: via.Context) -> None:
        c.session().set("name", "Ada")
        c.view(lambda: h.Main("kept"))

    @v.page("/fails/{how}")
    def fails(c: via.Context) -> None:
        c.get_path_param("how")
        raise ValueError("on purpose")

    return v


@pytest.fixture
def asking(app, serve: Callable[[via.V], Server], by_asgi) -> Iterator[Asking]:
    asking = Asking(serve(app).port, by_asgi)
    yield asking
    asking.connection.close()


def test_a_document(asking) -> None:
    status, fields, body = asking.both("/")
    assert status == 200
    assert fields["content-type"] == "text/html; charset=utf-8"
    nonce = re.search(r"'nonce-([^']+)'", asking.ask("/")[1]["content-security-policy"])
    assert nonce
    assert body.startswith('<!doctype html><html lang="en"><head>')
    assert "<title>Titles &amp; more</title>" in body
    signals = re.search('data-signals="([^"]+)"', body)
    assert signals
    assert json.loads(html.unescape(signals[1]))["s1"] == 'a "quoted" <text>'
    for name in ("head", "foot", "view"):
        assert f">var {name}</script>" in body


def test_each_script_bears_the_nonce_of_its_own_response(asking) -> None:
    seen = set()
    for _ in range(2):
        data = asking.connection
        data.sendall(f"GET / HTTP/1.1\r\n{HOST}\r\n".encode())
        answer = read_answer(data).decode()
        (nonce,) = set(re.findall(r"nonce[-=]\"?([\w-]{22})", answer))
        assert answer.count(nonce) == 6  # the policy, via's two scripts and the app's three
        seen.add(nonce)
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/items/7", 200, "7"),
        ("/items/a%20b?q=1&q=2", 200, "a b"),
        ("/items/7?q=%C3%BC", 200, "ü"),
        ("/async", 200, "waited"),
        ("/session", 200, "kept"),
        ("/fails/so", 500, "Internal Server Error"),
        ("/items/7/", 307, ""),
        ("/none", 404, "Not Found"),
        ("/away", 303, ""),
    ],
)
def test_other_pages(asking, path, status, text) -> None:
    found = asking.both(path)
    assert (found[0], text in found[2]) == (status, True)


def test_a_redirect_leads_where_the_page_said(asking) -> None:
    assert asking.ask("/away")[1]["location"] == "/items/1?q=%c3%bc"


def test_a_browser_keeps_its_name_and_its_session(asking) -> None:
    name = "via=" + "A" * 22
    asking.connection.sendall(f"GET /session HTTP/1.1\r\n{HOST}Cookie: {name}\r\n\r\n".encode())
    session = re.search(r"set-cookie: (session=[^;]+)", read_answer(asking.connection).decode())
    assert session
    for cookie in (name, f"{name}; {session[1]}"):
        assert "set-cookie" not in asking.both("/", f"{HOST}Cookie: {cookie}\r\n")[1]


def test_a_forged_session_is_none(asking) -> None:
    forged = f"{HOST}Cookie: via={'A' * 22}; session={'B' * 43}\r\n"
    status, fields, _ = asking.both("/", forged)
    assert (status, "set-cookie" in fields) == (200, False)


@pytest.mark.parametrize("host", ["", "Host: a b\r\n"])
def test_a_request_names_one_host(asking, host) -> None:
    assert asking.both("/", host)[0] == 400


def test_a_host_that_is_not_served_is_refused(app, asking) -> None:
    via.app.running(app).origin._hosts = ["example.com"]
    assert asking.both("/")[0] == 421
    assert asking.both("/", "Host: example.com\r\n")[0] == 200


def test_loads_are_counted(app, serve, by_asgi) -> None:
    app.config(via.Options(page_rate_limit=via.RateLimitConfig(0.001, 3)))
    asking = Asking(serve(app).port, by_asgi)
    assert [asking.ask(path)[0] for path in ("/", "/none", "/", "/async", "/")] == [
        200,
        404,
        200,
        200,
        429,
    ]
    assert asking.ask("/", HOST + NOT_PLAIN)[0] == 429
    asking.connection.close()


def test_a_proxy_that_is_trusted_says_where_the_app_is(app, serve, by_asgi) -> None:
    app.config(via.Options(trusted_proxies=("127.0.0.1",)))
    asking = Asking(serve(app).port, by_asgi)
    said = "X-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /below\r\nX-Forwarded-Host: b.c\r\n"
    _, fields, body = asking.both("/items/7", HOST + said)
    assert fields["set-cookie"].startswith("__host-via=")
    assert "@post(&#39;/below/_sse" in body or "@post('/below/_sse" in body
    asking.connection.close()


def test_a_page_that_waits_keeps_its_place_on_the_connection(asking) -> None:
    requests = "".join(f"GET {path} HTTP/1.1\r\n{HOST}\r\n" for path in ("/async", "/items/7"))
    asking.connection.sendall(requests.encode())
    data = b""
    while data.count(b"</html>") < 2:
        more = asking.connection.recv(65536)
        assert more, data
        data += more
    assert data.index(b"waited") < data.index(b"<main>7")


def test_routes_of_the_app_come_before_its_pages(app, serve, by_asgi) -> None:
    route = Route("/", lambda request: PlainTextResponse("own"))
    app.http_serve_mux().routes.insert(0, route)
    asking = Asking(serve(app).port, by_asgi)
    assert asking.ask("/")[2] == "own"
    asking.connection.close()


def test_routes_by_host_come_before_the_pages_too(app, serve, by_asgi) -> None:
    api = Router([Route("/", lambda request: PlainTextResponse("api"))])
    app.http_serve_mux().routes.insert(0, Host("api.localhost", api))
    asking = Asking(serve(app).port, by_asgi)
    assert asking.ask("/", "Host: api.localhost\r\n")[2] == "api"
    assert "<main>" in asking.ask("/")[2]
    asking.connection.close()
