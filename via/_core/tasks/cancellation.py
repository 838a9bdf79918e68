"""Tells a task's own cancellation from one that user code let pass, for both variants."""

from __future__ import annotations

import asyncio


class HandlerCancelled(Exception):
    """What a handler waited for was cancelled, and the handler let that pass."""


def is_cancelled() -> bool:
    """Whether the running task was asked to end."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop runs
        return False
    return task is not None and task.cancelling() > 0


def own_error(error: BaseException) -> BaseException:
    """What a handler raised, as its caller is to see it.

    A CancelledError would pass all that catches errors, and end a caller that nobody cancelled.
    """
    if not isinstance(error, asyncio.CancelledError) or is_cancelled():
        return error
    cancelled = HandlerCancelled("what it waited for was cancelled")
    cancelled.__cause__ = error
    return cancelled.with_traceback(error.__traceback__)
