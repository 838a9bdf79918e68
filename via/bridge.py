"""Runs handlers: lets a plain `def` wait for the event loop without ever blocking it.

A `def` handler runs inside a greenlet. Where it calls something that has to wait, `wait` hands the
awaitable to the coroutine that drives the greenlet; only that handler is suspended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from inspect import isawaitable
from typing import Any, Generic, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


class _Handler(greenlet):
    """The greenlet of one running `def` handler; the type marks that `wait` may suspend it."""


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
    worker = _Handler(handler)
    worker.gr_context = getcurrent().gr_context  # contextvars stay visible in the handler
    value = worker.switch(*args)
    if worker.dead:
        return _await(value) if isawaitable(value) else Finished(value)
    return _drive(worker, value)


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
        if worker.dead:
            return await value if isawaitable(value) else value
        awaitable = value
