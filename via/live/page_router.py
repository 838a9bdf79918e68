"""The app's pages: registered once, then served to tabs as documents."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route, Router

from .. import h
from .._core.html import to_bytes
from ..errors import ConfigError, ViaError
from ..options import DEFAULTS, Options
from ..page.error_log import log_fault
from ..page.mounted_page import Visit
from ..sessions import Session
from .document import CONTENT_SECURITY_POLICY, document
from .page_route import Page
from .services import Runtime
from .specificity import specificity
from .tab import Layout, Tab
from .tab_access import visitor_session

_HEADERS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class Site:
    """The pages and what they have in common."""

    def __init__(self) -> None:
        self.options: Options = DEFAULTS
        self.router = Router()
        self.app = ExceptionMiddleware(self.router)
        """The router, whose HTTPExceptions (those of static files, too) become responses."""
        self.head: list[h.H] = []
        self.foot: list[h.H] = []
        self.layout: Layout | None = None
        self._pages: dict[str, Page] = {}
        self._runtime: Runtime | None = None

    def register(self, page: Page) -> None:
        """Serve a page from now on. Raises PageError or ConfigError if it cannot be."""
        if page.route in self._pages:
            raise ConfigError(f"page {page.route!r} is registered already")
        page.check(self.layout)
        self._pages[page.route] = page
        self.router.routes.append(
            Route(page.path(), partial(self._respond, page), methods=["GET"], name=page.route)
        )

    def open(self, runtime: Runtime) -> None:
        """Serve the pages in this run of the app."""
        self.router.routes.sort(key=specificity)
        self._runtime = runtime

    def find(self, path: str) -> tuple[Page, dict[str, str]] | None:
        """The page that answers a path, and the path's parameters."""
        scope = {"type": "http", "path": path, "method": "GET"}
        for route in self.router.routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                page = self._pages.get(getattr(route, "name", ""))
                return None if page is None else (page, _texts(child["path_params"]))
        return None

    async def reopen(self, path: str, visit: Visit, session: Session) -> Tab | None:
        """Build the page at a path for a tab that is open in the browser already.

        None if there is no such page, or if it fails.
        """
        found = self.find(path)
        if found is None:
            return None
        page, params = found
        tab = self._new_tab(replace(visit, params=params), session)
        try:
            await page.open(tab)
            await tab.save_session()
        except Exception as error:
            tab.dispose()
            log_fault(tab.logger(), f"page {path}", error)
            return None
        except BaseException:
            tab.dispose()
            raise
        tab.opened()
        return tab

    async def _respond(self, page: Page, request: Request) -> Response:
        root = request.scope.get("root_path", "")
        path = request.scope["path"].removeprefix(root)
        visit = Visit(url=path, params=_texts(request.path_params), root_path=root)
        runtime = self._open_runtime()
        session = await visitor_session(runtime.sessions, request.scope["headers"])
        tab = self._new_tab(visit, session)
        try:
            view = await page.open(tab)
            await tab.save_session()
            if view is None:
                tab.dispose()
                response: Response = RedirectResponse(tab.page.redirect_to, 303)
            else:
                response = self._document(tab, view)
            cookie = session.cookie_change()
            if cookie is not None:
                response.headers.append("set-cookie", cookie)
            return response
        except Exception as error:
            tab.dispose()
            log_fault(tab.logger(), f"page {path}", error)
            detail = "".join(traceback.format_exception(error)) if self.options.dev_mode else ""
            return PlainTextResponse(f"Internal Server Error\n{detail}", 500)
        except BaseException:
            tab.dispose()
            raise

    def _open_runtime(self) -> Runtime:
        if self._runtime is None or self._runtime.closing:
            raise ViaError("the app is shutting down")
        return self._runtime

    def _new_tab(self, visit: Visit, session: Session) -> Tab:
        return Tab(self._open_runtime(), visit, self.layout, session)

    def _document(self, tab: Tab, view: h.Element) -> Response:
        options = self.options
        page = document(
            tab,
            view,
            title=tab.page.title or options.document_title or "",
            client_path=options.datastar_path or "",
            head=self.head,
            foot=self.foot,
        )
        body = to_bytes(page, tab.visit.nonce)
        tab.opened()
        tab.differ.remember(view)
        policy = options.content_security_policy or CONTENT_SECURITY_POLICY
        if options.datastar_content is not None:
            # The official client compiles its expressions.
            policy = policy.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")
        policy = policy.replace("{nonce}", tab.visit.nonce)
        headers = _HEADERS | {"content-security-policy": policy}
        return Response(body, media_type="text/html", headers=headers)


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
