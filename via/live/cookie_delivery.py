"""How a changed session cookie reaches a browser whose stream is already open.

Only the answer to a request can set a cookie, and what follows on the stream, such as a redirect,
may rely on it. So the stream is held until the browser has presented the new cookie: an element
asks it for one more request, whose answer either carries the cookie or lets the stream go on.
Until then the browser is known by the token that it had, and by those that were sent to it since.
"""

from __future__ import annotations

from hmac import compare_digest

from .._core.sse.events import patch_elements, remove_elements
from ..sessions import SessionHandle


class CookieDelivery:
    """A tab's session, and the way of its cookie to the browser."""

    __slots__ = (
        "_asked",
        "_name",
        "_path",
        "_sent",
        "is_confirmation_due",
        "is_outdated",
        "is_request_due",
        "session",
        "token",
    )

    def __init__(self, session: SessionHandle, root_path: str, token: str = "") -> None:
        self.session = session
        self.token = token
        """The session token that the browser was last known to have; "" for none."""
        self.is_request_due = False
        """Whether the stream has to ask the browser for a request."""
        self.is_confirmation_due = False
        """Whether a response carries the cookie, and the browser has yet to say that it has it."""
        self.is_outdated = False
        """Whether another tab renewed the token, and this one has yet to present the new one."""
        self._name = ""
        self._path = f"{root_path}/_session/ready"
        self._asked = 0  # elements in the browser that have asked
        self._sent: tuple[str, ...] = ()

    def rename(self, name: str) -> None:
        """Use a cookie of this name, since the browser has another app's of the usual one."""
        self._name = name

    @property
    def is_changing(self) -> bool:
        """Whether the browser has still to be told of a token, or to show that it has it."""
        return self.session.cookie_due or bool(self._sent)

    @property
    def is_held(self) -> bool:
        """Whether nothing may be sent before the browser has presented the session's token."""
        return self.is_confirmation_due or self.is_outdated or self.session.cookie_due

    @property
    def may_have_none(self) -> bool:
        """Whether it is right that the browser has no token: it never had, or dropped it."""
        return not self.token or "" in self._sent

    def knows(self, token: str) -> bool:
        """Whether the browser may still have this token."""
        known = (self.token, *self._sent)
        return any(compare_digest(token, one) for one in known)

    def present(self, token: str) -> bool:
        """The browser has the session's token; whether it is the first of its session."""
        if self.token == token and not self._sent:
            self.is_outdated = False
            return False
        is_first = bool(token) and self.token != token
        self.token, self._sent = token, ()
        self.is_outdated = False
        return is_first

    def outdate(self) -> None:
        """Another tab renewed the token: what was sent from here is worth nothing any more."""
        self.is_outdated = True
        self.token = self._sent[-1] if self._sent else self.token
        self._sent = ()

    def request(self) -> bytes:
        """The event that makes the browser send its request."""
        self.is_request_due = False
        self._asked += 1
        element = f'<div id="via-cookie{self._asked}" data-init="@post(\'{self._path}\')"></div>'
        return patch_elements(element.encode(), selector="body", mode="append")

    def respond(self) -> tuple[str, bytes] | None:
        """The `Set-Cookie` value for the response to a request, and that response's events.

        None if the browser already has the cookie.
        """
        cookie = self.change()
        if cookie is None:
            return None
        self.is_confirmation_due = True
        return cookie, self.request()

    def confirm(self) -> bytes:
        """The browser has the cookie: the event that clears away the elements that asked."""
        self.is_confirmation_due = False
        asked, self._asked = self._asked, 0
        return b"".join(remove_elements(f"#via-cookie{n}") for n in range(1, asked + 1))

    def restart(self, takes_cookies: bool) -> str | None:
        """A stream begins: where its response can carry the cookie, nothing waits any more."""
        self.is_confirmation_due = False
        self.is_request_due = not takes_cookies and self.session.cookie_due
        self._asked = 0
        return self.change() if takes_cookies else None

    def change(self) -> str | None:
        """The `Set-Cookie` value for a change of the token, which is then on its way."""
        cookie = self.session.cookie_change(self._name)
        if cookie is not None:
            self._sent = (*self._sent[-8:], self.session.token())
        return cookie
