"""What every tab of a running app is given."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..options import Limits
from ..page.rate_limit import RateLimitConfig

if TYPE_CHECKING:
    from ..pubsub import Hub
    from ..sessions import SessionManager


@dataclass(frozen=True, slots=True)
class Services:
    """What the tabs of one run of an app share. Made on the thread of its event loop.

    `is_own_client` tells that browsers run the client that comes with via, not Datastar's.
    `node` is this process's name among those of the app. `context_ttl` and `resume_grace` are in
    seconds; see `TabLifetime`.
    """

    loop: asyncio.AbstractEventLoop
    logger: logging.Logger
    hub: Hub
    sessions: SessionManager
    context_ttl: float
    resume_grace: float
    action_rate_limit: RateLimitConfig
    limits: Limits
    is_own_client: bool
    node: str
    dev_mode: bool
    thread: int = field(default_factory=threading.get_ident)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def in_loop_thread(self) -> bool:
        """Whether this is the thread of the app's event loop."""
        return threading.get_ident() == self.thread

    def call(self, function: Callable[..., object], *args: Any) -> None:
        """Call a function on the event loop: now, or soon where this is another thread."""
        if self.in_loop_thread():
            function(*args)
        else:
            self.loop.call_soon_threadsafe(function, *args)

    def run_in_background(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine as a task, which is held until it is done."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
