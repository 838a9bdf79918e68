"""Who sends a request: the session that its cookie names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..sessions import Session, SessionManager
from ..sessions.tokens import same_token

if TYPE_CHECKING:
    from .tab import Tab

Headers = Iterable[tuple[bytes, bytes]]


async def visitor_session(sessions: SessionManager, headers: Headers) -> Session:
    """The session of the browser that sends these headers; a new one if it has none."""
    return await sessions.load(_token(sessions, headers))


def is_visitor_now(sessions: SessionManager, tab: Tab, headers: Headers) -> bool | None:
    """As `is_visitor`, where nothing has to be waited for; None where something has."""
    if tab.handover.holds:
        return True  # the browser is yet to be told of the token
    own, token = tab.handover.session.id(), _token(sessions, headers)
    if not own and not token:
        return True
    if own and not same_token(token, own):
        return None  # the session may have ended in another process
    session = sessions.load_now(token)
    if session is None:
        return None
    if not own:
        tab.handover.session = session
    return True


async def is_visitor(sessions: SessionManager, tab: Tab, headers: Headers) -> bool:
    """Whether the request comes from the tab's own browser; its session is then up to date.

    A tab whose session has ended, or never began, takes the one that its browser has now.
    """
    now = is_visitor_now(sessions, tab, headers)
    if now is not None:
        return now
    token = _token(sessions, headers)
    own = tab.handover.session.id()
    if own and not same_token(token, own):
        await sessions.load(own)
        own = tab.handover.session.id()
        if own:
            return False
    session = await sessions.load(token)
    if not own:
        tab.handover.session = session
    return True


def _token(sessions: SessionManager, headers: Headers) -> str:
    for name, value in headers:
        if name == b"cookie":
            return sessions.cookie.read(value.decode("latin-1"))
    return ""
