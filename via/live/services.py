"""What a running app is made of: its loop, its tabs and its pub/sub."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ..page.rate_limit import RateLimitConfig
from ..sessions.tokens import same_token

if TYPE_CHECKING:
    from ..pubsub import Hub
    from ..sessions import SessionManager
    from .tab import Tab


Navigate = Callable[["Tab", str, bool], Awaitable[None]]
"""Shows the page at a URL in a tab; the last argument tells a step in the browser's history."""


class Runtime:
    """The state of one run of an app, from its start to its shutdown."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        logger: logging.Logger,
        hub: Hub,
        navigate: Navigate,
        sessions: SessionManager,
        *,
        context_ttl: float,
        resume_grace: float,
        action_rate_limit: RateLimitConfig,
    ) -> None:
        self.loop = loop
        self.logger = logger
        self.context_ttl = context_ttl
        self.resume_grace = resume_grace
        self.action_rate_limit = action_rate_limit
        self.hub = hub
        self.navigate = navigate
        self.sessions = sessions
        self.closing = False
        self.tabs: dict[str, Tab] = {}
        self.thread = threading.get_ident()
        self._tasks: set[asyncio.Future[Any]] = set()

    def in_loop_thread(self) -> bool:
        """Whether this is the thread of the app's event loop."""
        return threading.get_ident() == self.thread

    def keep(self, task: asyncio.Future[Any]) -> None:
        """Hold a background task until it is done."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def find_tab(self, id: Any, csrf: Any) -> Tab | None:
        """The tab with this id; None if there is none. Raises PermissionError on a wrong token."""
        tab = self.tabs.get(id) if isinstance(id, str) else None
        if tab is not None and not same_token(csrf, tab.csrf):
            raise PermissionError("the CSRF token is missing or wrong")
        return tab

    def close_tabs(self) -> None:
        """End every tab, and with it its stream; new ones are refused."""
        self.closing = True
        for tab in list(self.tabs.values()):
            tab.dispose()
