"""Loads of pages: a tab is made for each, and its document."""

from __future__ import annotations

import traceback
from functools import partial
from typing import Final

from starlette.responses import RedirectResponse

from .. import h
from .._core.html import to_bytes
from .._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ..errors import SessionError
from ..options import Options
from ..page.error_log import log_error
from ..page.mounted_page import PageRequest
from .browser import Browser, Headers
from .document import CONTENT_SECURITY_POLICY, DocumentParts, Frame, allow_eval, signals_of
from .navigation import Find, navigate
from .page_response import Fields, PageResponse
from .page_route import PageRoute
from .request_error import RequestError
from .services import Services
from .tab import Tab
from .tab_access import TabAccess
from .tab_registry import TabRegistry

NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
_FIELDS: Final = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"same-origin"),
    NOSNIFF,
)
_TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")
_MOST_ROOTS: Final = 16


class PageLoader:
    """Answers requests for pages in one run of the app; `frame` may grow meanwhile."""

    def __init__(
        self,
        services: Services,
        registry: TabRegistry,
        access: TabAccess,
        options: Options,
        frame: Frame,
        find: Find,
    ) -> None:
        self._services = services
        self._registry = registry
        self._access = access
        self._options = options
        self._frame = frame
        self._show_page = partial(navigate, find, options.document_title or "")
        self._documents: dict[tuple[str, int, int], DocumentParts] = {}
        policy = options.content_security_policy or CONTENT_SECURITY_POLICY
        if options.datastar_content is not None:
            policy = allow_eval(policy)
        self._policy = policy.encode("latin-1")

    def load(
        self, route: PageRoute, request: PageRequest, headers: Headers, is_https: bool
    ) -> MaybeAwaitable[PageResponse]:
        """Serve a page to a browser; a coroutine of the response where something has to wait.

        Raises RequestError where the browser may open no tab, or its session cannot be had.
        """
        browser = self._access.browser_nowait(headers, is_https)
        if browser is None:
            return self._load_later(route, request, headers, is_https)
        return self._serve(route, request, browser)

    async def rebuild(self, route: PageRoute, request: PageRequest, browser: Browser) -> Tab | None:
        """Build the page of a tab that is open in the browser already; None if the page fails."""
        if self._registry.leaving:
            raise RequestError(503, "the server is shutting down", retry_after=1)
        tab = self._new_tab(request, browser)
        try:
            await settled(route.open(tab))
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

    def _new_tab(self, request: PageRequest, browser: Browser) -> Tab:
        """A tab of the browser's. Raises RequestError if it may open none."""
        self._registry.make_room(browser.cookie)
        tab = Tab(
            self._services,
            request,
            self._frame.layout,
            browser,
            self._show_page,
            self._registry.remove,
            self._registry.parts,
        )
        self._registry.add(tab)
        return tab

    async def _load_later(
        self, route: PageRoute, request: PageRequest, headers: Headers, is_https: bool
    ) -> PageResponse:
        try:
            browser = await self._access.browser(headers, is_https)
        except SessionError as error:
            raise RequestError(503, str(error), retry_after=2) from None
        return await settled(self._serve(route, request, browser))

    def _serve(
        self, route: PageRoute, request: PageRequest, browser: Browser
    ) -> MaybeAwaitable[PageResponse]:
        tab = self._new_tab(request, browser)
        try:
            view = route.open(tab)
            if isinstance(view, h.Element | None) and not tab.cookies.session.unsaved:
                return self._respond(tab, view, browser)
            return self._serve_later(tab, view, browser)
        except Exception as error:
            return self._failed(tab, error)
        except BaseException:
            tab.dispose()
            raise

    async def _serve_later(
        self, tab: Tab, view: MaybeAwaitable[h.Element | None], browser: Browser
    ) -> PageResponse:
        try:
            node = await settled(view)
            await tab.save_session()
            return self._respond(tab, node, browser)
        except Exception as error:
            return self._failed(tab, error)
        except BaseException:
            tab.dispose()
            raise

    def _respond(self, tab: Tab, view: h.Element | None, browser: Browser) -> PageResponse:
        fields: Fields
        if view is None:
            tab.dispose()
            location = RedirectResponse(tab.page.redirect_to).headers["location"]
            status, fields, body = 303, [(b"location", location.encode("latin-1"))], b""
        else:
            nonce = tab.page.request.nonce
            policy = self._policy.replace(b"{nonce}", nonce.encode())
            status, fields = 200, [*_FIELDS, (b"content-security-policy", policy)]
            body = self._document(tab, view)
            if self._registry.leaving:
                tab.dispose()  # the stream has it built anew, where the app is served then
            else:
                self._registry.page_served(tab, len(body))
            if browser.set_cookie is not None:
                fields.append((b"set-cookie", browser.set_cookie.encode("latin-1")))
        cookie = tab.cookies.change()
        if cookie is not None:
            fields.append((b"set-cookie", cookie.encode("latin-1")))
        return PageResponse(status, fields, body)

    def _failed(self, tab: Tab, error: Exception) -> PageResponse:
        tab.dispose()
        log_error(tab.logger(), f"page {tab.page.request.url}", error)
        detail = "".join(traceback.format_exception(error)) if self._options.dev_mode else ""
        return PageResponse(500, [_TEXT, NOSNIFF], f"Internal Server Error\n{detail}".encode())

    def _document(self, tab: Tab, view: h.Element) -> bytes:
        page = tab.page
        nonce = page.request.nonce
        written = page.filled(to_bytes(view, nonce))
        title = page.title or self._options.document_title or ""
        document = self._parts(page.request.root_path).document(
            title, signals_of(tab), nonce, written
        )
        tab.opened()
        tab.outgoing.loaded(view)
        return document

    def _parts(self, root: str) -> DocumentParts:
        head, foot = self._frame.head, self._frame.foot
        key = root, len(head), len(foot)
        parts = self._documents.get(key)
        if parts is None:
            options = self._options
            if len(self._documents) >= _MOST_ROOTS:
                self._documents.clear()
            parts = self._documents[key] = DocumentParts(
                root,
                client_path=options.datastar_path or "",
                is_official_client=options.datastar_content is not None,
                has_sockets=bool(options.websocket),
                head=head,
                foot=foot,
            )
        return parts
