"""What is fuzzed: each target takes bytes that a stranger may send, and raises where it fails."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from typing import Any

import msgspec
import uvicorn
from support.core_variants import core_module

from via.errors import PubSubError, SessionError
from via.live.browser import browser_cookie, is_from
from via.live.request_error import RequestError
from via.options import Limits
from via.page.signals import Signal, UnexpectedValue, receive_values
from via.pubsub.subjects import check_pattern, check_subject, matches, overlap, subject_token
from via.server.app_connection import AppConnection
from via.server.proxies import TrustedProxies
from via.server.request_origin import RequestOrigin
from via.server.signal_body import parse_signals
from via.server.uvicorn_protocol import Heads, Protocol
from via.server.write_batch import WriteBatch
from via.sessions.codec import UnreadableValue, decode_session, decode_value, encode_session
from via.sessions.cookie import Cookie
from via.sessions.endings import _sessions, is_mark, renewed_as
from via.sessions.store import StoredSession

COMPILED, PURE = (core_module("http.requests", variant) for variant in ("c", "py"))
LIMITS = Limits(
    request_line=500, header_bytes=1000, header_count=10, body_bytes=2000, signal_bytes=500
)


def action_requests(data: bytes) -> None:
    """Both readers of actions' requests find the same, and what they find is in the request."""
    found = COMPILED.read_action(data)
    assert found == PURE.read_action(data)
    assert COMPILED.read_page(data, 20) == PURE.read_page(data, 20)
    if found is not None:
        id, headers, body = found
        assert re.fullmatch("[A-Za-z0-9]{1,64}", id)
        assert data.endswith(b"\r\n\r\n" + body)
        for name, value in headers:
            assert name.islower()
            assert value in data
            assert not re.search(rb"[\r\n\0]", value)


class _Transport(asyncio.Transport):
    """A client's connection that only notes what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed, "written to a connection that is closed"
        if data:
            self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def _app(scope: Any, receive: Any, send: Any) -> None:
    assert len(scope["raw_path"]) + len(scope["query_string"]) <= LIMITS.request_line
    assert len(scope["headers"]) <= LIMITS.header_count
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def request_heads(data: bytes) -> None:
    """A connection takes any bytes, in any pieces, without an error of its own."""
    asyncio.run(_connection(data))


async def _connection(data: bytes) -> None:
    config = uvicorn.Config(_app, log_config=None, access_log=False, ws="none", lifespan="off")
    config.load()
    state = uvicorn.server.ServerState()
    refused: list[int] = []
    connection = AppConnection(
        lambda *_: None, lambda *_: None, lambda status, reason: refused.append(status)
    )
    protocol = Protocol(
        lambda address: connection,
        LIMITS,
        Heads(),
        WriteBatch(),
        config=config,
        server_state=state,
        app_state={},
    )
    loop = asyncio.get_running_loop()
    errors: list[Any] = []
    loop.set_exception_handler(lambda _, context: errors.append(context))
    transport = _Transport()
    protocol.connection_made(transport)
    size = data[0] % 50 + 1 if data else 1
    for at in range(1, len(data), size):
        if transport.closed:
            break
        protocol.data_received(data[at : at + size])
        await asyncio.sleep(0)
    for _ in range(3):
        await asyncio.sleep(0)
    for part in transport.written:
        assert part.startswith(b"HTTP/1.1 "), part
    assert len(transport.written) <= data.count(b"\n") + 1
    assert set(refused) <= {400, 414, 431}
    protocol.connection_lost(None)
    for task in list(state.tasks):
        task.cancel()
    await asyncio.sleep(0)
    protocol._unset_keepalive_if_required()
    assert not errors, errors


def signal_bodies(data: bytes) -> None:
    """Signals are within their bounds and of their types, or refused whole."""
    changed: dict[str, Signal] = {}
    values = {"a": "text", "b": 1, "c": True, "d": [], "e": {}}
    signals = {name: Signal(name, value, changed) for name, value in values.items()}
    try:
        parsed = parse_signals(data, LIMITS)
        receive_values(signals, parsed)
    except (RequestError, UnexpectedValue) as refusal:
        error = str(refusal)
    else:
        error = ""
    if error:
        assert len(error) < 400
        assert {name: signal.value for name, signal in signals.items()} == values
        return
    assert len(data) <= LIMITS.body_bytes
    for name, signal in signals.items():
        kinds = {"b": (int, float, str)}.get(name, (type(values[name]),))
        assert type(signal.value) in kinds
        msgspec.json.encode(signal.value)


def cookies(data: bytes) -> None:
    """The names and tokens that are found have their form, whatever stands around them."""
    header = data.decode("latin-1")
    token = Cookie().read(header)
    assert token == "" or re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    for is_https in (False, True):
        cookie, is_new = browser_cookie(header, is_https)
        assert re.fullmatch(r"(__Host-)?via=[A-Za-z0-9_-]{22}", cookie)
        assert is_from(header, cookie) is not is_new


def sessions(data: bytes) -> None:
    """What lies in a store is a session, a mark or damaged."""
    stored = StoredSession(data, 0.0, 1)
    assert isinstance(is_mark(data), bool)
    assert isinstance(renewed_as(stored), str)
    assert isinstance(_sessions(stored), dict)
    try:
        deadline, values = decode_session(data)
    except SessionError:
        return
    again = decode_session(encode_session(deadline, values))
    assert [*again[1]] == [*values]
    for value in values.values():
        with contextlib.suppress(UnreadableValue):
            decode_value(value)


def subjects(data: bytes) -> None:
    """What passes as a subject is one; tokens always do."""
    text = data.decode(errors="surrogateescape")
    subject = pattern = ""
    with contextlib.suppress(PubSubError):
        subject = check_subject(text)
    try:
        pattern = check_pattern(text)
    except PubSubError:
        assert not subject
    if subject:
        assert not subject.startswith(("$", "_INBOX"))
        assert matches(subject, subject)
    if pattern:
        assert overlap(pattern, pattern)
        assert not re.search(r"[\s\0]", pattern)
    try:
        token = subject_token(text)
    except PubSubError:
        assert len(text) > 20
    else:
        assert check_subject(f"a.{token}.b").split(".") == ["a", token, "b"]


def origins(data: bytes) -> None:
    """A request is of this app, or refused; a proxy's word is an address, a host, a path."""
    lines = [line.partition(b": ") for line in data.split(b"\n")]
    headers = [(name.lower(), value) for name, _, value in lines]
    for hosts in (None, ["example.com", "*.example.org"]):
        try:
            RequestOrigin((), hosts).check(headers)
            status = 200
        except RequestError as error:
            status = error.status
        assert status in (200, 400, 403, 421)
        if status == 200:
            assert len([1 for name, _ in headers if name == b"host"]) == 1
    scope: dict[str, Any] = {
        "client": ("10.0.0.1", 1),
        "headers": headers,
        "path": "/",
        "scheme": "http",
    }
    TrustedProxies(["10.0.0.0/8"]).apply(scope)
    assert scope["scheme"] in ("http", "https")
    assert re.fullmatch(r"[0-9a-fA-F:.%\w]+", scope["client"][0])
    assert scope["path"] == scope.get("root_path", "") + "/"
    assert "//" not in scope["path"]


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        action_requests,
        request_heads,
        signal_bodies,
        cookies,
        sessions,
        subjects,
        origins,
    )
}

