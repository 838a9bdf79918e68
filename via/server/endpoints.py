"""What the browser's client calls: the stream, the actions and the farewell."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl, unquote

import msgspec

from .._core.tasks.handlers import Finished, MailboxClosed
from ..errors import ViaError
from ..live.services import Runtime
from ..live.tab import Busy, Tab
from ..live.tab_access import Headers, is_visitor, is_visitor_now, visitor_session
from ..page.error_log import log_fault
from ..page.mounted_page import Visit
from ..sessions import Session
from ..sessions.tokens import is_token
from .compression import choose
from .responses import DONE, Answer
from .sse_stream import WRITER, Receive, Send, Stream

if TYPE_CHECKING:
    from ..page.actions import Action

T = TypeVar("T")

MAX_BODY: Final = 1024 * 1024
"""Bytes of signals that one request may carry."""

Scope = MutableMapping[str, Any]
Reopen = Callable[[str, Visit, Session], Awaitable[Tab | None]]
"""Opens the page at a path anew, for a tab whose context is gone."""

_POSTED: Final = frozenset({"/_navigate", "/_session/ready", "/_session/close"})
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
        if self._runtime.closing:
            await Answer(503, b"the server is shutting down\n").send(send)
            return True
        if path == "/_sse":
            tab = await self._guard(scope["method"], path, self._streaming_tab(scope))
            if isinstance(tab, Tab):
                await self._stream(tab, scope, receive, send)
                return True
            answer = tab
        elif path.startswith("/_action/") or path in _POSTED:
            posted = self._post(path, scope, receive)
            answer = await self._guard(scope["method"], path, posted)
        else:
            return False
        await answer.send(send)
        return True

    def act(self, id: str, headers: Headers, body: bytes) -> Answer | Coroutine[Any, Any, Answer]:
        """Run an action; returns a coroutine of the answer where something has to wait for it."""
        try:
            signals = _signals(body)
            tab = self._known(signals)
            if is_visitor_now(self._runtime.sessions, tab, headers):
                answer = self._run(id, tab, signals)
            else:
                answer = self._check_and_run(id, tab, headers, signals)
        except Refused as refused:
            return self._refusal("POST", f"/_action/{id}", refused)
        if isinstance(answer, Answer):
            return answer
        return self._guard("POST", f"/_action/{id}", answer)

    # Actions

    async def _check_and_run(
        self, id: str, tab: Tab, headers: Headers, signals: dict[str, Any]
    ) -> Answer:
        await self._check(tab, headers)
        return await _settled(self._run(id, tab, signals))

    def _run(
        self, id: str, tab: Tab, signals: dict[str, Any]
    ) -> Answer | Coroutine[Any, Any, Answer]:
        page = tab.page
        action = page.actions.get(id)
        if action is None:
            raise Refused(404, f"page {tab.visit.url} has no action {id[:40]!r}")
        if not action.allows(tab.bucket):
            raise Refused(
                429, f"page {tab.visit.url}: the action {action.name()} is called too often"
            )

        def job() -> Any:
            if page.closed:
                raise MailboxClosed("the page was left")
            tab.receive(signals)
            return action.run()

        try:
            outcome = tab.begin(job)
        except Exception as error:
            return self._failed(tab, action, error)
        if isinstance(outcome, Finished):
            return self._done(tab)
        return self._finish(tab, action, outcome)

    async def _finish(self, tab: Tab, action: Action, outcome: asyncio.Future[Any]) -> Answer:
        try:
            await outcome
        except Exception as error:
            return self._failed(tab, action, error)
        return await _settled(self._done(tab))

    def _failed(self, tab: Tab, action: Action, error: Exception) -> Answer:
        if isinstance(error, Busy):
            raise Refused(429, str(error)) from None
        if isinstance(error, MailboxClosed):
            raise Refused(410, "the page has ended") from None
        what = f"page {tab.visit.url}: the action {action.name()}"
        log_fault(self._runtime.logger, what, error)
        tab.ask_for_request()
        return Answer(500, b"the action failed; the server's log says why\n")

    def _done(self, tab: Tab) -> Answer | Coroutine[Any, Any, Answer]:
        """Answer a request that succeeded; with the session's cookie, if that changed."""
        session = tab.handover.session
        if session.unsaved:
            return self._save(tab)
        if not session.cookie_due:
            return DONE
        cookie = tab.handover.answer()
        if cookie is None:
            return DONE
        header, events = cookie
        return Answer(200, events, b"text/event-stream", header)

    async def _save(self, tab: Tab) -> Answer:
        try:
            await tab.save_session()
        except ViaError as error:
            tab.log("saving the session", error)
            tab.ask_for_request()
            return Answer(500, b"the session could not be saved; the log says why\n")
        return await _settled(self._done(tab))

    # Streams

    async def _streaming_tab(self, scope: Scope) -> Tab:
        """The tab that asks for its stream."""
        _require(scope, "GET")
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        signals = _signals(query.get("datastar", "").encode())
        tab = self._find(signals)
        if tab is None or not await is_visitor(self._runtime.sessions, tab, scope["headers"]):
            return await self._revive(scope, signals)
        tab.receive(signals)
        if tab.streamed:
            tab.refresh()
        return tab

    async def _stream(self, tab: Tab, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = next((v for k, v in scope["headers"] if k == b"accept-encoding"), b"")
        stream = Stream(
            self._runtime.loop,
            tab,
            choose(accepted.decode("latin-1")),
            scope.get("extensions", {}).pop(WRITER, None),  # which refers to the scope
        )
        cookie = tab.open_stream(stream)
        try:
            await stream.serve(receive, send, scope.get("http_version", "1.1"), cookie)
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

    # The other requests

    async def _post(self, path: str, scope: Scope, receive: Receive) -> Answer:
        _require(scope, "POST")
        body = await _body(receive)
        headers = scope["headers"]
        if path.startswith("/_action/"):
            return await _settled(self.act(path[9:], headers, body))
        signals = _signals(body)
        if path == "/_session/close":
            tab = self._find(signals)
            if tab is not None:
                tab.dispose()
            return DONE
        tab = self._known(signals)
        await self._check(tab, headers)
        if path == "/_navigate":
            return self._navigate(tab, signals)
        if not tab.handover.session.cookie_due:
            tab.cookie_confirmed()
        return await _settled(self._done(tab))

    def _navigate(self, tab: Tab, signals: Mapping[str, Any]) -> Answer:
        url = signals.get("via_url")
        if not isinstance(url, str) or not _LOCATION.fullmatch(url.encode()):
            raise Refused(400, "via_url is no path of this app")
        try:
            tab.navigate(tab.page, url, signals.get("via_popstate") is True)
        except Busy as error:
            raise Refused(429, str(error)) from None
        return DONE

    async def _guard(self, method: str, path: str, answer: Awaitable[T]) -> T | Answer:
        """The answer, also where it is that the request is at fault."""
        try:
            return await answer
        except Refused as refused:
            return self._refusal(method, path, refused)

    def _refusal(self, method: str, path: str, refused: Refused) -> Answer:
        self._runtime.logger.warning(
            "refused %s %s with %d: %s", method, path, refused.status, refused
        )
        return Answer(refused.status, f"{refused}\n".encode())

    def _find(self, signals: Mapping[str, Any]) -> Tab | None:
        try:
            return self._runtime.find_tab(signals.get("via_ctx"), signals.get("via_csrf"))
        except PermissionError as error:
            raise Refused(403, str(error)) from None

    def _known(self, signals: Mapping[str, Any]) -> Tab:
        tab = self._find(signals)
        if tab is None:
            raise Refused(404, "the page is not known here; its stream brings it back")
        return tab

    async def _check(self, tab: Tab, headers: Headers) -> None:
        if not await is_visitor(self._runtime.sessions, tab, headers):
            raise Refused(403, "the page belongs to another session; reload it")


async def _settled(answer: Answer | Coroutine[Any, Any, Answer]) -> Answer:
    return answer if isinstance(answer, Answer) else await answer


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
