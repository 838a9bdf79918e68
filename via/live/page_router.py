"""The app's pages: registered once, then served to tabs as documents."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from .. import h
from .._core.html import to_bytes
from ..errors import ConfigError, SessionError, ViaError
from ..options import DEFAULTS, Options
from ..page.error_log import log_error
from ..page.mounted_page import PageRequest
from .browser import Browser
from .document import CONTENT_SECURITY_POLICY, allow_eval, document
from .dry_run import Layout
from .navigation import navigate
from .page_route import PageRoute
from .request_error import RequestError
from .services import Services
from .tab import Tab
from .tab_access import TabAccess
from .tab_registry import TabRegistry

_NOSNIFF: Final = {"x-content-type-options": "nosniff"}
_HEADERS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    **_NOSNIFF,
}


Admit = Callable[[Scope], None]
"""Raises RequestError where a request for a page is refused."""


class _Run(NamedTuple):
    """What the pages are served with from the app's start on."""

    services: Services
    registry: TabRegistry
    access: TabAccess
    admit: Admit


class PageRouter:
    """The pages and what they have in common."""

    def __init__(self) -> None:
        self.options: Options = DEFAULTS
        # Starlette's own redirects for slashes lead to the host that the request names.
        self.router = Router(redirect_slashes=False, default=self._redirect_slash)
        self.app = ExceptionMiddleware(self.router)
        """The router, whose HTTPExceptions (those of static files, too) become responses."""
        self.head: list[h.H] = []
        self.foot: list[h.H] = []
        self.layout: Layout | None = None
        self._routes: dict[str, PageRoute] = {}
        self._run: _Run | None = None

    def register(self, route: PageRoute) -> None:
        """Serve a page from now on. Raises PageError or ConfigError if it cannot be."""
        if route.route in self._routes:
            raise ConfigError(f"page {route.route!r} is registered already")
        route.check(self.layout)
        self._routes[route.route] = route
        self.router.routes.append(
            Route(route.path(), partial(self._respond, route), methods=["GET"], name=route.route)
        )

    def open(
        self, services: Services, registry: TabRegistry, access: TabAccess, admit: Admit
    ) -> None:
        """Serve the pages in this run of the app, to the requests that `admit` lets through."""
        self.router.routes.sort(key=specificity)
        self._run = _Run(services, registry, access, admit)

    def routes(self) -> list[str]:
        """The routes of the pages."""
        return list(self._routes)

    def find(self, path: str) -> tuple[PageRoute, dict[str, str]] | None:
        """The page that answers a path, and the path's parameters."""
        scope = {"type": "http", "path": path, "method": "GET"}
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
        if self._run is not None and self._run.registry.leaving:
            raise RequestError(503, "the server is shutting down", retry_after=1)
        route, params = found
        tab = self._new_tab(replace(request, params=params), browser)
        try:
            await route.open(tab)
            await tab.save_session()
        except Exception as error:
            tab.dispose()
            log_error(tab.logger(), f"page {request.url}", error)
            return None
        except BaseException:
            tab.dispose()
            raise
        tab.opened()
        return tab

    async def _respond(self, route: PageRoute, request: Request) -> Response:
        root = request.scope.get("root_path", "")
        path = request.scope["path"].removeprefix(root)
        params, query = _texts(request.path_params), request.scope["query_string"].decode("latin-1")
        asked = PageRequest(url=path, params=params, root_path=root, query=query)
        run = self._run
        if run is None:
            raise ViaError("the app has not been started")
        run.admit(request.scope)
        is_https = request.scope["scheme"] == "https"
        try:
            browser = await run.access.browser(request.scope["headers"], is_https)
        except SessionError as error:
            raise RequestError(503, str(error), retry_after=2) from None
        tab = self._new_tab(asked, browser)
        try:
            view = await route.open(tab)
            await tab.save_session()
            if view is None:
                tab.dispose()
                response: Response = RedirectResponse(tab.page.redirect_to, 303)
            else:
                response = self._document(tab, view)
                if run.registry.leaving:
                    tab.dispose()  # the stream has it built anew, where the app is served then
                else:
                    run.registry.page_served(tab, len(response.body))
                if browser.set_cookie is not None:
                    response.headers.append("set-cookie", browser.set_cookie)
            cookie = tab.cookies.change()
            if cookie is not None:
                response.headers.append("set-cookie", cookie)
            return response
        except Exception as error:
            tab.dispose()
            log_error(tab.logger(), f"page {path}", error)
            detail = "".join(traceback.format_exception(error)) if self.options.dev_mode else ""
            return PlainTextResponse(f"Internal Server Error\n{detail}", 500, _NOSNIFF)
        except BaseException:
            tab.dispose()
            raise

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

    def _new_tab(self, request: PageRequest, browser: Browser) -> Tab:
        run = self._run
        if run is None:
            raise ViaError("the app is shutting down")
        run.registry.make_room(browser.cookie)
        show_page = partial(navigate, self.find, self.options.document_title or "")
        remove = run.registry.remove
        tab = Tab(run.services, request, self.layout, browser, show_page, remove)
        run.registry.add(tab)
        return tab

    def _document(self, tab: Tab, view: h.Element) -> Response:
        options, nonce = self.options, tab.page.request.nonce
        page = document(
            tab,
            view,
            title=tab.page.title or options.document_title or "",
            client_path=options.datastar_path or "",
            is_official_client=options.datastar_content is not None,
            has_sockets=bool(options.websocket),
            head=self.head,
            foot=self.foot,
        )
        body = to_bytes(page, nonce)
        tab.opened()
        tab.outgoing.differ.remember(view)
        tab.outgoing.look(view)
        policy = options.content_security_policy or CONTENT_SECURITY_POLICY
        if options.datastar_content is not None:
            policy = allow_eval(policy)
        policy = policy.replace("{nonce}", nonce)
        headers = _HEADERS | {"content-security-policy": policy}
        return Response(body, media_type="text/html", headers=headers)


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
