"""Rate limits: of actions, of requests, and of whatever an app counts by a key of its own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from ..errors import ConfigError

_RATE: Final = 10.0
_BURST: Final = 20


@dataclass(frozen=True, slots=True)
class RateLimitConfig:
    """`rate` calls a second in the long run, `burst` at once; a rate of -1 sets no limit.

    0 for both stands for the defaults, 10 and 20. Raises ConfigError for other negative values, and
    for a burst below 1.
    """

    rate: float = _RATE
    burst: int = _BURST

    def __post_init__(self) -> None:
        if self.rate == 0 and self.burst == 0:
            object.__setattr__(self, "rate", _RATE)
            object.__setattr__(self, "burst", _BURST)
        if self.rate != -1 and (self.rate <= 0 or self.burst < 1):
            raise ConfigError(
                f"a rate limit needs a positive rate (or -1 for none) and a burst of 1 or more, "
                f"not rate={self.rate!r}, burst={self.burst!r}"
            )

    def bucket(self) -> TokenBucket | None:
        """A full bucket of this size; None where there is no limit."""
        return None if self.rate == -1 else TokenBucket(self)

    def times(self, factor: int) -> RateLimitConfig:
        """A limit this many times as wide."""
        return self if self.rate == -1 else RateLimitConfig(self.rate * factor, self.burst * factor)


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

    def wait(self) -> float:
        """Seconds until there is a token again, if none is taken meanwhile."""
        return max(0.0, (1 - self._tokens) / self._config.rate)


def take_each(buckets: Iterable[TokenBucket]) -> TokenBucket | None:
    """Take a token of each bucket; returns the first one that has none, and takes no more."""
    for bucket in buckets:
        if not bucket.take():
            return bucket
    return None


class KeyedRateLimit:
    """One limit for each key, such as the user name of a login: see `allow`.

    `max_keys` are remembered; beyond, the key that was not asked for longest is forgotten.
    Documented in docs/security.md. Raises ConfigError for a `max_keys` below 1.
    """

    def __init__(self, limit: RateLimitConfig, *, max_keys: int = 10_000) -> None:
        if max_keys < 1:
            raise ConfigError(f"max_keys must be 1 or more, not {max_keys!r}")
        self._limit = limit
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def allow(self, key: str) -> bool:
        """Whether this call for the key is within its limit; it is counted."""
        bucket = self.bucket(key)
        return bucket is None or bucket.take()

    def bucket(self, key: str) -> TokenBucket | None:
        """The bucket of a key; None where there is no limit."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._limit.bucket()
            if bucket is None:
                return None
            self._buckets[key] = bucket
            if len(self._buckets) > self._max_keys:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket
