"""The greenlets in which `def` handlers run, for both variants of `handlers`."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from typing import Any, Final, Protocol, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


class Slot(Protocol):
    """What a worker is given to do, and what came of it."""

    handler: Callable[[], Any] | None
    parked: bool

    def serve(self) -> bool:
        """In the worker: run the handler, and wait for the next; False if there is none."""


class Worker(greenlet):
    """A greenlet that runs `def` handlers, one after the other.

    The type marks that `wait` may suspend what runs in it. Making a greenlet costs more than most
    handlers do, so an idle one waits, parked, for the next.
    """

    __slots__ = ("slot",)

    def __init__(self, slot: Slot) -> None:
        # The frame holds the slot and not the greenlet, which thus ends when nobody holds it.
        super().__init__(partial(_sit, slot))
        self.slot = slot


def _sit(slot: Slot) -> None:
    # greenlet wants a frame of Python's at the bottom, whatever the rest is compiled to.
    while slot.serve():
        pass


class WorkerPool(threading.local):
    """The parked workers of one thread: greenlets cannot change threads."""

    def __init__(self) -> None:
        self.workers: list[Worker] = []


MAX_IDLE: Final = 64
"""Greenlets that are kept for the next handlers, per thread."""


class QueueClosed(Exception):
    """The tab has ended, or ended before the job did."""


class QueueFull(Exception):
    """As many jobs are waiting as the queue takes."""


def wait(awaitable: Awaitable[T]) -> T:
    """Suspend the running `def` handler until `awaitable` is done; return its result.

    Raises RuntimeError outside of a `def` handler, and whatever the awaitable raises.
    """
    current = getcurrent()
    if not isinstance(current, Worker):
        raise RuntimeError("wait() needs a running `def` handler; use `await` here")
    parent = current.parent
    assert parent is not None  # only the main greenlet has none
    result: T = parent.switch(awaitable)
    return result


async def drive(worker: Worker, awaitable: Awaitable[Any], end: Callable[[Worker], Any]) -> Any:
    """Await what the worker's handler waits for, until it ends; `end` takes its value."""
    slot = worker.slot
    while True:
        try:
            result = await awaitable
        except BaseException as error:
            # The task that drives may have changed; every switch must come back to this one.
            worker.parent = getcurrent()
            value = worker.throw(type(error), error, error.__traceback__)
        else:
            worker.parent = getcurrent()
            value = worker.switch(result)
        if slot.parked:
            result = end(worker)
            return await result if isawaitable(result) else result
        awaitable = value


async def settle(awaitable: Awaitable[T]) -> T:
    """A coroutine of what may be awaited in another way."""
    return await awaitable
