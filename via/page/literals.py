"""Values in the expressions of attributes."""

from __future__ import annotations

import msgspec


def js_literal(value: str | int) -> str:
    """A value in an expression; the official client would replace `$…` and `@…` in a string."""
    literal = msgspec.json.encode(value).decode()
    return literal.replace("$", "\\u0024").replace("@", "\\u0040")
