"""What a request may be, in the server that `V.start` runs: its head, its times, its connection."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from support.server import Server, wait_until

import via
from via import h

LIMITS = via.Limits(
    request_line=1000,
    header_bytes=2000,
    header_count=20,
    head_timeout=0.3,
    body_timeout=0.3,
    idle_timeout=0.3,
)
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def server(v: via.V, serve: Callable[..., Server]) -> Server:
    v.config(via.Options(limits=LIMITS))
    v.page("/", lambda c: c.view(lambda: h.P("here")))
    return serve(v)


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        yield client


def rest(client: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    parts = []
    with suppress(ConnectionResetError):
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def sent(server: Server, *parts: bytes) -> bytes:
    with connected(server) as client:
        with suppress(ConnectionResetError, BrokenPipeError):
            for part in parts:
                client.sendall(part)
        return rest(client)


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d+) ", answer)
    assert found is not None, answer
    return int(found[1])


HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("request_head", "expected"),
    [
        (b"GET /" + b"a" * 1000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /?" + b"a" * 1000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (HEAD + b"A: " + b"a" * 2000 + b"\r\n\r\n", 431),
        (HEAD + b"A" * 2000 + b": a\r\n\r\n", 431),
        (HEAD + b"A: a\r\n" * 20 + b"\r\n", 431),
        (HEAD + (b"A: " + b"a" * 200 + b"\r\n") * 11 + b"\r\n", 431),
        (
            b"POST /_sse HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
            + b"A: a\r\n" * 20
            + b"\r\n",
            431,
        ),
    ],
    ids=["path", "query", "value", "name", "count", "sum", "trailers"],
)
def test_a_head_beyond_the_limits_is_refused(server, caplog, request_head, expected):
    assert status(sent(server, request_head)) == expected
    lines = [r.getMessage() for r in caplog.records if r.getMessage().startswith("refused")]
    [line] = [line for line in lines if f"from 127.0.0.1 with {expected}" in line]
    assert not [r for r in caplog.records if r.name.startswith("uvicorn")]
    assert len(line) < 300


def test_a_head_within_the_limits_is_served(server):
    head = b"GET /?" + b"a" * 990 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    assert status(sent(server, head + b"A: a\r\n" * 18 + b"\r\n")) == 200


def test_an_endless_address_is_refused_while_it_comes(server):
    assert status(sent(server, b"GET /", *[b"a" * 900] * 50)) in (414, 431)


def test_an_endless_header_is_refused_while_it_comes(server):
    assert status(sent(server, HEAD + b"A: ", *[b"a" * 900] * 50)) == 431


def test_an_endless_name_of_a_header_is_refused_while_it_comes(server):
    assert status(sent(server, HEAD, *[b"a" * 900] * 50)) == 431


@pytest.mark.parametrize("begun", [b"GET", HEAD, HEAD + b"A: a"])
def test_a_head_that_does_not_come_to_its_end_gets_408(server, begun):
    assert status(sent(server, begun)) == 408


def test_a_head_that_trickles_in_gets_408(server):
    with connected(server) as client:
        begun = time.monotonic()
        with suppress(ConnectionResetError, BrokenPipeError):
            for byte in HEAD + b"A: " + b"a" * 1000:
                client.sendall(bytes([byte]))
                time.sleep(0.02)
                if time.monotonic() - begun > 10:
                    break
        assert time.monotonic() - begun < 10
        assert status(rest(client)) == 408


@pytest.mark.parametrize("path", [b"/_sse", b"/_action/a1", b"/_session/close", b"/_navigate"])
def test_a_body_that_does_not_come_gets_408(server, path):
    head = b"POST %b HTTP/1.1\r\nHost: x\r\nDatastar-Request: true\r\n" % path
    assert status(sent(server, head + b"Content-Length: 10\r\n\r\n{")) == 408


def test_a_body_that_nobody_reads_any_more_ends_its_connection(server):
    # The page is answered at once; its request goes on.
    answer = sent(server, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"a")
    assert status(answer) == 200


def test_a_silent_connection_is_closed(server):
    assert sent(server) == b""


def test_an_idle_connection_is_closed(server):
    answer = sent(server, GET)
    assert status(answer) == 200
    assert answer.endswith(b"</html>") or b"</html>" in answer


def test_a_connection_that_is_used_stays(server):
    with connected(server) as client:
        begun = time.monotonic()
        while time.monotonic() - begun < 1:
            client.sendall(GET)
            answer = b""
            while b"</html>" not in answer:
                answer += client.recv(65536)
            time.sleep(0.05)


def test_there_are_no_more_connections_than_may_be(v, serve):
    v.config(via.Options(limits=via.Limits(connections=3)))
    v.page("/", lambda c: c.view(lambda: h.P("here")))
    server = serve(v)
    with connected(server) as one, connected(server) as two, connected(server) as three:
        for client in (one, two, three):
            client.sendall(GET)
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        answer = sent(server)
        assert status(answer) == 503
        assert b"Retry-After: 1\r\n" in answer
        three.close()
        wait_until(lambda: len(connections(server)) < 3, "a place")
        assert (
            status(sent(server, GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))) == 200
        )


def connections(server: Server) -> set:
    assert server._server is not None
    return server._server.server_state.connections


def test_the_limits_are_checked():
    for wrong in ({"tabs": 0}, {"tabs": 1.5}, {"tabs": True}, {"head_timeout": -1}):
        with pytest.raises(via.ConfigError, match=f"Limits.{next(iter(wrong))} must be a positive"):
            via.Limits(**wrong)
    with pytest.raises(via.ConfigError, match=r"Options\.limits must be a via\.Limits"):
        via.Options(limits=10)
