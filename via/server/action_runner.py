"""Runs the actions that requests ask for, and answers the requests."""

from __future__ import annotations

import asyncio
from typing import Any

from .._core.tasks.handlers import Completed, QueueClosed, QueueFull
from .._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ..errors import ViaError
from ..live.browser import Headers, takes_cookies
from ..live.request_error import RequestError
from ..live.tab import Tab
from ..live.tab_access import TabAccess
from ..options import Limits
from ..page.actions import RegisteredAction
from ..page.mounted_page import Phase
from ..page.rate_limit import take_each
from ..page.signals import UnexpectedValue
from .clients import too_many
from .responses import DONE, ShortResponse
from .tab_requests import TabRequests


class ActionRunner:
    """Runs actions in the tabs that they belong to."""

    def __init__(self, limits: Limits, access: TabAccess, tabs: TabRequests) -> None:
        self._limits = limits
        self._access = access
        self._tabs = tabs

    async def check_and_run(
        self, id: str, tab: Tab, headers: Headers, signals: dict[str, Any]
    ) -> ShortResponse:
        """As `run`, once it is known that the request may speak for the tab."""
        await self._tabs.check_owner(tab, headers)
        return await settled(self.run(id, tab, headers, signals))

    def run(
        self, id: str, tab: Tab, headers: Headers, signals: dict[str, Any]
    ) -> MaybeAwaitable[ShortResponse]:
        """Run the action of an id; a coroutine of the response where something has to wait.

        Raises RequestError where it is not run.
        """
        page, number = tab.page, signals.get("via_number")
        if not isinstance(number, int):
            number = None
        self._check_room(tab, number)
        before = signals.get("via_after")
        if isinstance(before, int) and not tab.order.is_past(before):
            return self._run_after(before, number, id, tab, headers, signals)
        action = page.action(id)
        if action is None:
            raise RequestError(404, f"page {page.request.url} has no action {id[:40]!r}")
        buckets = tab.buckets if action.buckets is None else action.buckets
        if (empty := take_each(buckets)) is not None:
            tab.order.put_off(number)
            raise too_many(f"page {page.request.url}: the action {action.name} is called", empty)
        if number is not None and not tab.order.take(number):
            return self.respond(tab, headers)

        def job() -> Any:
            if page.phase is Phase.CLOSED:
                raise QueueClosed("the page was left")
            tab.receive(page, signals)
            return action.run()

        try:
            outcome = tab.handlers.submit(job)
        except QueueFull as error:
            tab.order.give_back(number)
            raise self._later(tab, str(error)) from None
        except Exception as error:
            return self._failed(tab, action, error)
        if isinstance(outcome, Completed):
            return self.respond(tab, headers)
        tab.waiting_actions += 1
        outcome.add_done_callback(tab.action_ended)
        return self._finish(tab, headers, action, outcome)

    def _check_room(self, tab: Tab, number: int | None) -> None:
        is_full = tab.waiting_actions >= self._limits.waiting_actions
        if is_full and not tab.order.is_awaited(number):  # which lets those that wait go on
            tab.order.put_off(number)
            raise self._later(tab, "too many actions are waiting")

    async def _run_after(
        self,
        before: int,
        number: int | None,
        id: str,
        tab: Tab,
        headers: Headers,
        signals: dict[str, Any],
    ) -> ShortResponse:
        self._check_room(tab, number)  # others may have begun to wait before this coroutine
        tab.waiting_actions += 1
        try:
            may_go_on = await tab.order.wait(before, number)
        finally:
            tab.waiting_actions -= 1
        try:
            if not may_go_on:
                tab.order.put_off(number)
                raise self._later(tab, "the action before this one is put off")
            return await settled(self.run(id, tab, headers, {**signals, "via_after": None}))
        finally:
            tab.end_if_idle()

    async def _finish(
        self, tab: Tab, headers: Headers, action: RegisteredAction, outcome: asyncio.Future[Any]
    ) -> ShortResponse:
        try:
            await outcome
        except Exception as error:
            return self._failed(tab, action, error)
        return await settled(self.respond(tab, headers))

    def _later(self, tab: Tab, why: str) -> RequestError:
        return RequestError(429, f"page {tab.page.request.url}: {why}", retry_after=1)

    def _failed(self, tab: Tab, action: RegisteredAction, error: Exception) -> ShortResponse:
        if isinstance(error, UnexpectedValue):
            raise RequestError(400, f"page {tab.page.request.url}: {error}") from None
        if isinstance(error, QueueClosed):
            raise RequestError(410, "the page has ended") from None
        tab.error(f"the action {action.name}", error)
        tab.request_cookie_delivery()
        return ShortResponse(500, b"the action failed; the server's log says why\n")

    def respond(self, tab: Tab, headers: Headers) -> MaybeAwaitable[ShortResponse]:
        """Answer a request that succeeded; with the session's cookie, if that changed."""
        session = tab.cookies.session
        if not session.is_kept or session.is_settled():
            return DONE
        if session.unsaved:
            return self._save_and_respond(tab, headers)
        if not takes_cookies(headers):
            tab.request_cookie_delivery()
            return DONE
        # What was known when the request came may not be so any more.
        if not self._access.may_have_cookie(tab, headers):
            return DONE
        cookie = tab.cookies.respond()
        if cookie is None:
            return DONE
        header, events = cookie
        return ShortResponse(200, events, b"text/event-stream", header)

    async def _save_and_respond(self, tab: Tab, headers: Headers) -> ShortResponse:
        try:
            await tab.save_session()
        except ViaError as error:
            tab.error("saving the session", error)
            tab.request_cookie_delivery()
            return ShortResponse(500, b"the session could not be saved; the log says why\n")
        return await settled(self.respond(tab, headers))
