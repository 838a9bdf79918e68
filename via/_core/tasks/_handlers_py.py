"""The pure-Python twin of `_handlers_c`: handlers run in greenlets, and a tab's queue of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from inspect import isawaitable
from typing import Any, Final, Generic, TypeVar

from greenlet import GreenletExit, getcurrent

from .cancellation import own_error
from .workers import MAX_IDLE, QueueClosed, QueueFull, Worker, WorkerPool, drive, settle

T = TypeVar("T")

Job = Callable[[], Any]
"""A `def` or `async def` of no arguments."""

_idle: Final = WorkerPool()


class Completed(Generic[T]):
    """The value of a handler that ended without waiting."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value


class WorkSlot:
    """What a worker is given to do, and what came of it."""

    __slots__ = ("error", "handler", "parked", "value")

    def __init__(self) -> None:
        self.handler: Job | None = None
        self.value: Any = None
        self.error: BaseException | None = None
        self.parked = False

    def serve(self) -> bool:
        """In the worker: run the handler, and wait for the next; False if there is none."""
        handler, self.handler = self.handler, None
        assert handler is not None
        try:
            self.value = handler()
        except GreenletExit:
            return False  # nobody holds this greenlet any more
        except BaseException as error:
            self.error = error
        del handler
        self.parked = True
        parent = getcurrent().parent
        assert parent is not None  # only the main greenlet has none
        parent.switch()
        return True


def can_wait() -> bool:
    """Whether the running code is a `def` handler, which `wait` can suspend."""
    return isinstance(getcurrent(), Worker)


def start(handler: Callable[..., Any], *args: Any) -> Completed[Any] | Coroutine[Any, Any, Any]:
    """Run a handler until it ends or first has to wait.

    Returns its value as `Completed`, or a coroutine that runs the rest and returns the value. What
    the handler raises passes through, from here or from the coroutine.
    """
    workers = _idle.workers
    worker = workers.pop() if workers else Worker(WorkSlot())
    slot = worker.slot
    current = getcurrent()
    worker.parent = current
    worker.gr_context = current.gr_context  # contextvars stay visible in the handler
    slot.handler = partial(handler, *args) if args else handler
    slot.parked = False
    value = worker.switch()
    if not slot.parked:
        return drive(worker, value, _ended)
    result = _ended(worker)
    if result is not None and isawaitable(result):
        return settle(result)
    return Completed(result)


def _ended(worker: Worker) -> Any:
    """Park the worker; return its handler's value, or raise its error."""
    slot: Any = worker.slot
    value, error = slot.value, slot.error
    slot.value = slot.error = None
    if len(_idle.workers) < MAX_IDLE:
        worker.gr_context = None
        _idle.workers.append(worker)
    if error is not None:
        raise own_error(error)
    return value


class HandlerQueue:
    """A tab's queue of handlers: they run one after the other and never overlap.

    Jobs run in order, at once where the queue is idle, without a task unless a job has to wait.
    `limit` is how many may wait. `on_error(job, error)` is told what a posted job raised; the jobs
    behind it still run. `on_end` is called after each posted job.
    """

    __slots__ = ("_busy", "_closed", "_jobs", "_limit", "_loop", "_on_end", "_on_error", "_task")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limit: int,
        on_error: Callable[[Job, Exception], object],
        on_end: Callable[[], object],
    ) -> None:
        self._loop = loop
        self._limit = limit
        self._on_error = on_error
        self._on_end = on_end
        self._jobs: list[tuple[Job, asyncio.Future[Any] | None]] = []
        self._busy = False
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many jobs are waiting."""
        return len(self._jobs)

    def post(self, job: Job) -> bool:
        """Run the job when those before it have ended. Call it on the event loop only.

        Returns False, and does nothing, if the queue is full. Of a queue that is closed the job is
        forgotten.
        """
        if self._closed:
            return True
        if self._busy or can_wait():
            if len(self._jobs) >= self._limit:
                return False
            self._add(job, None)
        else:
            self._busy = True
            if self._run(job, None):
                self._work()
        return True

    def submit(self, job: Job) -> Completed[Any] | asyncio.Future[Any]:
        """As `post`, but the caller is told the job's result.

        A job that runs at once and ends without waiting has its result returned or its error
        raised; any other is told of by a future, which may also have QueueClosed. Raises QueueFull
        and QueueClosed.
        """
        if self._closed:
            raise QueueClosed("the tab has ended")
        if self._busy or can_wait():
            if len(self._jobs) >= self._limit:
                raise QueueFull(f"more than {self._limit} handlers are waiting")
            outcome: asyncio.Future[Any] = self._loop.create_future()
            self._add(job, outcome)
            return outcome
        self._busy = True
        try:
            result = start(job)
        except BaseException:
            self._work()
            raise
        if isinstance(result, Completed):
            self._work()
            return result
        outcome = self._loop.create_future()
        self._task = self._loop.create_task(self._finish(job, outcome, result))
        return outcome

    def close(self) -> None:
        """Forget the waiting jobs and cancel the one that is suspended; take no more."""
        self._closed = True
        jobs, self._jobs = self._jobs, []
        for _, outcome in jobs:
            if outcome is not None and not outcome.done():
                outcome.set_exception(QueueClosed("the tab has ended"))
        if self._task is not None and self._task is not asyncio.current_task(self._loop):
            # After its first step: a task that never began would never tell the outcome.
            self._loop.call_soon(self._task.cancel)
        if not self._busy:
            self._let_go()

    def _let_go(self) -> None:
        """Refer back to the tab no more, whose memory is then free at once."""
        self._on_error = self._on_end = _nothing

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
        if self._closed:
            self._let_go()

    def _run(self, job: Job, outcome: asyncio.Future[Any] | None) -> bool:
        """Run a job; False if it has to wait and the queue with it."""
        try:
            result = start(job)
        except Exception as error:
            self._fail(job, outcome, error)
        else:
            if not isinstance(result, Completed):
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
        except asyncio.CancelledError as error:
            own = own_error(error)
            if not isinstance(own, Exception):
                self._fail(job, outcome, QueueClosed("the tab has ended"))
                raise
            self._fail(job, outcome, own)
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
            if not isinstance(error, QueueClosed):
                self._on_error(job, error)
                self._on_end()
        elif not outcome.done():
            outcome.set_exception(error)


def _nothing(*args: object) -> None:
    pass
