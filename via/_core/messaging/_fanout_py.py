# cython: annotation_typing=False
"""One subject's messages, handed to its listeners.

This file is compiled as `_fanout_c`, with the types of its header, and is its own twin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from . import _codecs_py


_NONE: Final = object()


class Listener:
    """One subscription: a queue of messages and the handler that takes them one by one.

    For each message the listener itself is given to `enqueue` as a job of no arguments. With
    `limit` messages waiting, a new one takes the place of the oldest, which counts as dropped; so
    does a message whose job is refused, for which `enqueue` returns False.
    A held listener keeps what arrives until `release`.
    """

    __slots__ = (
        "_after",
        "_enqueue",
        "_first",
        "_held",
        "_limit",
        "_others",
        "closed",
        "codec",
        "dropped",
        "handler",
    )

    def __init__(
        self,
        handler: Callable[[Any], Any],
        codec: _codecs_py.Codec | None,
        enqueue: Callable[[Callable[[], Any]], Any],
        limit: int,
        held: bool = False,
    ) -> None:
        self.handler = handler
        self.codec = codec
        self.closed = False
        self.dropped = 0
        self._enqueue = enqueue
        self._limit = limit
        # Mostly no more than one waits, for which a list would be filled and emptied each time.
        self._first: Any = _NONE
        self._others: list[Any] = []
        self._held: list[tuple[int, Any]] | None = [] if held else None
        self._after = 0

    def __len__(self) -> int:
        first = 0 if self._first is _NONE else 1
        return first + len(self._others) + len(self._held or ())

    def __call__(self) -> Any:
        """Handle the oldest message that waits."""
        message = self._first
        if self.closed or message is _NONE:
            return None
        self._first = self._others.pop(0) if self._others else _NONE
        return self.handler(message)

    def close(self) -> None:
        """Take no more messages and forget those that wait."""
        self.closed = True
        self._first = _NONE
        self._others.clear()
        self._held = None

    def release(self, after: int) -> None:
        """Pass on what was held, from the message behind number `after` on."""
        held, self._held = self._held, None
        self._after = after
        for number, message in held or ():
            self.put(message, number)

    def put(self, message: Any, number: int) -> bool:
        """Queue a message; True if another had to go. `number` is its place in a stream, or 0."""
        if self.closed or (0 < number <= self._after):
            return False
        if self._held is not None:
            self._held.append((number, message))
            if len(self._held) > self._limit:
                del self._held[0]
                self.dropped += 1
                return True
            return False
        others = self._others
        if self._first is _NONE:
            self._first = message
        else:
            others.append(message)
            if len(others) >= self._limit:
                self._first = others.pop(0)
                self.dropped += 1
                return True
        if self._enqueue(self) is False and not self.closed:
            if others:
                others.pop()
            else:
                self._first = _NONE
            self.dropped += 1
            return True
        return False


class Fanout:
    """The listeners of one subject; each message is decoded once per type, for all of them.

    `on_bad(codec, data, error)` is told of a message that is not of the listeners' type, and
    `on_drop(listener)` of each message that a full listener lost.
    """

    __slots__ = ("_groups", "_on_bad", "_on_drop", "_size")

    def __init__(
        self,
        on_bad: Callable[[_codecs_py.Codec, bytes, Exception], Any],
        on_drop: Callable[[Listener], Any],
    ) -> None:
        self._groups: dict[_codecs_py.Codec | None, dict[Listener, None]] = {}
        self._size = 0
        self._on_bad = on_bad
        self._on_drop = on_drop

    def __len__(self) -> int:
        return self._size

    def add(self, listener: Listener) -> None:
        """Hand messages to the listener from now on."""
        group = self._groups.setdefault(listener.codec, {})
        if listener not in group:
            group[listener] = None
            self._size += 1

    def remove(self, listener: Listener) -> bool:
        """Close the listener and hand it nothing more; False if it was not here."""
        listener.close()
        group = self._groups.get(listener.codec)
        if group is None or listener not in group:
            return False
        del group[listener]
        if not group:
            del self._groups[listener.codec]
        self._size -= 1
        return True

    def deliver(self, data: bytes, number: int = 0) -> None:
        """Queue the message at every listener. `number` is its place in a stream, or 0."""
        for codec, group in list(self._groups.items()):
            message: Any = data
            if codec is not None:
                try:
                    message = codec.decode(data)
                except Exception as error:
                    self._on_bad(codec, data, error)
                    continue
            # A handler may run at once, and may subscribe or unsubscribe.
            for listener in list(group):
                if listener.put(message, number):
                    self._on_drop(listener)
