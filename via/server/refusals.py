"""What is answered, and logged, where a request is refused."""

from __future__ import annotations

import logging
from typing import Final

from ..live.request_error import RequestError
from ..page.rate_limit import RateLimitConfig, TokenBucket
from .responses import ShortResponse

_LINES: Final = RateLimitConfig(rate=10, burst=100)


class Refusals:
    """Logs one line for each refusal, escaped and shortened, but not more than ten a second."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._lines = TokenBucket(_LINES)
        self._left_out = 0

    def refuse(self, address: str, method: str, path: str, error: RequestError) -> ShortResponse:
        """The response to a request that is refused, after it was logged."""
        self.log(address, method, path, error.status, str(error))
        return ShortResponse(error.status, f"{error}\n".encode(), retry_after=error.retry_after)

    def log_unread(self, address: str, status: int, reason: str) -> None:
        """Say who was refused, before it was known what the request was for."""
        self.log(address, "a", "request", status, reason)

    def log(self, address: str, method: str, path: str, status: int, reason: str) -> None:
        """Say who was refused what, and why."""
        if not self._lines.take():
            self._left_out += 1
            return
        more, self._left_out = self._left_out, 0
        self._logger.warning(
            "refused %.20s %.200r from %.64s with %d: %.500s%s",
            _printable(method),
            path,
            _printable(address),
            status,
            _printable(reason),
            f" (and {more} more)" if more else "",
        )


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)
