"""The cookie that carries a session's token."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Final

from ..errors import SessionError
from .tokens import is_session_token

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_DOMAIN: Final = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_PATH: Final = re.compile(r"/[!-:<-~]*")
_SAME_SITE: Final = {"lax": "Lax", "strict": "Strict", "none": "None"}
_MAX_HEADER: Final = 32_768
_EPOCH: Final = formatdate(0, usegmt=True)


@dataclass
class Cookie:
    """How the session cookie is written.

    * `name`: of the cookie.
    * `domain`: hosts that receive it; "" means only the host that set it.
    * `http_only`: hide it from scripts.
    * `path`: URLs below which it is sent.
    * `persist`: keep it when the browser closes, until the session's lifetime ends.
    * `same_site`: "lax", "strict" or "none" (which browsers accept only with `secure`).
    * `secure`: send it over HTTPS only.

    The fields may be assigned at any time; they are checked when the cookie is written.
    """

    name: str = "session"
    domain: str = ""
    http_only: bool = True
    path: str = "/"
    persist: bool = True
    same_site: str = "lax"
    secure: bool = False
    own_name: str = field(default="", init=False, repr=False, compare=False)
    """The name for browsers in which another app on the host has a cookie of that `name`."""

    def validate(self) -> None:
        """Raise SessionError where a field would make a cookie that browsers drop or misread."""
        if not _NAME.fullmatch(self.name):
            raise SessionError(
                f"cookie.name {self.name!r} must be letters, digits and !#$%&'*+.^_`|~-"
            )
        if self.domain and not _DOMAIN.fullmatch(self.domain):
            raise SessionError(f'cookie.domain {self.domain!r} must be a host name or ""')
        if not _PATH.fullmatch(self.path):
            raise SessionError(
                f'cookie.path {self.path!r} must start with "/" and hold no blank, ";" or control'
            )
        if self.same_site.lower() not in _SAME_SITE:
            raise SessionError(
                f'cookie.same_site {self.same_site!r} must be "lax", "strict" or "none"'
            )
        if self.same_site.lower() == "none" and not self.secure:
            raise SessionError('cookie.same_site "none" needs cookie.secure = True')
        prefix = self.name.lower()
        if prefix.startswith(("__secure-", "__host-")) and not self.secure:
            raise SessionError(f"cookie.name {self.name!r} needs cookie.secure = True")
        if prefix.startswith("__host-") and (self.domain or self.path != "/"):
            raise SessionError(f'cookie.name {self.name!r} needs path "/" and no domain')

    def write(self, token: str, deadline: float, now: float, name: str = "") -> str:
        """The `Set-Cookie` value that gives `token` to the browser.

        `deadline` (the session's end) and `now` are Unix times. Raises SessionError as `validate`.
        """
        if not self.persist:
            return self._format(name, token)
        age = max(0, int(deadline - now))
        expires = formatdate(deadline, usegmt=True)
        return self._format(name, token, f"Max-Age={age}", f"Expires={expires}")

    def erase(self, name: str = "") -> str:
        """The `Set-Cookie` value that makes the browser forget the cookie."""
        return self._format(name, "", "Max-Age=0", f"Expires={_EPOCH}")

    def read(self, header: str) -> str:
        """The session token in the value of a `Cookie` request header; "" if there is none.

        Never raises: an oversized header or a value that cannot be a token counts as no cookie.
        """
        if len(header) > _MAX_HEADER:
            return ""
        found = ""
        for pair in header.split(";"):
            name, _, value = pair.strip(" \t").partition("=")
            if not is_session_token(value):
                continue
            if self.own_name and name == self.own_name:
                return value
            if name == self.name and not found:
                found = value
        return found

    def _format(self, name: str, value: str, *lifetime: str) -> str:
        self.validate()
        parts = [f"{name or self.name}={value}", f"Path={self.path}"]
        if self.domain:
            parts.append(f"Domain={self.domain}")
        parts += lifetime
        if self.http_only:
            parts.append("HttpOnly")
        if self.secure:
            parts.append("Secure")
        parts.append(f"SameSite={_SAME_SITE[self.same_site.lower()]}")
        return "; ".join(parts)
