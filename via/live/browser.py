"""Which browser a request comes from, by two cookies: one names the browser, one its session.

A browser is named from its first page on, whether or not it has a session. The name is 128 random
bits that nobody checks but the tabs that were opened under it, so that nothing is kept of it here,
and several apps on one host can share it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from ..sessions import SessionHandle
from ..sessions.tokens import is_token, new_token

Headers = Iterable[tuple[bytes, bytes]]

_NAME: Final = "via"
_SECURE_NAME: Final = "__Host-via"


@dataclass(frozen=True, slots=True)
class Browser:
    """Who asks for a page."""

    cookie: str
    """The cookie that names the browser, as "name=value"."""
    is_new: bool
    """Whether the browser has to be given that cookie."""
    session: SessionHandle
    token: str
    """The session's token as the browser sent it; another app's is none."""
    session_cookie: str = ""
    """The name of the session's cookie where another app on the host has the usual one."""

    @property
    def set_cookie(self) -> str | None:
        """The `Set-Cookie` value that names the browser; None if it has its name."""
        if not self.is_new:
            return None
        secure = "; Secure" if self.cookie.startswith(_SECURE_NAME) else ""
        return f"{self.cookie}; Path=/; HttpOnly{secure}; SameSite=Lax"


def cookie_header(headers: Headers) -> str:
    """The cookies of a request; HTTP/2 may bring them in several headers."""
    values = [value for name, value in headers if name == b"cookie"]
    return (values[0] if len(values) == 1 else b"; ".join(values)).decode("latin-1")


def browser_cookie(header: str, is_https: bool) -> tuple[str, bool]:
    """The cookie that names the browser, as "name=value", and whether it is a new one."""
    name = _SECURE_NAME if is_https else _NAME
    for pair in header.split(";"):
        key, _, value = pair.strip(" \t").partition("=")
        if key == name and is_token(value):
            return f"{name}={value}", False
    return f"{name}={new_token()}", True


def is_from(header: str, cookie: str) -> bool:
    """Whether a request with these cookies comes from the browser that `cookie` names."""
    wanted = cookie.encode()
    return any(
        compare_digest(pair.strip(" \t").encode("latin-1"), wanted) for pair in header.split(";")
    )


ROAD: Final = (b"via-road", b"socket")
"""The header of requests that came over a WebSocket."""


def takes_cookies(headers: Headers) -> bool:
    """Whether the answer to a request can set a cookie: over a WebSocket none can."""
    return ROAD not in headers
