"""A tab's queue of handlers: they run one after the other and never overlap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from . import bridge
from .errors import ViaError

Job = Callable[[], Any]
"""A `def` or `async def` of no arguments."""


class MailboxClosed(ViaError):
    """The tab ended before the job did."""


class Mailbox:
    """Runs jobs in order, at once where it is idle, without a task unless a job has to wait.

    `on_error(job, error)` is told what a posted job raised; the jobs behind it still run. `on_end`
    is called after each posted job.
    """

    __slots__ = ("_busy", "_jobs", "_loop", "_on_end", "_on_error", "_task")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_error: Callable[[Job, Exception], None],
        on_end: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._on_error = on_error
        self._on_end = on_end
        self._jobs: list[tuple[Job, asyncio.Future[Any] | None]] = []
        self._busy = False
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._jobs)

    def post(self, job: Job) -> None:
        """Run the job when those before it have ended. Call it on the event loop only."""
        if self._busy or bridge.can_wait():
            self._add(job, None)
        else:
            self._busy = True
            if self._run(job, None):
                self._work()

    def submit(self, job: Job) -> bridge.Finished[Any] | asyncio.Future[Any]:
        """As `post`, but the caller is told the job's result.

        A job that runs at once and ends without waiting has its result returned or its error
        raised; any other is told of by a future, which may also have MailboxClosed.
        """
        if self._busy or bridge.can_wait():
            outcome: asyncio.Future[Any] = self._loop.create_future()
            self._add(job, outcome)
            return outcome
        self._busy = True
        try:
            result = bridge.start(job)
        except BaseException:
            self._work()
            raise
        if isinstance(result, bridge.Finished):
            self._work()
            return result
        outcome = self._loop.create_future()
        self._task = self._loop.create_task(self._finish(job, outcome, result))
        return outcome

    def close(self) -> None:
        """Forget the waiting jobs and cancel the one that is suspended."""
        jobs, self._jobs = self._jobs, []
        for _, outcome in jobs:
            if outcome is not None and not outcome.done():
                outcome.set_exception(MailboxClosed("the tab has ended"))
        if self._task is not None and self._task is not asyncio.current_task(self._loop):
            # After its first step: a task that never began would never tell the outcome.
            self._loop.call_soon(self._task.cancel)

    def _add(self, job: Job, outcome: asyncio.Future[Any] | None) -> None:
        self._jobs.append((job, outcome))
        if not self._busy:
            self._busy = True
            # Never run one tab's handler inside another's.
            self._loop.call_soon(self._work)

    def _work(self) -> None:
        while self._jobs:
            if not self._run(*self._jobs.pop(0)):
                return
        self._busy = False

    def _run(self, job: Job, outcome: asyncio.Future[Any] | None) -> bool:
        """Run a job; False if it has to wait and the queue with it."""
        try:
            result = bridge.start(job)
        except Exception as error:
            self._fail(job, outcome, error)
        else:
            if not isinstance(result, bridge.Finished):
                self._task = self._loop.create_task(self._finish(job, outcome, result))
                return False
            if outcome is None:
                self._on_end()
            elif not outcome.done():
                outcome.set_result(result.value)
        return True

    async def _finish(
        self, job: Job, outcome: asyncio.Future[Any] | None, rest: Coroutine[Any, Any, Any]
    ) -> None:
        try:
            value = await rest
        except Exception as error:
            self._fail(job, outcome, error)
        except asyncio.CancelledError:
            self._fail(job, outcome, MailboxClosed("the tab has ended"))
            raise
        else:
            if outcome is None:
                self._on_end()
            elif not outcome.done():
                outcome.set_result(value)
        finally:
            self._task = None
            self._work()

    def _fail(self, job: Job, outcome: asyncio.Future[Any] | None, error: Exception) -> None:
        if outcome is None:
            if not isinstance(error, MailboxClosed):
                self._on_error(job, error)
                self._on_end()
        elif not outcome.done():
            outcome.set_exception(error)
