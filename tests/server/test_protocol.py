"""Actions on the wire: the same answers past ASGI as by uvicorn alone."""

import asyncio
import contextvars
import json
import logging
import re
import socket
import threading

import pytest
from support.server import TIMEOUT, Visitor, wait_until

import via
from via import h

kept = contextvars.ContextVar("kept", default="nothing")

PLAIN, SLOW, BAD, CONTEXT, SESSION, SHOW = (f"a{number}" for number in range(1, 7))


class Page:
    """A page whose actions note what they did."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.tasks: list[asyncio.Task | None] = []
        self.go_on = threading.Event()

    def __call__(self, c: via.Context) -> None:
        text = c.signal("")

        @c.action
        def plain() -> None:
            self.did.append(text.string())

        @c.action
        async def slow() -> None:
            self.did.append("begun")
            while not self.go_on.is_set():
                await asyncio.sleep(0.005)
            self.did.append(text.string())

        @c.action
        def bad() -> None:
            raise RuntimeError("meant to fail")

        @c.action
        def in_context() -> None:
            self.did.append(kept.get())
            kept.set("something")

        @c.action
        def with_session() -> None:
            c.session().set("user", text.string())

        @c.action
        def show() -> None:
            self.did.append("shown")
            self.tasks.append(asyncio.current_task())
            c.sync()

        c.view(lambda: h.P(h.Text(" ".join(self.did))))


class Wire:
    """A connection on which requests are written byte by byte, if need be."""

    def __init__(self, visitor: Visitor) -> None:
        url = visitor.http.base_url
        self.signals = visitor.signals
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.http.cookies.items())
        self.who = [f"Cookie: {cookies}", "Datastar-Request: true"]
        self.socket = socket.create_connection((url.host, url.port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def request(self, text: str = "", action: str = PLAIN, *headers: str) -> bytes:
        name = next(name for name in self.signals if not name.startswith("via_"))
        body = json.dumps(self.signals | {name: text}).encode()
        head = [f"POST /_action/{action} HTTP/1.1", "Host: test", *self.who, *headers]
        if not any("chunked" in header for header in headers):
            return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:9], body[9:]))
        return "\r\n".join([*head, "", ""]).encode() + chunks + b"0\r\n\r\n"

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def answers(self, count: int = 1) -> list[int]:
        """The statuses of the next responses."""
        statuses = []
        for _ in range(count):
            while not (head := re.match(rb"HTTP/1.1 (\d+) .*?\r\n\r\n", self.received, re.DOTALL)):
                self._read()
            length = re.search(rb"(?i)content-length: (\d+)", head[0])
            end = head.end() + (int(length[1]) if length else 0)
            while len(self.received) < end:
                self._read()
            self.received = self.received[end:]
            self.head = head[0].lower()
            statuses.append(int(head[1]))
        return statuses

    def _read(self) -> None:
        part = self.socket.recv(65536)
        assert part, f"the connection ended after {self.received!r}"
        self.received += part

    def is_closed(self) -> bool:
        return self.socket.recv(1) == b""


@pytest.fixture(params=["via's server", "uvicorn alone"])
def plain(request) -> bool:
    return request.param == "uvicorn alone"


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def visitor(v, page, serve, plain):
    v.page("/", page)
    someone = Visitor(serve(v, plain=plain).url)
    someone.visit()
    yield someone
    page.go_on.set()
    someone.http.close()


@pytest.fixture
def wire(visitor):
    connection = Wire(visitor)
    yield connection
    connection.socket.close()


def test_an_action_is_answered_with_204_and_the_date(wire, page):
    wire.send(wire.request("one"))
    assert wire.answers() == [204]
    assert b"\r\ndate: " in wire.head
    assert b"\r\ncache-control: no-store\r\n" in wire.head
    assert b"content-length" not in wire.head
    assert page.did == ["one"]


@pytest.mark.parametrize("logged_in", [False, True])
def test_what_is_hot_goes_past_asgi(v, page, serve, monkeypatch, logged_in):
    messages: list[str] = []
    serve_asgi = via.V.__call__

    async def watched(self, scope, receive, send):
        async def sent(message):
            messages.append(f"{message['type']} for {scope['path']}")
            await send(message)

        await serve_asgi(self, scope, receive, sent if scope["type"] == "http" else send)

    monkeypatch.setattr(via.V, "__call__", watched)
    v.page("/", page)
    someone = Visitor(serve(v).url)
    someone.visit()
    if logged_in:
        someone.act(SESSION, s1="Ada")
        someone.visit()
    assert ("session" in someone.http.cookies) == logged_in
    wire = Wire(someone)
    with someone.listen() as stream:
        messages.clear()
        wire.send(wire.request("", SHOW))
        assert wire.answers() == [204]
        stream.wait_for("shown")
        assert messages == []
    assert page.tasks == [None]
    wire.socket.close()
    someone.http.close()


def test_requests_may_come_together_or_in_pieces(wire, page):
    one, two, three = (wire.request(text) for text in ("one", "two", "three"))
    wire.send(one + two + three[:40])
    assert wire.answers(2) == [204, 204]
    wire.send(three[40:])
    assert wire.answers() == [204]
    wire.send(*(bytes([byte]) for byte in wire.request("four")))
    assert wire.answers() == [204]
    head, body = wire.request("five").split(b"\r\n\r\n")
    wire.send(head + b"\r\n\r\n", body[:7], body[7:] + one)
    assert wire.answers(2) == [204, 204]
    assert page.did == ["one", "two", "three", "four", "five", "one"]


def test_what_comes_right_behind_an_action_is_answered_after_it(wire, page):
    for _ in range(20):
        wire.send(wire.request("one"))
        wire.send(b"GET /_action/a1 HTTP/1.1\r\nHost: test\r\n\r\n")
    assert wire.answers(40) == [204, 405] * 20
    assert page.did == ["one"] * 20


def test_a_client_that_sends_nothing_more_still_has_its_answer(v, page, serve):
    v.page("/", page)
    someone = Visitor(serve(v).url)
    someone.visit()
    for _ in range(20):
        wire = Wire(someone)
        wire.send(wire.request("one"))
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.answers() == [204]
        assert wire.is_closed()
        wire.socket.close()
    someone.http.close()


def test_a_body_may_be_chunked_and_waited_for(wire, page):
    wire.send(wire.request("one", PLAIN, "Transfer-Encoding: chunked"))
    assert wire.answers() == [204]
    head, body = wire.request("two", PLAIN, "Expect: 100-continue").split(b"\r\n\r\n")
    wire.send(head + b"\r\n\r\n")
    assert wire.answers() == [100]
    wire.send(body)
    assert wire.answers() == [204]
    assert page.did == ["one", "two"]


def test_what_follows_an_action_that_waits_is_answered_after_it(wire, page):
    wire.send(wire.request("slow", SLOW) + wire.request("next"))
    wait_until(lambda: page.did == ["begun"], "the action to begin")
    page.go_on.set()
    assert wire.answers(2) == [204, 204]
    assert page.did == ["begun", "slow", "next"]


def test_an_action_runs_to_its_end_though_the_browser_is_gone(wire, page, visitor):
    wire.send(wire.request("slow", SLOW))
    wait_until(lambda: page.did == ["begun"], "the action to begin")
    wire.socket.close()
    page.go_on.set()
    wait_until(lambda: page.did == ["begun", "slow"], "the action to end")
    assert visitor.act(PLAIN).status_code == 204


def test_the_connection_ends_where_the_client_says_so(wire, visitor, page):
    wire.send(wire.request("one", PLAIN, "Connection: close"))
    assert wire.answers() == [204]
    assert b"connection: close" in wire.head
    assert wire.is_closed()
    old = Wire(visitor)
    old.send(old.request("two").replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    assert old.answers() == [204]
    assert old.is_closed()
    old.socket.close()
    assert page.did == ["one", "two"]


def test_errors_are_answered_and_the_connection_goes_on(wire, page, caplog):
    wire.send(wire.request("one", BAD))
    assert wire.answers() == [500]
    assert "meant to fail" in caplog.text
    assert "test_protocol.py" in caplog.text
    wire.send(wire.request("one", "a99"))
    assert wire.answers() == [404]
    head = "POST /_action/a1 HTTP/1.1\r\nHost: test\r\nDatastar-Request: true\r\n"
    wire.send(f"{head}Content-Length: 3\r\n\r\n{{,}}".encode())
    assert wire.answers() == [400]
    csrf, wire.signals["via_csrf"] = wire.signals["via_csrf"], "wrong"
    wire.send(wire.request("one"))
    assert wire.answers() == [403]
    wire.signals["via_csrf"] = csrf
    wire.send(wire.request("one").replace(b"POST", b"GET", 1))
    assert wire.answers() == [405]
    wire.send(wire.request("one").replace(b"/a1 ", b"/a1?more ", 1))
    assert wire.answers() == [204]
    wire.send(wire.request("two"))
    assert wire.answers() == [204]
    assert page.did == ["one", "two"]


def test_what_is_not_http_is_refused(wire):
    wire.send(wire.request("one"))
    assert wire.answers() == [204]
    wire.send(b"what is this?\r\n\r\n")
    assert wire.answers() == [400]
    assert wire.is_closed()


def test_two_lengths_are_refused(wire, page):
    wire.send(wire.request("one", PLAIN, "Content-Length: 5"))
    assert wire.answers() == [400]
    assert page.did == []


def test_a_body_that_is_too_long_is_refused(wire, page):
    size = 2 * 1024 * 1024
    wire.send(f"POST /_action/a1 HTTP/1.1\r\nHost: test\r\nContent-Length: {size}\r\n\r\n".encode())
    wire.send(b'{"a":"' + b"x" * (1024 * 1024))
    assert wire.answers() == [413]
    assert page.did == []


def test_what_a_handler_sets_in_its_context_is_gone_for_the_next(wire, page):
    for _ in range(2):
        wire.send(wire.request("", CONTEXT))
        assert wire.answers() == [204]
    assert page.did == ["nothing", "nothing"]


def test_a_session_that_begins_in_an_action_has_its_cookie_in_the_answer(visitor):
    answer = visitor.act(SESSION)
    assert answer.status_code == 200
    assert "set-cookie" in answer.headers
    assert visitor.act(PLAIN).status_code == 204


def test_an_idle_connection_is_closed_in_time(v, page, serve):
    v.page("/", page)
    server = serve(v)
    someone = Visitor(server.url)
    someone.visit()
    server.config.timeout_keep_alive = 1
    wire = Wire(someone)
    for text in ("one", "two"):
        wire.send(wire.request(text))
        assert wire.answers() == [204]
    assert wire.is_closed()
    wire.socket.close()
    someone.http.close()


def test_a_request_right_behind_an_action_does_not_count_as_idle_time(v, page, serve):
    v.page("/", page)
    server = serve(v)
    someone = Visitor(server.url)
    someone.visit()
    server.config.timeout_keep_alive = 0
    wire = Wire(someone)
    wire.send(wire.request("one") + wire.request("two") + wire.request("slow", SLOW))
    wait_until(lambda: page.did == ["one", "two", "begun"], "the last action to begin")
    page.go_on.set()
    assert wire.answers(3) == [204, 204, 204]
    assert wire.is_closed()
    wire.socket.close()
    someone.http.close()


def test_a_closed_app_refuses(v, wire, caplog):
    caplog.set_level(logging.CRITICAL)
    v.shutdown()
    wire.send(wire.request("one"))
    assert wire.answers() == [503]


def test_a_body_that_ends_early_leaves_no_traceback(v, page, serve, caplog):
    read = threading.Event()

    async def upload(request):
        try:
            await request.body()
        finally:
            read.set()

    v.http_serve_mux().add_route("/upload", upload, methods=["POST"])
    server = serve(v)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
    assert read.wait(20)
    server.stop()
    assert not [record for record in caplog.records if record.exc_info]
