"""Who may speak for a tab: whoever knows its CSRF token and has its session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hmac import compare_digest
from typing import Any

from ..sessions import SessionHandle, SessionManager
from .tab import Tab
from .tab_registry import TabRegistry

Headers = Iterable[tuple[bytes, bytes]]


class TabAccess:
    """Finds the tab that a request names, if the request may speak for it."""

    def __init__(self, registry: TabRegistry, sessions: SessionManager) -> None:
        self._tabs = registry.tabs
        self._sessions = sessions

    def find(self, signals: Mapping[str, Any]) -> Tab | None:
        """The tab that signals from the browser name; None if there is none.

        Raises PermissionError if its CSRF token is missing or wrong.
        """
        id = signals.get("via_ctx")
        tab = self._tabs.get(id) if isinstance(id, str) else None
        if tab is not None:
            given = signals.get("via_csrf")
            # In constant time, which does not tell where they differ.
            if not isinstance(given, str) or not compare_digest(
                given.encode(errors="replace"), tab.csrf.encode()
            ):
                raise PermissionError("the CSRF token is missing or wrong")
        return tab

    async def visitor_session(self, headers: Headers) -> SessionHandle:
        """The session of the browser that sends these headers; a new one if it has none."""
        return await self._sessions.load_handle(self._token(headers))

    def owns_tab_nowait(self, tab: Tab, headers: Headers) -> bool | None:
        """As `owns_tab`, where nothing has to be waited for; None where something has."""
        cookies = tab.cookies
        if cookies.is_confirmation_due or cookies.session.cookie_due:
            return True  # the browser is yet to be told of the token
        token = self._token(headers)
        if not (token or cookies.session.is_kept):
            return True
        own = cookies.session.token()
        if not (token or own):
            return True
        if own and not compare_digest(token, own):
            return None  # the session may have ended in another process
        session = self._sessions.load_handle_nowait(token)
        if session is None:
            return None
        if not own:
            cookies.session = session
        return True

    async def owns_tab(self, tab: Tab, headers: Headers) -> bool:
        """Whether the request comes from the tab's own browser; its session is then up to date.

        A tab whose session has ended, or never began, takes the one that its browser has now.
        """
        now = self.owns_tab_nowait(tab, headers)
        if now is not None:
            return now
        cookies, token = tab.cookies, self._token(headers)
        own = cookies.session.token()
        if own and not compare_digest(token, own):
            await self._sessions.load_handle(own)
            own = cookies.session.token()
            if own:
                return False
        session = await self._sessions.load_handle(token)
        if not own:
            cookies.session = session
        return True

    def _token(self, headers: Headers) -> str:
        for name, value in headers:
            if name == b"cookie":
                return self._sessions.cookie.read(value.decode("latin-1"))
        return ""
