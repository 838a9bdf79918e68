"""What via itself holds of a visitor's session, one object for each tab."""

from __future__ import annotations

from collections.abc import Callable

from .state import SessionState


class SessionHandle:
    """A session as one tab has it; `Session` is its face for pages.

    All handles that a manager loaded for the same token share their state. `state` is None where
    there is no manager: values are lost, and nothing has to be saved.
    """

    __slots__ = ("_on_change", "cookie_due", "is_kept", "state")

    def __init__(self, state: SessionState | None) -> None:
        self.state = state
        self.is_kept = state is not None and bool(state.token)
        """False as long as the browser has no session: there is nothing to save or to tell it."""
        self.cookie_due = False
        """Whether the token was changed by way of this tab, and the browser does not know it."""
        self._on_change: Callable[[], object] | None = None

    def watch(self, on_change: Callable[[], object]) -> None:
        """Call back whenever the session has another token, or none any more, until `unwatch`."""
        self._on_change = on_change
        if self.state is not None and self.is_kept:
            self.state.watchers[on_change] = None

    def unwatch(self) -> None:
        """Call back no more."""
        if self.state is not None and self._on_change is not None:
            self.state.watchers.pop(self._on_change, None)
        self._on_change = None

    def live(self) -> SessionState | None:
        """The state, which is an empty one if the session's time is over."""
        if self.state is not None:
            self.state.expire()
        return self.state

    def token(self) -> str:
        """The session's token; "" if nobody keeps it."""
        state = self.state
        if state is None or not state.token:
            return ""
        state.expire()
        return state.token

    def start(self, state: SessionState) -> None:
        """Give the session a new token, of which the browser must be told."""
        self.is_kept = self.cookie_due = True
        if self._on_change is not None:
            state.watchers[self._on_change] = None
        state.start()

    def end(self, state: SessionState) -> None:
        """End the session, so that the browser must drop its cookie."""
        self.cookie_due = True
        state.retire()
        state.end()
        state.tell()

    def cookie_change(self, name: str = "") -> str | None:
        """The `Set-Cookie` value for a change of the token that was made by way of this handle.

        Given once per change, only to the tab that made it: the browser's other tabs share its
        cookies. None if there is nothing to tell. With `name` the cookie is of that name. Raises
        SessionError for a wrong `Cookie`.
        """
        state = self.live()
        if state is None or not self.cookie_due:
            return None
        shared = state.shared
        if state.token:
            header = shared.cookie.write(state.token, state.deadline, shared.clock(), name)
        else:
            header = shared.cookie.erase(name)
        self.cookie_due = False
        return header

    @property
    def unsaved(self) -> bool:
        """Whether `SessionManager.commit_handle` has something to do."""
        return self.state is not None and not self.state.is_saved()

    def is_settled(self) -> bool:
        """Whether there is nothing to save and nothing to tell the browser."""
        return not (self.is_kept and (self.cookie_due or self.unsaved))
