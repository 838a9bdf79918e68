"""One browser tab: its page, its queue of handlers, and what lives as long as it does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from .._core.tasks.handlers import Completed, HandlerQueue
from ..errors import ViaError
from ..page.actions import handler_name
from ..page.edits import newest_edit, receive_edits
from ..page.intervals import start_interval
from ..page.mounted_page import MountedPage, PageRequest, Phase
from ..page.rate_limit import TokenBucket
from ..sessions.tokens import new_token
from .action_order import ActionOrder
from .browser import Browser
from .connection import Connection
from .dry_run import DryRun, Layout
from .history_step import HistoryStep
from .services import Services
from .shared_context import SharedContext
from .shared_part import SharedPart
from .shared_parts import SharedParts
from .tab_lifetime import TabLifetime

Navigate = Callable[["Tab", str, HistoryStep], Awaitable[None]]
"""Shows the page at a URL in a tab."""


class Busy(ViaError):
    """The tab's queue of handlers is full."""


class Tab(DryRun):
    """The machinery behind a page's `Context` and those of its components; it outlives the page.

    It lives from the page's request until the browser closes the tab, or until it has waited for
    its stream for too long (`TabLifetime`). `on_end` is told when it ends.
    """

    __slots__ = (
        "_navigation_number",
        "_on_end",
        "_parts",
        "_show_page",
        "browser",
        "buckets",
        "closed",
        "csrf",
        "document",
        "edits",
        "granted",
        "handlers",
        "has_streamed",
        "is_last_action",
        "lifetime",
        "order",
        "services",
        "waiting_actions",
    )

    def __init__(
        self,
        services: Services,
        request: PageRequest,
        layout: Layout | None,
        browser: Browser,
        navigate: Navigate,
        on_end: Callable[[Tab], None],
        parts: SharedParts,
    ) -> None:
        self.services = services
        self.browser = browser.cookie
        self.csrf = new_token()
        self.granted: tuple[bytes, str] = (b"", "")
        """What the last request that was let through showed, and the session's token then."""
        bucket = services.action_rate_limit.bucket()
        self.buckets: tuple[TokenBucket, ...] = () if bucket is None else (bucket,)
        """What counts the tab's actions and navigations; the registry adds the visitor's."""
        self.waiting_actions = 0
        """Actions that have been called and have not ended."""
        self.order = ActionOrder()
        self.is_last_action = False
        """Whether the tab ends with the last of them."""
        limit = services.limits.waiting_jobs
        self.handlers = HandlerQueue(services.loop, limit, self._log_job, self._after_job)
        self.has_streamed = False
        self.document = b""
        """Which run of the page's document has the stream; a duplicated tab runs it once more."""
        self.edits = 0
        """The number of the newest edit in the browser that has come."""
        self.closed = False
        self.lifetime = TabLifetime(services, self.dispose, self._is_busy)
        self._navigation_number = 0
        self._show_page = navigate
        self._on_end = on_end
        self._parts = parts
        page = MountedPage(request, services.hub, self.handlers.post)
        self._set_up(page, layout, browser.session, services, browser.token)
        self.cookies.rename(browser.session_cookie)
        browser.session.watch(self._session_changed)

    # What a page's code starts

    async def run(self, job: Callable[[], Any]) -> Any:
        """Run a job after those before it; return its result or raise its error."""
        outcome = self.handlers.submit(job)
        return outcome.value if isinstance(outcome, Completed) else await outcome

    def start_interval(
        self, page: MountedPage, period: float, handler: Callable[[], Any]
    ) -> Callable[[], None]:
        """Call the handler every `period` seconds, after the jobs before it; returns `stop`."""
        services = self.services
        return start_interval(services.loop, page, period, handler, services.call)

    def shared_part(
        self, key: str, page: MountedPage, set_up: Callable[[SharedContext], Any]
    ) -> SharedPart:
        """The part of this key, which is set up if it does not live."""
        root_path = page.request.root_path
        part = self._parts.get(key, root_path)
        if part is None:
            part = self._parts.add(key, root_path, self.services)
            part.set_up(set_up, SharedContext(part), page)
        else:
            part.check_same(set_up)
        return part

    def _is_busy(self) -> bool:
        return self.waiting_actions > 0

    def action_ended(self, outcome: asyncio.Future[Any]) -> None:
        """An action that had to wait has ended."""
        self.waiting_actions -= 1
        self.end_if_idle()

    def end_if_idle(self) -> None:
        """End the tab if its last action has ended, and it was to end with it."""
        if self.is_last_action and not self.waiting_actions:
            self.services.loop.call_soon(self.dispose)  # what it changed goes out first

    def receive(self, page: MountedPage, values: Mapping[str, Any]) -> None:
        """Take over what was edited in the browser. Raises UnexpectedValue, and takes nothing.

        What comes late, after a newer edit, is not taken; the browser is told what has come, so
        that it keeps what it has if that is newer than what it is sent.
        """
        self.edits = receive_edits(page.signals, values, self.edits)
        self.outgoing.acknowledge(self.edits)

    def note_edits(self, values: Mapping[str, Any]) -> None:
        """Know of what was edited in the browser without taking it over."""
        self.edits = max(self.edits, newest_edit(values))
        self.outgoing.acknowledge(self.edits)

    # Navigation

    def navigate(self, page: MountedPage, url: str, step: HistoryStep) -> None:
        """Show another page of the app in this tab, unless it has already left this one.

        Raises Busy, on the event loop, where too many handlers wait.
        """
        self.services.call(self._navigate, page, url, step)

    def _navigate(self, page: MountedPage, url: str, step: HistoryStep) -> None:
        if page.phase is Phase.CLOSED:
            return
        self._navigation_number += 1
        job = partial(self._run_navigation, self._navigation_number, url, step)
        if not self.handlers.post(job):
            limit = self.services.limits.waiting_jobs
            raise Busy(f"page {page.request.url}: more than {limit} handlers are waiting")

    def _run_navigation(self, number: int, url: str, step: HistoryStep) -> Awaitable[None] | None:
        # A later click overtakes an earlier one that still waits for its turn.
        return self._show_page(self, url, step) if number == self._navigation_number else None

    def enter(self, path: str, params: Mapping[str, str], query: str) -> MountedPage:
        """Leave the page that is shown, and begin with another."""
        left = self.page
        left.close()
        self.services.loop.call_soon(left.let_go)  # when the handler that leads away has ended
        request = replace(left.request, url=path, params=params, query=query)
        self.page = MountedPage(request, self.services.hub, self.handlers.post, left.action_count())
        self.outgoing.enter(self.page)
        if self.closed:
            self.page.close()  # nothing begins in a tab that has ended
        return self.page

    def page_ready(self) -> None:
        """The page that was entered is set up: the browser is told of its signals."""
        self.page.advance(Phase.ARRIVING)
        self.page.changed.update(self.page.signals)

    def redirect_browser(self, url: str) -> None:
        """Leave the rest to the browser: it loads the URL."""
        self.page.advance(Phase.SHOWN)
        self.outgoing.redirect(url)

    # The document and the stream

    def opened(self) -> None:
        """The document was rendered: from now on the browser hears of changes by the stream."""
        page = self.page
        self.lifetime.page_served()
        page.changed.clear()
        page.is_render_whole = False
        page.advance(Phase.SHOWN)
        if page.redirect_to:
            self.redirect_browser(page.redirect_to)

    def adopt(self, values: Mapping[str, Any]) -> None:
        """Stand in for a tab that is still open in the browser, which sent its signals' values."""
        self.note_edits(values)
        self.outgoing.adopt(values, {"via_ctx": self.id, "via_csrf": self.csrf})

    def open_stream(self, connection: Connection, takes_cookies: bool = True) -> str | None:
        """Send over this connection from now on, in place of an earlier one.

        Returns the `Set-Cookie` value that its response has to bear, if there is one; where it can
        bear none, the browser is asked for a request.
        """
        self.outgoing.connect(connection)
        self.has_streamed = True
        self.lifetime.stream_opened()
        return self.cookies.restart(takes_cookies)

    def stream_ended(self, connection: Connection) -> None:
        """The connection has ended: wait for the next one for the grace period."""
        if self.outgoing.disconnect(connection) and not self.closed:
            self.lifetime.stream_lost()
        self._let_go()

    # The session

    def cookie_confirmed(self) -> None:
        """The browser has the session's cookie: the stream goes on."""
        self.outgoing.queue_event(self.cookies.confirm())

    def request_cookie_delivery(self) -> None:
        """Have the browser send a request, if there is a cookie that it must be given."""
        if self.cookies.session.cookie_due:
            self.cookies.is_request_due = True
            self.outgoing.wake()

    def _session_changed(self) -> None:
        """The session has another token, or has ended; here, in another tab or by itself."""
        self.services.call(self._follow_session)

    def _follow_session(self) -> None:
        cookies = self.cookies
        if self.closed or cookies.session.cookie_due:
            return  # it was this tab, whose browser hears of it over its own stream
        if cookies.session.token():
            cookies.outdate()
            self.outgoing.end()
        else:
            self.dispose()

    async def save_session(self) -> None:
        """Bring the session's store up to date. Raises SessionError if it cannot be reached."""
        if self.cookies.session.unsaved:
            await self.services.sessions.commit_handle(self.cookies.session)

    # The end

    def dispose(self) -> None:
        """End the tab: its subscriptions, its handlers and its stream. Safe to call twice."""
        if self.closed:
            return
        self.closed = True
        self.lifetime.close()
        self.cookies.session.unwatch()
        self._on_end(self)
        self.page.close()
        self.handlers.close()
        self.outgoing.end()
        self.services.loop.call_soon(self._let_go)

    def dispose_when_idle(self) -> None:
        """End the tab once the actions that were called have ended."""
        if self.waiting_actions:
            self.is_last_action = True
        else:
            self.dispose()

    def _let_go(self) -> None:
        """Break what refers back to the tab, so that its memory is free at once.

        The collector of cycles comes late to what has lived for long, and all at once.
        """
        if self.closed and not self.outgoing.is_connected:
            self.page.let_go()
            self.outgoing.let_go()

    # What is logged

    def logger(self) -> logging.Logger:
        """Where this tab logs."""
        return self.services.logger

    def _log_job(self, job: Callable[[], Any], error: Exception) -> None:
        self.error(f"the handler {handler_name(getattr(job, 'handler', job))}", error)

    def _after_job(self) -> None:
        session = self.cookies.session
        if session.is_kept and not session.is_settled():
            self.request_cookie_delivery()
            self.services.run_in_background(self._save())

    async def _save(self) -> None:
        try:
            await self.save_session()
        except ViaError as error:
            self.error("saving the session", error)
