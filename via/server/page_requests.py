"""Requests for pages that come past ASGI."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ..live.browser import Headers
from ..live.page_response import PageResponse
from ..live.page_router import PageRouter
from ..live.request_error import RequestError
from ..live.tab_registry import TabRegistry
from .app_connection import LoadPage
from .asgi import Scope
from .clients import Clients
from .proxies import TrustedProxies
from .refusals import Refusals
from .request_origin import RequestOrigin
from .responses import ShortResponse


class PageRequests:
    """Does for a connection what the app does for an ASGI request whose path is a page's."""

    def __init__(
        self,
        router: PageRouter,
        registry: TabRegistry,
        origin: RequestOrigin,
        clients: Clients,
        proxies: TrustedProxies,
        refusals: Refusals,
    ) -> None:
        self._router = router
        self._registry = registry
        self._origin = origin
        self._clients = clients
        self._proxies = proxies
        self._refusals = refusals

    def connect(self, address: str) -> LoadPage:
        """What loads pages for a connection that comes from this address."""
        if self._proxies.is_trusted(address):
            return partial(self._load_forwarded, address)
        return partial(self._load, address, self._clients.find(address).take_page, "", False)

    def _load_forwarded(
        self, proxy: str, path: str, query: str, headers: Headers
    ) -> MaybeAwaitable[PageResponse | ShortResponse] | None:
        scope: Scope = {"client": (proxy, 0), "headers": headers, "path": path}
        self._proxies.apply(scope)
        address = scope["client"][0]
        admit, root = self._clients.find(address).take_page, scope.get("root_path", "")
        is_https = scope.get("scheme") == "https"
        return self._load(address, admit, root, is_https, path, query, scope["headers"])

    def _load(
        self,
        address: str,
        admit: Callable[[], None],
        root: str,
        is_https: bool,
        path: str,
        query: str,
        headers: Headers,
    ) -> MaybeAwaitable[PageResponse | ShortResponse] | None:
        if self._registry.closing:
            return None
        try:
            self._origin.check_host(headers)
            response = self._router.load(path, query, headers, admit, root=root, is_https=is_https)
        except RequestError as error:
            return self._refusals.refuse(address, "GET", path, error)
        if response is None or isinstance(response, PageResponse):
            return response
        return self._refuse_later(address, path, response)

    async def _refuse_later(
        self, address: str, path: str, loading: MaybeAwaitable[PageResponse]
    ) -> PageResponse | ShortResponse:
        try:
            return await settled(loading)
        except RequestError as error:
            return self._refusals.refuse(address, "GET", path, error)
