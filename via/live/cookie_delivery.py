"""How a changed session cookie reaches a browser whose stream is already open.

Only the answer to a request can set a cookie, and what follows on the stream, such as a redirect,
may rely on it. So the stream is held until the browser has confirmed the cookie: an element asks
it for one more request, whose answer either carries the cookie or lets the stream go on.
"""

from __future__ import annotations

from .._core.sse.events import patch_elements, remove_elements
from ..sessions import SessionHandle


class CookieDelivery:
    """A tab's session, and the way of its cookie to the browser."""

    __slots__ = ("_asked", "_path", "is_confirmation_due", "is_request_due", "session")

    def __init__(self, session: SessionHandle, root_path: str) -> None:
        self.session = session
        self.is_request_due = False
        """Whether the stream has to ask the browser for a request."""
        self.is_confirmation_due = False
        """Whether a response carries the cookie, and the browser has yet to say that it has it."""
        self._path = f"{root_path}/_session/ready"
        self._asked = 0  # elements in the browser that have asked

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
        cookie = self.session.cookie_change()
        if cookie is None:
            return None
        self.is_confirmation_due = True
        return cookie, self.request()

    def confirm(self) -> bytes:
        """The browser has the cookie: the event that clears away the elements that asked."""
        self.is_confirmation_due = False
        asked, self._asked = self._asked, 0
        return b"".join(remove_elements(f"#via-cookie{n}") for n in range(1, asked + 1))

    def restart(self) -> str | None:
        """A stream begins: its response may carry the cookie, so nothing waits any more."""
        self.is_confirmation_due = self.is_request_due = False
        self._asked = 0
        return self.session.cookie_change()
