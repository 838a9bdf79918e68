"""What the browser's client calls: the stream, actions, navigation and the closing of a tab."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from .._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ..errors import SessionError
from ..live.browser import Browser, Headers, takes_cookies
from ..live.history_step import HistoryStep
from ..live.request_error import RequestError
from ..live.services import Services
from ..live.tab import Busy, Tab
from ..live.tab_access import Claim, TabAccess, proof_of
from ..live.tab_registry import TabRegistry
from ..page.edits import newest_edit
from ..page.mounted_page import PageRequest
from ..page.rate_limit import take_each
from ..page.signals import UnexpectedValue
from ..sessions.tokens import is_token
from .action_runner import ActionRunner
from .addresses import address_of
from .app_connection import AppConnection, LoadPage
from .asgi import Receive, Scope, Send
from .clients import Client, Clients, too_many
from .compression import choose_for
from .heartbeats import Heartbeats
from .nodes.edge import EdgeResponse
from .nodes.link import NodeGone
from .nodes.nodes import Nodes
from .proxies import TrustedProxies
from .refusals import Refusals
from .reload import RELOAD
from .request_origin import RequestOrigin
from .responses import DONE, ShortResponse
from .signal_body import parse_signals, read_body
from .socket.carrier import CARRIER, Carrier
from .socket.shared_stream import SharedStream
from .socket.sharing import PATH as SHARED_PATH
from .socket.sharing import Sharing
from .socket.socket_stream import SocketStream
from .socket.sockets import Sockets
from .socket.tab_socket import PATH as SOCKET_PATH
from .sse_stream import WRITER, Stream
from .tab_requests import TabElsewhere, TabRequests, unknown_tab

T = TypeVar("T")

RebuildTab = Callable[[PageRequest, Browser], Awaitable[Tab | None]]
"""Builds the page of a tab that is open in the browser already, but not known here."""

_CLOSING: Final = ShortResponse(503, b"the server is shutting down\n", retry_after=1)
_READY: Final = ShortResponse(200, b"ready\n")
_LEAVING: Final = ShortResponse(503, b"no new pages are taken here\n")
_NO_HANDSHAKE: Final = ShortResponse(426, b"a WebSocket is opened here\n")
_COOKIE_DUE: Final = "the browser is to be given a cookie, which a WebSocket cannot do"
_POSTED: Final = frozenset({"/_navigate", "/_session/ready", "/_session/close"})
_ANOTHERS: Final = frozenset({Claim.MOVED, Claim.REFUSED})
_DOCUMENT_SIZE: Final = 64
_LOCATION: Final = re.compile(rb"/(?!/)[\x21-\x7e]*")


class Endpoints:
    """Answers the requests to via's own paths."""

    def __init__(
        self,
        services: Services,
        registry: TabRegistry,
        access: TabAccess,
        rebuild_tab: RebuildTab,
        origin: RequestOrigin,
        clients: Clients,
        proxies: TrustedProxies,
        refusals: Refusals,
        nodes: Nodes | None,
        *,
        compress: bool,
    ) -> None:
        self._services = services
        self._registry = registry
        self._access = access
        self._nodes = nodes
        self._tabs = TabRequests(access, nodes)
        self._actions = ActionRunner(services.limits, access, self._tabs)
        self._rebuild_tab = rebuild_tab
        self._origin = origin
        self._clients = clients
        self._proxies = proxies
        self._refusals = refusals
        self._limits = services.limits
        self._compress = compress
        self._heartbeats = Heartbeats(services.loop)
        self.sockets = Sockets(
            services, self, origin, clients, proxies, refusals, compress=compress
        )
        self.sharing = Sharing(services.node, self.sockets, origin, clients, self._relay_by_id)

    async def __call__(self, path: str, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer the request if the path is one of these; False if it is not."""
        if path == "/_sse":
            await self.stream(scope, receive, send)
        elif path.startswith("/_action/") or path in _POSTED:
            await (await self.post(path, scope, receive)).send(send)
        elif path == SHARED_PATH:
            await self._share(scope, receive, send)
        elif path == "/_ready":
            await (_LEAVING if self._registry.leaving else _READY).send(send)
        elif path == SOCKET_PATH:
            await _NO_HANDSHAKE.send(send)
        elif self._registry.closing:
            await _CLOSING.send(send)
        else:
            return False
        return True

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Serve a tab's stream; or answer why there is none. True if it goes on by itself."""
        opened: tuple[Tab, list[str]] | ShortResponse | EdgeResponse = _CLOSING
        if not self._registry.closing:
            opening = self._open_stream(scope, receive)
            opened = await self._guard(address_of(scope), scope["method"], "/_sse", opening)
        if isinstance(opened, EdgeResponse):
            await self._nodes_here().finish(opened, receive, send)
        elif isinstance(opened, ShortResponse):
            await opened.send(send)
        elif (carrier := (scope.get("extensions") or {}).pop(CARRIER, None)) is not None:
            await self._stream_over(carrier, *opened, scope["headers"], send)
            return True
        else:
            await self._stream(*opened, scope, receive, send)
        return False

    async def post(self, path: str, scope: Scope, receive: Receive) -> ShortResponse:
        """Answer one of the other requests."""
        if self._registry.closing:
            return _CLOSING
        posted = self._post(path, scope, receive)
        return await self._guard(address_of(scope), scope["method"], path, posted)

    def close(self) -> None:
        """End what is open beside the tabs."""
        self.sharing.end()
        if self.sockets.handover is not None:
            self.sockets.handover.close()
            self.sockets.handover = None

    # Actions

    def connect(self, address: str, load_page: LoadPage) -> AppConnection:
        """What the app is to a connection that comes from this address."""
        is_proxy = self._proxies.is_trusted(address)
        return AppConnection(
            partial(self._run_forwarded, address)
            if is_proxy
            else partial(self._run_action, self._clients.find(address)),
            load_page,
            partial(self._refusals.log_unread, address),
            self.sockets,
        )

    def run_action(
        self, client: Client, id: str, headers: Headers, body: bytes, proof: bytes
    ) -> MaybeAwaitable[ShortResponse]:
        """Run an action; a coroutine of the response where something has to wait.

        `proof` is what the headers show, as one that stands for many requests; see `proof_of`.
        """
        response = self._run_action(client, id, headers, body, proof)
        return _CLOSING if response is None else response

    def _run_forwarded(
        self, proxy: str, id: str, headers: Headers, body: bytes
    ) -> MaybeAwaitable[ShortResponse] | None:
        """Run an action whose request came by way of a trusted proxy."""
        client = self._clients.find(self._proxies.client(proxy, headers))
        return self._run_action(client, id, self._proxies.host(proxy, headers), body)

    def _run_action(
        self, client: Client, id: str, headers: Headers, body: bytes, proof: bytes = b""
    ) -> MaybeAwaitable[ShortResponse] | None:
        """Run an action; returns a coroutine of the response where something has to wait.

        None where the request must come the ordinary way, which says that the app is shutting down.
        """
        if self._registry.closing:
            return None
        proof = proof or proof_of(headers)
        try:
            try:
                if client.requests is not None:
                    client.take_request()
                signals = parse_signals(body, self._limits)
                tab = self._tabs.require(signals)
                is_granted = self._access.is_granted_again(tab, proof)
            except RequestError:
                self._origin.check(headers)  # which matters more
                raise
            if not is_granted:
                self._origin.check(headers)
                is_granted = self._access.claim_nowait(tab, headers) is Claim.GRANTED
                if is_granted:
                    self._access.remember(tab, proof)
            response: MaybeAwaitable[ShortResponse]
            if is_granted:
                response = self._actions.run(id, tab, headers, signals)
            else:
                response = self._actions.check_and_run(id, tab, headers, signals)
        except TabElsewhere as elsewhere:
            path, address = f"/_action/{id}", (client.address, 0)
            scope = {"method": "POST", "path": path, "headers": headers, "client": address}
            response = self._relay_short(elsewhere.node, scope, body)
        except RequestError as error:
            return self._refusals.refuse(client.address, "POST", f"/_action/{id}", error)
        if isinstance(response, ShortResponse):
            return response
        return self._guard(client.address, "POST", f"/_action/{id}", response)

    # Streams

    async def _open_stream(
        self, scope: Scope, receive: Receive
    ) -> tuple[Tab, list[str]] | ShortResponse | EdgeResponse:
        """The tab that asks for its stream, and `Set-Cookie` values for its response.

        Where another client than via's comes with a tab that is not known here, it is to load the
        page anew.
        """
        _require_method(scope, "POST")
        headers = scope["headers"]
        self._origin.check(headers)
        self._client(scope).take_request()
        body = await read_body(receive, self._limits)
        signals = parse_signals(body, self._limits)
        is_own_client = self._services.is_own_client
        try:
            try:
                tab = self._tabs.find(signals)
            except TabElsewhere as elsewhere:
                tab = None
                with suppress(NodeGone):  # whose tabs are built anew where they come
                    return await self._relay(elsewhere.node, scope, body)
            claim = Claim.MOVED if tab is None else await self._access.claim(tab, headers)
            is_refused = claim is Claim.REFUSED and b"via-location" not in dict(headers)
            if not is_own_client and (tab is None or claim in _ANOTHERS):
                return RELOAD
            if tab is None or (claim in _ANOTHERS and not is_refused):
                # What it gets is a page of its own.
                return await self._rebuild(scope, signals)
            self._tabs.check_claim(claim)
            document = dict(headers).get(b"via-document", tab.document)
            if tab.document and document[:_DOCUMENT_SIZE] != tab.document:
                return await self._rebuild(scope, signals)
            tab.document = document[:_DOCUMENT_SIZE]
            # Another client sends again what it sent first, and does not say what is new.
            if is_own_client or not tab.has_streamed:
                tab.receive(tab.page, signals)
        except UnexpectedValue as error:
            raise RequestError(400, str(error)) from None
        if tab.has_streamed:
            tab.outgoing.refresh()
        return tab, []

    async def _stream(
        self, tab: Tab, cookies: list[str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        extensions = scope.get("extensions") or {}
        stream = Stream(
            self._services.loop,
            tab.outgoing,
            choose_for(scope["headers"] if self._compress else ()),
            self._heartbeats,
            extensions.pop(WRITER, None),  # which refers to the scope
        )
        cookies += self._begin(tab, stream, scope["headers"])
        try:
            await stream.serve(receive, send, scope.get("http_version", "1.1"), cookies)
        finally:
            tab.stream_ended(stream)

    async def _stream_over(
        self, carrier: Carrier, tab: Tab, cookies: list[str], headers: Headers, send: Send
    ) -> None:
        def ended(error: Exception | None) -> None:
            tab.stream_ended(stream)
            carrier.stream_ended(error)

        loop, writer = self._services.loop, carrier.writer
        stream = SocketStream(loop, tab.outgoing, self._heartbeats, writer, send, ended)
        if not carrier.carry(stream):
            stream.end()
        await stream.begin(cookies + self._begin(tab, stream, headers))

    def _begin(self, tab: Tab, stream: Stream, headers: Headers) -> list[str]:
        """Have the tab send over the stream; the cookie that it has to bear, if there is one."""
        self._registry.stream_opened(tab)
        cookie = tab.open_stream(stream, takes_cookies(headers))
        return [] if cookie is None else [cookie]

    async def _rebuild(self, scope: Scope, signals: Mapping[str, Any]) -> tuple[Tab, list[str]]:
        """Build the page of a forgotten tab anew, where the browser says it is."""
        newest_edit(signals)  # where it makes no sense, nothing is built
        headers = dict(scope["headers"])
        location, nonce = headers.get(b"via-location", b""), headers.get(b"via-nonce", b"")
        if not _LOCATION.fullmatch(location) or not is_token(nonce.decode("latin-1")):
            raise RequestError(404, "the page is not known here; reload it")
        path, _, query = location.decode("ascii").partition("?")
        root = scope.get("root_path", "")
        url = unquote(path).removeprefix(root)
        browser = await self._access.browser(scope["headers"], scope.get("scheme") == "https")
        if browser.set_cookie is not None and not takes_cookies(scope["headers"]):
            raise RequestError(426, _COOKIE_DUE)
        tab = await self._rebuild_tab(
            PageRequest(url=url, root_path=root, nonce=nonce.decode(), query=query), browser
        )
        if tab is None:
            raise RequestError(404, f"there is no page at {path[:200]!r}")
        tab.document = headers.get(b"via-document", b"")[:_DOCUMENT_SIZE]
        tab.adopt(signals)
        return tab, [] if browser.set_cookie is None else [browser.set_cookie]

    async def _share(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken: SharedStream | ShortResponse = _CLOSING
        if not self._registry.closing:
            taking = self.sharing.take(scope, receive)
            taken = await self._guard(address_of(scope), scope["method"], SHARED_PATH, taking)
        if isinstance(taken, SharedStream):
            await taken.serve(scope, receive, send, self._compress)
        else:
            await taken.send(send)

    # The other requests

    async def _post(self, path: str, scope: Scope, receive: Receive) -> ShortResponse:
        _require_method(scope, "POST")
        body = await read_body(receive, self._limits)
        try:
            return await self._answer(path, scope, body)
        except TabElsewhere as elsewhere:
            return await self._relay_short(elsewhere.node, scope, body)

    async def _answer(self, path: str, scope: Scope, body: bytes) -> ShortResponse:
        headers, client = scope["headers"], self._client(scope)
        if path.startswith("/_action/"):
            response = self._run_action(client, path[9:], headers, body)
            return _CLOSING if response is None else await settled(response)
        self._origin.check(headers)
        client.take_request()
        signals = parse_signals(body, self._limits)
        if path == "/_session/close":
            closing = self._tabs.find(signals)
            if closing is not None:
                await self._tabs.check_owner(closing, headers)
                closing.dispose()
            return DONE
        tab = self._tabs.require(signals)
        await self._tabs.check_owner(tab, headers)
        if path == "/_navigate":
            return self._navigate(tab, signals)
        if not tab.cookies.is_changing:
            tab.cookie_confirmed()
        return await settled(self._actions.respond(tab, headers))

    def _navigate(self, tab: Tab, signals: Mapping[str, Any]) -> ShortResponse:
        url = signals.get("via_url")
        if not isinstance(url, str) or not _LOCATION.fullmatch(url.encode()):
            raise RequestError(400, "via_url is not a path of this app")
        if (empty := take_each(tab.buckets)) is not None:
            raise too_many("the tab navigates", empty)
        try:
            tab.note_edits(signals)
            is_shown = signals.get("via_popstate") is True
            tab.navigate(tab.page, url, HistoryStep.SHOWN if is_shown else HistoryStep.PUSH)
        except Busy as error:
            raise RequestError(429, str(error), retry_after=1) from None
        except UnexpectedValue as error:
            raise RequestError(400, str(error)) from None
        return DONE

    # Tabs of other nodes

    async def _relay(self, node: str, scope: Scope, body: bytes) -> ShortResponse | EdgeResponse:
        relayed = await self._nodes_here().relay(node, scope, body)
        if isinstance(relayed, EdgeResponse):
            return relayed
        return ShortResponse.received(relayed.status, relayed.headers, relayed.body)

    async def _relay_short(self, node: str, scope: Scope, body: bytes) -> ShortResponse:
        try:
            relayed = await self._relay(node, scope, body)
        except NodeGone:
            if scope["path"].endswith("/_session/close"):
                return DONE
            raise unknown_tab() from None
        if isinstance(relayed, ShortResponse):
            return relayed
        return await self._nodes_here().collect(relayed)

    async def _relay_by_id(self, id: str, scope: Scope, body: bytes) -> ShortResponse | None:
        node = self._nodes.home_of({"via_ctx": id}) if self._nodes is not None else ""
        return await self._relay_short(node, scope, body) if node else None

    def _nodes_here(self) -> Nodes:
        assert self._nodes is not None
        return self._nodes

    def _client(self, scope: Scope) -> Client:
        return self._clients.find(address_of(scope))

    # Requests at fault

    async def _guard(
        self, address: str, method: str, path: str, response: Awaitable[T]
    ) -> T | ShortResponse:
        """The response, also where it is that the request is refused."""
        try:
            return await response
        except SessionError as error:
            away = RequestError(503, str(error), retry_after=1)
            return self._refusals.refuse(address, method, path, away)
        except RequestError as error:
            return self._refusals.refuse(address, method, path, error)


def _require_method(scope: Scope, method: str) -> None:
    if scope["method"] != method:
        raise RequestError(405, f"only {method} is answered here")
