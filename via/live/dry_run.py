"""A tab without a browser, for a page function's run at registration."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from .. import h
from ..page.error_log import log_error
from ..page.mounted_page import MountedPage, PageRequest, drop_job
from ..pubsub import DryRunHub
from ..sessions import SessionHandle
from ..sessions.tokens import new_token
from .cookie_delivery import CookieDelivery
from .history_step import HistoryStep
from .outgoing import Outgoing
from .services import Services
from .shared_context import SharedContext
from .shared_part import SharedPart
from .tab_id import new_tab_id

Layout = Callable[[h.H], h.H]
"""Wraps the view of every page: takes its node and returns one that holds it."""


class DryRun:
    """A tab without a browser: what is sent, subscribed to or started in it has no effect.

    A `Tab` is one with a browser, and with the `services` of a running app.
    """

    __slots__ = ("cookies", "id", "layout", "outgoing", "page")

    def __init__(self, request: PageRequest, layout: Layout | None = None) -> None:
        self._set_up(MountedPage(request, DryRunHub(), drop_job), layout, SessionHandle(None), None)

    def _set_up(
        self,
        page: MountedPage,
        layout: Layout | None,
        session: SessionHandle,
        services: Services | None,
        token: str = "",
    ) -> None:
        self.id = new_token() if services is None else new_tab_id(services.node)
        self.layout = layout
        self.page = page
        self.cookies = CookieDelivery(session, page.request.root_path, token)
        self.outgoing = Outgoing(services, page, self.cookies, self)

    def start_interval(
        self, page: MountedPage, period: float, handler: Callable[[], Any]
    ) -> Callable[[], None]:
        """Call the handler every `period` seconds, after the jobs before it; returns `stop`."""
        return lambda: None

    def shared_part(
        self, key: str, page: MountedPage, set_up: Callable[[SharedContext], Any]
    ) -> SharedPart:
        """The part of this key, which is set up if it does not live."""
        part = SharedPart(key, page.request.root_path)
        part.set_up(set_up, SharedContext(part), page)
        return part

    def navigate(self, page: MountedPage, url: str, step: HistoryStep) -> None:
        """Show another page of the app in this tab, unless it has already left this one."""

    def logger(self) -> logging.Logger:
        """Where this tab logs."""
        return logging.getLogger("via")

    def warn(self, message: str) -> None:
        """Log what is not as it should be in this tab."""
        self.logger().warning("page %s: %s", self.page.request.url, message)

    def error(self, what: str, error: BaseException) -> None:
        """Log an error of user code in this tab."""
        log_error(self.logger(), f"page {self.page.request.url}: {what}", error)
