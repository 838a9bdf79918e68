"""Runs handlers: lets a plain `def` wait for the event loop without ever blocking it.

A `def` handler runs inside a greenlet. Where it calls something that has to wait, `wait` hands the
awaitable to the coroutine that drives the greenlet; only that handler is suspended.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from inspect import isawaitable
from typing import Any, Final, Generic, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

T = TypeVar("T")


class _Handler(greenlet):
    """A greenlet that runs `def` handlers, one after the other.

    The type marks that `wait` may suspend what runs in it. Making a greenlet costs more than most
    handlers do, so an idle one waits, parked, for the next.
    """

    handler: Callable[[], Any]
    parked: bool

    def run(self) -> None:
        """Run handlers for ever; each switch back to the parent brings what one came to."""
        while True:
            outcome: Finished[Any] | _Raised
            try:
                outcome = Finished(self.handler())
            except GreenletExit:
                return  # nobody holds this greenlet any more
            except BaseException as error:
                outcome = _Raised(error)
            del self.handler
            self.parked = True
            parent = self.parent
            assert parent is not None  # only the main greenlet has none
            parent.switch(outcome)


class _Raised:
    """The error with which a handler ended."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Idle(threading.local):
    """The parked greenlets of one thread: greenlets cannot change threads."""

    def __init__(self) -> None:
        self.workers: list[_Handler] = []


_idle: Final = _Idle()

MAX_IDLE: Final = 64
"""Greenlets that are kept for the next handlers, per thread."""


class Finished(Generic[T]):
    """The value of a handler that ended without waiting."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value


def can_wait() -> bool:
    """Whether the running code is a `def` handler, which `wait` can suspend."""
    return isinstance(getcurrent(), _Handler)


def wait(awaitable: Awaitable[T]) -> T:
    """Suspend the running `def` handler until `awaitable` is done; return its result.

    Raises RuntimeError outside of a `def` handler, and whatever the awaitable raises.
    """
    current = getcurrent()
    if not isinstance(current, _Handler):
        raise RuntimeError("wait() needs a running `def` handler; use `await` here")
    parent = current.parent
    assert parent is not None  # only the main greenlet has none
    result: T = parent.switch(awaitable)
    return result


def wait_or_return(coroutine: Coroutine[Any, Any, T]) -> T | Coroutine[Any, Any, T]:
    """In a `def` handler, the coroutine's result; elsewhere the coroutine itself, to be awaited."""
    return wait(coroutine) if can_wait() else coroutine


def start(handler: Callable[..., Any], *args: Any) -> Finished[Any] | Coroutine[Any, Any, Any]:
    """Run a handler until it ends or first has to wait.

    Returns its value as `Finished`, or a coroutine that runs the rest and returns the value. What
    the handler raises passes through, from here or from the coroutine.
    """
    idle = _idle.workers
    worker = idle.pop() if idle else _Handler()
    current = getcurrent()
    worker.parent = current
    worker.gr_context = current.gr_context  # contextvars stay visible in the handler
    worker.handler = partial(handler, *args) if args else handler
    worker.parked = False
    value = worker.switch()
    if not worker.parked:
        return _drive(worker, value)
    result = _ended(worker, value)
    if result is not None and isawaitable(result):
        return _await(result)
    return Finished(result)


def _ended(worker: _Handler, outcome: Finished[Any] | _Raised) -> Any:
    """Park the worker; return its handler's value, or raise its error."""
    if len(_idle.workers) < MAX_IDLE:
        worker.gr_context = None
        _idle.workers.append(worker)
    if isinstance(outcome, _Raised):
        raise outcome.error
    return outcome.value


async def run(handler: Callable[..., Any], *args: Any) -> Any:
    """Run a `def` or `async def` handler to its end and return its value."""
    outcome = start(handler, *args)
    return outcome.value if isinstance(outcome, Finished) else await outcome


async def _await(awaitable: Awaitable[T]) -> T:
    return await awaitable


async def _drive(worker: _Handler, awaitable: Awaitable[Any]) -> Any:
    while True:
        try:
            result = await awaitable
        except BaseException as error:
            # The task that drives may have changed; every switch must come back to this one.
            worker.parent = getcurrent()
            value = worker.throw(error)
        else:
            worker.parent = getcurrent()
            value = worker.switch(result)
        if worker.parked:
            result = _ended(worker, value)
            return await result if isawaitable(result) else result
        awaitable = value
