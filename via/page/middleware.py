"""Middleware: functions around page functions and actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .._core.tasks import handlers
from ..errors import ConfigError

Next = Callable[[], Any]
Middleware = Callable[[Any, Next], Any]
"""A `def` or `async def` that takes the page's context and `next`, and calls `next()` to go on."""


def check_middleware(middleware: Sequence[Middleware]) -> None:
    """Raise ConfigError unless all are callable."""
    for one in middleware:
        if not callable(one):
            raise ConfigError(f"middleware must be a function of (c, next), not {one!r}")


def call_through(middleware: Sequence[Middleware], context: Any, handler: Callable[[], Any]) -> Any:
    """Call the handler inside the middleware, the first of it outermost."""

    return _call(middleware, 0, context, handler)


def _call(
    middleware: Sequence[Middleware], index: int, context: Any, handler: Callable[[], Any]
) -> Any:
    if index == len(middleware):
        return handler()

    def next() -> Any:
        if not handlers.can_wait():
            return handlers.run(_call, middleware, index + 1, context, handler)
        return handlers.call(_call, middleware, index + 1, context, handler)

    return middleware[index](context, next)
