"""A value, or something to await for it: the two cases in which via has to tell them apart.

*The caller cannot know.* Rendering a view, running an action or calling a backend of the user's
own gives the value at once where nothing has to be waited for, and else something to await: that
is a `MaybeAwaitable`, and `settled` gives the value in either case. Where it is asked for often,
the value is looked at first, since a coroutine costs more than it does.

*The caller knows.* `via.replay_history` and its like give the value itself in a `def` handler,
which is suspended meanwhile, and something to await in an `async def` handler. A type checker sees
no difference between the two, and has no type that is both a `T` and an awaitable of one; so each
kind of value has a class that is, for the checker's eyes alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

T = TypeVar("T")

MaybeAwaitable: TypeAlias = T | Coroutine[Any, Any, T]

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Protocol

    class AwaitableList(list[T]):
        """In a `def` handler a list; in an `async def` handler something to await for it."""

        def __await__(self) -> Generator[Any, Any, list[T]]: ...

    class AwaitableInt(int):
        """In a `def` handler a number; in an `async def` handler something to await for it."""

        def __await__(self) -> Generator[Any, Any, int]: ...

    class AwaitableNone(Protocol):
        """In a `def` handler nothing; in an `async def` handler something to await."""

        def __await__(self) -> Generator[Any, Any, None]: ...


async def settled(value: T | Awaitable[T]) -> T:
    """The value, once it is there."""
    return await value if isawaitable(value) else value
