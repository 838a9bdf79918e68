"""Opens the WebSockets of tabs, after the checks that every request has to pass."""

from __future__ import annotations

from typing import Final

from ...live.browser import ROAD
from ...live.request_error import RequestError
from ...live.services import Services
from ..addresses import address_of
from ..asgi import Scope
from ..clients import Clients
from ..proxies import TrustedProxies
from ..refusals import Refusals
from ..request_origin import RequestOrigin
from .handover import Handover
from .port import Port
from .tab_socket import Requests, TabSocket

_KEPT: Final = {name: name for name in (b"cookie", b"host", b"origin", b"sec-fetch-site")}
"""What is asked of a request later; a tab that is idle for hours holds no more of its handshake."""

_OF_THE_CLIENT: Final = (b"datastar-request", b"true")


class Sockets:
    """Makes a conversation of each handshake that is let through."""

    def __init__(
        self,
        services: Services,
        requests: Requests,
        origin: RequestOrigin,
        clients: Clients,
        proxies: TrustedProxies,
        refusals: Refusals,
        *,
        compress: bool,
    ) -> None:
        self._services = services
        self._requests = requests
        self._origin = origin
        self._clients = clients
        self._proxies = proxies
        self._refusals = refusals
        self.limits = services.limits
        self.largest = self.limits.body_bytes + self.limits.header_bytes
        """Bytes that a message may take."""
        self.compress = compress
        """Whether messages to the browser are to be compressed."""
        self.handover: Handover | None = None
        """Where WebSockets are given to other workers, and come from them."""

    def check(self, scope: Scope) -> None:
        """Let a handshake pass that comes from a page of this app. Raises RequestError.

        From now on the scope says what a trusted proxy knows of the browser.
        """
        self._proxies.apply(scope)
        try:
            self._origin.check_handshake(scope["headers"])
            self._clients.find(address_of(scope)).take_request()
        except RequestError as error:
            self._refusals.refuse(address_of(scope), "GET", scope["path"], error)
            raise

    def open(self, scope: Scope, port: Port) -> TabSocket:
        """The conversation over a WebSocket whose handshake was let through."""
        headers = [(_KEPT[name], value) for name, value in scope["headers"] if name in _KEPT]
        root = scope.get("root_path", "")
        is_https = scope.get("scheme") in ("https", "wss")
        request = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": f"{root}/_sse",
            "root_path": root,
            "scheme": "https" if is_https else "http",
            "headers": [*headers, _OF_THE_CLIENT, ROAD],
            "client": scope.get("client"),
        }
        client = self._clients.find(address_of(scope))
        return TabSocket(self._services, self._requests, client, request, port, self._refusals)
