"""What a pub/sub backend offers: messages, and durable streams where it has them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

from ..errors import PubSubError, seconds
from .subjects import check_pattern


class Subscription(Protocol):
    """What a subscribe call returns."""

    def unsubscribe(self) -> Any:
        """Receive nothing more. Safe to call twice, and after the page has ended."""


@runtime_checkable
class PubSub(Protocol):
    """A backend that carries messages; any object with these methods can be `Options.pubsub`.

    Every method may be `def` or `async def`. Messages of one publisher on one subject arrive in
    the order in which they were published.
    """

    def publish(self, subject: str, data: bytes) -> Any:
        """Send a message to all who listen on the subject now."""

    def subscribe(self, subject: str, handler: Callable[[bytes], Any]) -> Any:
        """Call `handler` with each message; returns (or resolves to) a Subscription.

        `*` stands for one part of a subject and a last `>` for one or more. Call the handler on
        any thread; it returns at once.
        """

    def close(self) -> Any:
        """Release the connection; the app has ended."""


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """A durable stream: the messages of its subjects are kept, up to the limits.

    Raises PubSubError, naming the field, for a value that no stream can have.

    * `name`: letters, digits, `-` and `_`.
    * `subjects`: the subjects to keep; wildcards are allowed.
    * `max_msgs`: messages to keep at most, the newest ones; -1 for no limit.
    * `max_age`: how long a message is kept, in seconds or as `timedelta`; 0 means forever.
    * `replicas`: servers of a cluster that keep a copy. Default: 1, or as many as an existing
      stream has.
    """

    name: str
    subjects: list[str]
    max_msgs: int = -1
    max_age: float | timedelta = 0
    replicas: int | None = None

    def __post_init__(self) -> None:
        name, where = self.name, f"stream {self.name!r}"
        if (
            not isinstance(name, str)
            or not name.isascii()
            or not name.replace("-", "a").replace("_", "a").isalnum()
            or len(name) > 128
        ):
            raise PubSubError(
                f"{where}: a name is 1 to 128 letters, digits, '-' and '_', not {name!r}"
            )
        if isinstance(self.subjects, str) or not self.subjects:
            raise PubSubError(f"{where}: subjects must be a list of at least one subject")
        for subject in self.subjects:
            check_pattern(subject)
        if not isinstance(self.max_msgs, int) or self.max_msgs < -1 or self.max_msgs == 0:
            raise PubSubError(f"{where}: max_msgs must be positive, or -1, not {self.max_msgs!r}")
        if not isinstance(self.max_age, int | float | timedelta) or self.age() < 0:
            raise PubSubError(
                f"{where}: max_age must be seconds or a timedelta, not {self.max_age!r}"
            )
        if 0 < self.age() < 0.1:
            raise PubSubError(f"{where}: max_age must be at least 0.1 s, not {self.age():g} s")
        if self.replicas is not None and self.replicas not in range(1, 6):
            raise PubSubError(f"{where}: replicas must be 1 to 5, not {self.replicas!r}")

    def age(self) -> float:
        """`max_age` in seconds."""
        return seconds(self.max_age)


@dataclass(frozen=True, slots=True)
class History:
    """The last messages of a stream on one subject."""

    messages: list[bytes]
    """Oldest first."""
    end: int
    """The number, in the stream, of the last of them; 0 if there is none."""


StreamHandler = Callable[[bytes, int], Any]
"""Takes a message of a stream and its number there."""


@runtime_checkable
class Streams(Protocol):
    """What a backend with durable streams offers besides `PubSub`."""

    def ensure_stream(self, config: StreamConfig) -> Awaitable[None]:
        """Create the stream, or bring an existing one to this configuration."""

    def publish_durable(self, subject: str, data: bytes) -> Awaitable[int]:
        """Publish into the subject's stream; the number there, once it is kept."""

    def history(self, subject: str, count: int) -> Awaitable[History]:
        """The last `count` messages that a stream keeps on the subject."""

    def follow(self, subject: str, handler: StreamHandler) -> Awaitable[Subscription]:
        """Call `handler` with each message that the subject's stream takes from now on, once.

        Messages come in the stream's order, also those that it took while the connection was
        away.
        """
