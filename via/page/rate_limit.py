"""Rate limits for actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from ..errors import ConfigError


@dataclass(frozen=True, slots=True)
class RateLimitConfig:
    """`rate` calls a second in the long run, `burst` at once; a rate of -1 sets no limit.

    Raises ConfigError for other negative values, and for a burst below 1.
    """

    rate: float = 10.0
    burst: int = 20

    def __post_init__(self) -> None:
        if self.rate != -1 and (self.rate <= 0 or self.burst < 1):
            raise ConfigError(
                f"a rate limit needs a positive rate (or -1 for none) and a burst of 1 or more, "
                f"not rate={self.rate!r}, burst={self.burst!r}"
            )

    def bucket(self) -> TokenBucket | None:
        """A full bucket of this size; None where there is no limit."""
        return None if self.rate == -1 else TokenBucket(self)


class TokenBucket:
    """Lets `burst` calls through at once and refills at `rate` a second.

    Two numbers a tab: a shared store with keys, as rate limiting libraries have, would cost each
    action more than its handler does.
    """

    __slots__ = ("_config", "_filled", "_tokens")

    def __init__(self, config: RateLimitConfig, now: Callable[[], float] = monotonic) -> None:
        self._config = config
        self._tokens = float(config.burst)
        self._filled = now()

    def take(self, now: Callable[[], float] = monotonic) -> bool:
        """Take one token; False if there is none."""
        time = now()
        refill = (time - self._filled) * self._config.rate
        self._tokens = min(self._config.burst, self._tokens + refill)
        self._filled = time
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
