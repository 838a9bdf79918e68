"""A backend as a `def` handler sees it: what has to be waited for is, and cannot be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import isawaitable
from typing import Any

from .._core.tasks.handlers import can_wait, wait
from .protocol import PubSub


class WaitingPubSub:
    """A backend whose calls give their results themselves in a `def` handler.

    The handler is suspended until the result is there; elsewhere calls give what the backend's do.
    """

    __slots__ = ("_backend",)

    def __init__(self, backend: PubSub) -> None:
        self._backend = backend

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._backend, name)
        return _waiting(value) if callable(value) else value

    def publish(self, subject: str, data: bytes) -> Any:
        """Send a message to all who listen on the subject now."""
        return _waiting(self._backend.publish)(subject, data)

    def subscribe(self, subject: str, handler: Callable[[bytes], Any]) -> Any:
        """Call `handler` with each message on the subject."""
        return _waiting(self._backend.subscribe)(subject, handler)

    def close(self) -> Any:
        """Release the connection."""
        return _waiting(self._backend.close)()


def _waiting(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        result = function(*args, **options)
        return wait(result) if isawaitable(result) and can_wait() else result

    return call
