"""How a changed session cookie reaches a browser whose stream is open already.

Only the answer to a request can set a cookie, and what follows on the stream, such as a redirect,
may rely on it. So the stream is held until the browser has confirmed the cookie: an element asks
it for one more request, whose answer either bears the cookie or lets the stream go on.
"""

from __future__ import annotations

from .._core.sse.events import patch_elements, remove_elements
from ..sessions import Session


class Handover:
    """The session of a tab and the way of its cookie to the browser."""

    __slots__ = ("_asked", "_path", "_unasked", "_waiting", "session")

    def __init__(self, session: Session, root_path: str) -> None:
        self.session = session
        self._path = f"{root_path}/_session/ready"
        self._asked = 0  # elements in the browser that have asked
        self._unasked = False
        self._waiting = False

    @property
    def holds(self) -> bool:
        """Whether the stream must wait for the browser."""
        return self._waiting or self.session.cookie_due

    @property
    def has_question(self) -> bool:
        """Whether the stream, though it is held, has to ask the browser for a request."""
        return self._unasked

    def ask(self) -> None:
        """The cookie changed outside of a request: have the stream ask for one."""
        self._unasked = True

    def question(self) -> bytes:
        """The event that makes the browser send its request."""
        self._unasked = False
        self._asked += 1
        element = f'<div id="via-cookie{self._asked}" data-init="@post(\'{self._path}\')"></div>'
        return patch_elements(element.encode(), selector="body", mode="append")

    def answer(self) -> tuple[str, bytes] | None:
        """The `Set-Cookie` value for the answer to a request, and that answer's events.

        None if the browser has the cookie already.
        """
        cookie = self.session.cookie_change()
        if cookie is None:
            return None
        self._waiting = True
        return cookie, self.question()

    def confirm(self) -> bytes:
        """The browser has the cookie: what clears away the elements that asked."""
        self._waiting = False
        asked, self._asked = self._asked, 0
        return b"".join(remove_elements(f"#via-cookie{n}") for n in range(1, asked + 1))

    def restart(self) -> str | None:
        """A stream begins: its response may bear the cookie, and nothing waits any more."""
        self._waiting = self._unasked = False
        self._asked = 0
        return self.session.cookie_change()
