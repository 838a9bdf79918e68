"""The app's pages: registered once, then served to tabs as documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send

from .._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ..errors import ConfigError, ViaError
from ..options import DEFAULTS, Options
from ..page.mounted_page import PageRequest
from .browser import Browser, Headers
from .document import Frame
from .page_loader import PageLoader
from .page_response import PageResponse
from .page_route import PageRoute
from .services import Services
from .tab import Tab
from .tab_access import TabAccess
from .tab_registry import TabRegistry

_NOSNIFF: Final = {"x-content-type-options": "nosniff"}

_BY_PATH: Final = {Route, Mount, WebSocketRoute}
"""Routes that are found by method and path alone; others may look at headers."""

Admit = Callable[[Scope], None]
"""Raises RequestError where a request for a page is refused."""


class PageRouter:
    """The pages and what they have in common."""

    def __init__(self) -> None:
        self.options: Options = DEFAULTS
        # Starlette's own redirects for slashes lead to the host that the request names.
        self.router = Router(redirect_slashes=False, default=self._redirect_slash)
        self.app = ExceptionMiddleware(self.router)
        """The router, whose HTTPExceptions (those of static files, too) become responses."""
        self.frame = Frame()
        self._routes: dict[str, PageRoute] = {}
        self._literal: dict[str, PageRoute] = {}
        self._loader: PageLoader | None = None
        self._admit: Admit = lambda scope: None
        self._are_by_path = False

    def register(self, route: PageRoute) -> None:
        """Serve a page from now on. Raises PageError or ConfigError if it cannot be."""
        if route.route in self._routes:
            raise ConfigError(f"page {route.route!r} is registered already")
        route.check(self.frame.layout)
        self._routes[route.route] = route
        self.router.routes.append(
            Route(route.path(), _Page(self._respond, route), methods=["GET"], name=route.route)
        )

    def open(
        self, services: Services, registry: TabRegistry, access: TabAccess, admit: Admit
    ) -> None:
        """Serve the pages in this run of the app, to the requests that `admit` lets through."""
        self.router.routes.sort(key=specificity)
        self._are_by_path = {type(route) for route in self.router.routes} <= _BY_PATH
        found = {path: self.find(path) for path in self._routes if "{" not in path}
        self._literal = {path: page[0] for path, page in found.items() if page is not None}
        self._admit = admit
        self._loader = PageLoader(services, registry, access, self.options, self.frame, self.find)

    def routes(self) -> list[str]:
        """The routes of the pages."""
        return list(self._routes)

    def find(self, path: str) -> tuple[PageRoute, dict[str, str]] | None:
        """The page that answers a path, and the path's parameters."""
        scope = {"type": "http", "path": path, "method": "GET", "headers": []}
        for route in self.router.routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                page = self._routes.get(getattr(route, "name", ""))
                return None if page is None else (page, _texts(child["path_params"]))
        return None

    async def rebuild_tab(self, request: PageRequest, browser: Browser) -> Tab | None:
        """Build the page of a tab that is open in the browser already, but not known here.

        None if there is no such page, or if it fails.
        """
        found = self.find(request.url)
        if found is None:
            return None
        route, params = found
        return await self._running().rebuild(route, replace(request, params=params), browser)

    def load(
        self,
        path: str,
        query: str,
        headers: Headers,
        admit: Callable[[], None],
        *,
        root: str = "",
        is_https: bool = False,
    ) -> MaybeAwaitable[PageResponse] | None:
        """Serve the page at a path that is not encoded, below the `root` path of a proxy.

        A coroutine of the response where something has to wait; None where no page is there, or the
        path does not tell. Raises RequestError as `admit`, which is called for a page, and
        `PageLoader.load` do.
        """
        if not self._are_by_path or path == self.options.datastar_path:
            return None
        route = self._literal.get(path)
        found = self.find(path) if route is None else (route, {})
        if found is None:
            return None
        admit()
        route, params = found
        asked = PageRequest(url=path, params=params, root_path=root, query=query)
        return self._running().load(route, asked, headers, is_https)

    async def _respond(self, route: PageRoute, scope: Scope) -> PageResponse:
        root = scope.get("root_path", "")
        path = scope["path"].removeprefix(root)
        params, query = _texts(scope["path_params"]), scope["query_string"].decode("latin-1")
        asked = PageRequest(url=path, params=params, root_path=root, query=query)
        loader = self._running()
        self._admit(scope)
        is_https = scope["scheme"] == "https"
        return await settled(loader.load(route, asked, scope["headers"], is_https))

    def _running(self) -> PageLoader:
        if self._loader is None:
            raise ViaError("the app has not been started")
        return self._loader

    async def _redirect_slash(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a path that no route has: there may be one that differs by the last slash."""
        path: str = scope["path"]
        other = path.rstrip("/") if path.endswith("/") else path + "/"
        asked = {**scope, "path": other}
        response: Response = PlainTextResponse("Not Found", 404, _NOSNIFF)
        if not path.startswith("//") and any(
            route.matches(dict(asked))[0] is not Match.NONE for route in self.router.routes
        ):
            query = scope["query_string"].decode("latin-1")
            target = quote(other, safe="/!$&'()*+,;=:@~") + ("?" + query if query else "")
            response = RedirectResponse(target, 307)
        await response(scope, receive, send)


class _Page:
    """A page as an ASGI app."""

    def __init__(
        self, respond: Callable[[PageRoute, Scope], Awaitable[PageResponse]], route: PageRoute
    ) -> None:
        self._respond = respond
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._respond(self._route, scope)).send(send)


def specificity(route: BaseRoute) -> tuple[tuple[int, ...], bool]:
    """A sort key that puts the most specific route first, in whatever order they are registered.

    Literal segments come before parameters, and those before whole rests of a path.
    """
    path: str = getattr(route, "path", "")
    kinds = [
        2 if ":path}" in segment else 1 if "{" in segment else 0
        for segment in path.strip("/").split("/")
    ]
    if isinstance(route, Mount):
        kinds.append(2)
    return tuple(kinds), isinstance(route, Mount)


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