SEEDS: dict[str, list[bytes]] = {
    "action_requests": [
        b"POST /_action/a1 HTTP/1.1\r\nHost: x\r\nCookie: via=1\r\nDatastar-Request: true\r\n"
        b"Content-Length: 2\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n{}",
        b"POST /_action/a1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: keep-alive\r\n\r\n",
    ],
    "request_heads": [
        b"\x31GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /a?b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x05POST /_action/a1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
        b"\x20POST /_sse HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
        b"A: b\r\n\r\n",
        b"\x01GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
        b"Expect: 100-continue\r\n\r\n",
    ],
    "signal_bodies": [
        b'{"a":"x","b":1.5,"c":false,"d":[[1],{"x":null}],"e":{"y":[]},"via_ctx":"z"}',
        b'{"a":"\\ud83d\\ude00\\u0000","b":-1e400,"b":12345678901234567890}',
    ],
    "cookies": [
        b"session=" + b"a" * 43 + b"; via=" + b"b" * 22 + b'; __Host-via="' + b"c" * 22 + b'"',
    ],
    "sessions": [
        encode_session(1.5, {"name": msgspec.Raw(b"\xa3ada"), "big": msgspec.Raw(b"\xd4\x01\x7f")}),
        b"via renewed " + b"0" * 64,
        b"via user " + msgspec.msgpack.encode({"a": 1.0}),
    ],
    "subjects": [b"room.lobby", b"a.*.>", b"$SYS.a", b"_INBOX.b", "caf\u00e9.\u20ac".encode()],
    "origins": [
        b"Host: example.com\nDatastar-Request: true\nOrigin: https://example.com\n"
        b"Sec-Fetch-Site: same-origin\nX-Forwarded-For: 192.0.2.1, 10.0.0.2\n"
        b"X-Forwarded-Proto: https\nX-Forwarded-Host: a.example.org:8080\nX-Forwarded-Prefix: /app",
    ],
}

logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
