"""Runs handlers: a plain `def` may wait without ever blocking the event loop, and a tab's own
handlers never overlap.

A `def` handler runs inside a greenlet. Where it calls something that has to wait, `wait` hands the
awaitable to the coroutine that drives the greenlet; only that handler is suspended.
"""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

from .._backend import PURE_PYTHON
from .workers import QueueClosed, QueueFull, wait

if TYPE_CHECKING or PURE_PYTHON:
    from ._handlers_py import Completed, HandlerQueue, can_wait, start
else:
    from ._handlers_c import Completed, HandlerQueue, can_wait, start

T = TypeVar("T")

__all__ = [
    "Completed",
    "HandlerQueue",
    "QueueClosed",
    "QueueFull",
    "call",
    "can_wait",
    "run",
    "start",
    "wait",
    "wait_or_return",
]


def wait_or_return(awaitable: Awaitable[T]) -> T | Awaitable[T]:
    """In a `def` handler the result, which is waited for; elsewhere the awaitable itself."""
    return wait(awaitable) if can_wait() else awaitable


def call(handler: Callable[..., Any], *args: Any) -> Any:
    """In a `def` handler: run another one, `def` or `async def`, to its end; return its value."""
    result = handler(*args)
    return wait(result) if isawaitable(result) else result


async def run(handler: Callable[..., Any], *args: Any) -> Any:
    """Run a `def` or `async def` handler to its end and return its value."""
    outcome = start(handler, *args)
    return outcome.value if isinstance(outcome, Completed) else await outcome
