"""`RequestError`: why a request is refused."""

from __future__ import annotations


class RequestError(Exception):
    """A request is refused: an HTTP status, the reason, and in how many seconds to try again."""

    def __init__(self, status: int, reason: str, *, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after
