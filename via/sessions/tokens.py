"""Random ids and tokens, and their comparison."""

import re
import secrets
from hmac import compare_digest
from typing import Any, Final

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")


def new_token() -> str:
    """128 random bits as 22 characters that are safe in URLs, attributes and headers."""
    return secrets.token_urlsafe(16)


def is_token(value: Any) -> bool:
    """Whether `value` has the form that `new_token` gives."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def same_token(given: Any, expected: str) -> bool:
    """Whether `given` equals `expected`, in a time that does not tell where they differ."""
    return isinstance(given, str) and compare_digest(
        given.encode(errors="replace"), expected.encode()
    )
