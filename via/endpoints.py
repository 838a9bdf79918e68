"""What the browser's client calls: the stream, the actions and the farewell."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import msgspec

from .errors import ViaError
from .faults import log_fault
from .mailbox import MailboxClosed
from .runtime import Runtime
from .sessions import Session
from .stream import Receive, Send, Stream
from .tab import Busy, Tab, Visit
from .tokens import is_token
from .visitors import is_visitor, visitor_session

MAX_BODY: Final = 1024 * 1024
"""Bytes of signals that one request may carry."""

Scope = MutableMapping[str, Any]
Reopen = Callable[[str, Visit, Session], Awaitable[Tab | None]]
"""Opens the page at a path anew, for a tab whose context is gone."""

_LOCATION: Final = re.compile(rb"/(?!/)[\x21-\x7e]*")


class Refused(Exception):
    """The request is at fault: an HTTP status from 400 to 499 and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Endpoints:
    """Answers the requests of via's own paths."""

    def __init__(self, runtime: Runtime, reopen: Reopen) -> None:
        self._runtime = runtime
        self._reopen = reopen

    async def __call__(self, path: str, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer the request if the path is one of these; False if it is not."""
        try:
            if self._runtime.closing:
                await respond(send, 503, b"the server is shutting down\n")
            elif path.startswith("/_action/"):
                _require(scope, "POST")
                await self._action(path[9:], scope, receive, send)
            elif path == "/_navigate":
                _require(scope, "POST")
                await self._navigate(scope, receive, send)
            elif path == "/_sse":
                _require(scope, "GET")
                await self._sse(scope, receive, send)
            elif path == "/_session/ready":
                _require(scope, "POST")
                await self._ready(scope, receive, send)
            elif path == "/_session/close":
                _require(scope, "POST")
                await self._close(receive, send)
            else:
                return False
        except Refused as refused:
            self._runtime.logger.warning(
                "refused %s %s with %d: %s", scope["method"], path, refused.status, refused
            )
            await respond(send, refused.status, f"{refused}\n".encode())
        return True

    async def _action(self, id: str, scope: Scope, receive: Receive, send: Send) -> None:
        signals = _signals(await _body(receive))
        tab = await self._tab(scope, signals)
        action = tab.actions.get(id)
        if action is None:
            raise Refused(404, f"page {tab.visit.url} has no action {id[:40]!r}")

        if not action.allows(tab.bucket):
            raise Refused(
                429, f"page {tab.visit.url}: the action {action.name()} is called too often"
            )

        def job() -> Any:
            tab.receive(signals)
            return action.run()

        try:
            await tab.run(job)
        except Busy as busy:
            raise Refused(429, str(busy)) from None
        except MailboxClosed:
            raise Refused(410, "the page has ended") from None
        except Exception as error:
            what = f"page {tab.visit.url}: the action {action.name()}"
            log_fault(self._runtime.logger, what, error)
            tab.ask_for_request()
            await respond(send, 500, b"the action failed; the server's log says why\n")
        else:
            await self._done(tab, send)

    async def _sse(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        signals = _signals(query.get("datastar", "").encode())
        tab = self._find(signals)
        if tab is None or not await is_visitor(self._runtime.sessions, tab, scope["headers"]):
            tab = await self._revive(scope, signals)
        else:
            tab.receive(signals)
            if tab.streamed:
                tab.refresh()
        stream = Stream(self._runtime.loop)
        cookie = tab.open_stream(stream)
        try:
            accepted = next((v for k, v in scope["headers"] if k == b"accept-encoding"), b"")
            await stream.serve(
                tab,
                receive,
                send,
                scope.get("http_version", "1.1"),
                accepted.decode("latin-1"),
                cookie,
            )
        finally:
            tab.stream_ended(stream)

    async def _revive(self, scope: Scope, signals: Mapping[str, Any]) -> Tab:
        """Build the page of a forgotten tab anew, where the browser says it is."""
        headers = dict(scope["headers"])
        location, nonce = headers.get(b"via-location", b""), headers.get(b"via-nonce", b"")
        # A header of its own cannot be sent from another origin.
        if not _LOCATION.fullmatch(location) or not is_token(nonce.decode("latin-1")):
            raise Refused(404, "the page is not known here; reload it")
        path, _, _ = location.decode("ascii").partition("?")
        root = scope.get("root_path", "")
        visit = Visit(url=unquote(path).removeprefix(root), root_path=root, nonce=nonce.decode())
        session = await visitor_session(self._runtime.sessions, scope["headers"])
        tab = await self._reopen(visit.url, visit, session)
        if tab is None:
            raise Refused(404, f"there is no page at {path[:200]!r}")
        tab.adopt(signals)
        return tab

    async def _navigate(self, scope: Scope, receive: Receive, send: Send) -> None:
        signals = _signals(await _body(receive))
        tab = await self._tab(scope, signals)
        url = signals.get("via_url")
        if not isinstance(url, str) or not _LOCATION.fullmatch(url.encode()):
            raise Refused(400, "via_url is no path of this app")
        tab.navigate(url, signals.get("via_popstate") is True)
        await respond(send, 204)

    async def _ready(self, scope: Scope, receive: Receive, send: Send) -> None:
        tab = await self._tab(scope, _signals(await _body(receive)))
        if not tab.handover.session.cookie_due:
            tab.cookie_confirmed()
        await self._done(tab, send)

    async def _done(self, tab: Tab, send: Send) -> None:
        """Answer a request that succeeded; with the session's cookie, if that changed."""
        try:
            await tab.save_session()
        except ViaError as error:
            tab.log("saving the session", error)
            tab.ask_for_request()
            await respond(send, 500, b"the session could not be saved; the log says why\n")
            return
        answer = tab.handover.answer()
        if answer is None:
            await respond(send, 204)
        else:
            cookie, events = answer
            await respond(send, 200, events, b"text/event-stream", cookie)

    async def _close(self, receive: Receive, send: Send) -> None:
        tab = self._find(_signals(await _body(receive)))
        if tab is not None:
            tab.dispose()
        await respond(send, 204)

    def _find(self, signals: Mapping[str, Any]) -> Tab | None:
        try:
            return self._runtime.find_tab(signals.get("via_ctx"), signals.get("via_csrf"))
        except PermissionError as error:
            raise Refused(403, str(error)) from None

    async def _tab(self, scope: Scope, signals: Mapping[str, Any]) -> Tab:
        tab = self._find(signals)
        if tab is None:
            raise Refused(404, "the page is not known here; its stream brings it back")
        if not await is_visitor(self._runtime.sessions, tab, scope["headers"]):
            raise Refused(403, "the page belongs to another session; reload it")
        return tab


def _require(scope: Scope, method: str) -> None:
    if scope["method"] != method:
        raise Refused(405, f"only {method} is answered here")


def _signals(body: bytes) -> dict[str, Any]:
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, f"the signals are no JSON object: {error}") from None


_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the request ended early")
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise Refused(413, f"the signals take more than {MAX_BODY} bytes")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def respond(
    send: Send,
    status: int,
    body: bytes = b"",
    content_type: bytes = b"text/plain; charset=utf-8",
    cookie: str | None = None,
) -> None:
    """Send a short whole response."""
    headers = [(b"cache-control", b"no-store")]
    if body:
        headers += [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    if cookie is not None:
        headers.append((b"set-cookie", cookie.encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
