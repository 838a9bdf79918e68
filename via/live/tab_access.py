"""Who may speak for a tab: its own browser, with its own session and the tab's CSRF token."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from enum import Enum
from hmac import compare_digest
from itertools import chain
from typing import Any, Final

from ..sessions import SessionManager
from .browser import Browser, Headers, browser_cookie, cookie_header, is_from
from .tab import Tab
from .tab_registry import TabRegistry

_MOST_FOREIGN: Final = 10_000


class Claim(Enum):
    """What becomes of a request that names a tab."""

    GRANTED = "granted"
    EARLY = "early"
    """The session has a new token, which this browser is about to get: it may come again."""
    MOVED = "moved"
    """The browser has another session than the tab by now: it needs the page anew."""
    REFUSED = "refused"
    """The tab belongs to another browser."""


class TabAccess:
    """Finds the tab that a request names, if the request may speak for it."""

    def __init__(self, registry: TabRegistry, sessions: SessionManager) -> None:
        self._registry = registry
        self._sessions = sessions
        self._foreign: OrderedDict[str, None] = OrderedDict()
        """Tokens of sessions that this app does not have: another app on the host may."""

    def find(self, signals: Mapping[str, Any]) -> Tab | None:
        """The tab that signals from the browser name; None if there is none.

        Raises PermissionError if its CSRF token is missing or wrong.
        """
        id = signals.get("via_ctx")
        tab = self._registry.tabs.get(id) if isinstance(id, str) else None
        if tab is not None:
            given = signals.get("via_csrf")
            # In constant time, which does not tell where they differ.
            if not isinstance(given, str) or not compare_digest(
                given.encode(errors="replace"), tab.csrf.encode()
            ):
                raise PermissionError("the CSRF token is missing or wrong")
        return tab

    async def browser(self, headers: Headers, is_https: bool) -> Browser:
        """The browser that sends these headers; it is given a name if it has none."""
        found = self.browser_nowait(headers, is_https)
        if found is not None:
            return found
        header = cookie_header(headers)
        sessions = self._sessions
        if f"{sessions.cookie.name}-" in header:
            await sessions.own_cookie_name(_port(headers))
        token = sessions.cookie.read(header)
        session = await sessions.load_handle(token)
        name = ""
        if token and not session.is_kept:
            name, token = await self._turn_away(token, headers), ""
        elif token and f"{sessions.cookie.own_name}={token}" in header:
            name = sessions.cookie.own_name
        return Browser(*browser_cookie(header, is_https), session, token, name)

    def browser_nowait(self, headers: Headers, is_https: bool) -> Browser | None:
        """As `browser`, where nothing has to be waited for; None where something has."""
        header = cookie_header(headers)
        sessions = self._sessions
        if f"{sessions.cookie.name}-" in header:
            return None
        token = sessions.cookie.read(header)
        session = sessions.load_handle_nowait(token)
        if session is None or (token and not session.is_kept):
            return None
        return Browser(*browser_cookie(header, is_https), session, token)

    async def _turn_away(self, token: str, headers: Headers) -> str:
        """Take a token to be another app's; returns the name of the cookie that is this app's."""
        self._foreign[token] = None
        if len(self._foreign) > _MOST_FOREIGN:
            self._foreign.popitem(last=False)
        return await self._sessions.own_cookie_name(_port(headers))

    def _token(self, header: str) -> str:
        """The session token that a browser sent; "" for one that is known to be another app's."""
        token = self._sessions.cookie.read(header)
        return "" if token in self._foreign else token

    def claim_nowait(self, tab: Tab, headers: Headers) -> Claim | None:
        """As `claim`, where nothing has to be waited for; None where something has."""
        header = cookie_header(headers)
        if not is_from(header, tab.browser):
            return Claim.REFUSED
        cookies = tab.cookies
        if cookies.session.is_kept and not cookies.is_changing:
            own = cookies.session.token()
            if own and self._sessions.load_handle_nowait(own) is None:
                return None
        token = self._token(header)
        return None if self._is_new(tab, token) else self._compare(tab, token)

    async def claim(self, tab: Tab, headers: Headers) -> Claim:
        """Whether the request comes from the tab's own browser; its session is then up to date."""
        header = cookie_header(headers)
        if not is_from(header, tab.browser):
            return Claim.REFUSED
        cookies = tab.cookies
        if cookies.session.is_kept and not cookies.is_changing:
            await self._sessions.load_handle(cookies.session.token())
        token = self._token(header)
        if self._is_new(tab, token) and not (await self._sessions.load_handle(token)).is_kept:
            cookies.rename(await self._turn_away(token, headers))
            token = ""
        return self._compare(tab, token)

    def _is_new(self, tab: Tab, token: str) -> bool:
        """Whether a token has come to the browser of a tab that had none when it last spoke."""
        cookies = tab.cookies
        own = cookies.session.token()
        is_without = not own or (cookies.is_changing and not _same(token, own))
        return bool(token) and is_without and not cookies.knows(token)

    def is_granted_again(self, tab: Tab, proof: bytes) -> bool:
        """Whether a request shows what the last one showed, and that is still worth as much.

        False where it has to be looked at closely.
        """
        granted, token = tab.granted
        if not granted or not compare_digest(granted, proof):
            return False
        cookies = tab.cookies
        session = cookies.session
        if not session.is_kept:
            return True
        if cookies.is_changing or session.token() != token:
            return False
        return self._sessions.load_handle_nowait(token) is not None and session.token() == token

    def remember(self, tab: Tab, proof: bytes) -> None:
        """A request that showed this was let through; unless the token is changing."""
        cookies = tab.cookies
        own = cookies.session.token()
        if not cookies.is_changing and (own or not cookies.session.is_kept):
            tab.granted = (proof, own)

    def may_have_cookie(self, tab: Tab, headers: Headers) -> bool:
        """Whether the answer may bear the session's new token: the request bore the old one."""
        return tab.cookies.knows(self._token(cookie_header(headers)))

    def _compare(self, tab: Tab, token: str) -> Claim:
        cookies = tab.cookies
        own = cookies.session.token()
        if _same(token, own) and (own or cookies.may_have_none):
            if cookies.present(token):
                self._registry.session_began(tab)
            return Claim.GRANTED
        if cookies.is_changing and cookies.knows(token):
            return Claim.GRANTED
        if not own and not cookies.session.is_kept and _same(token, cookies.token):
            return Claim.GRANTED
        return Claim.EARLY if own and _same(token, cookies.token) else Claim.MOVED


def proof_of(headers: Headers) -> bytes:
    """What a request shows: one that shows the same is let through as the one before it."""
    return b"\0".join(chain.from_iterable(headers))


def _port(headers: Headers) -> str:
    """The port by which the browser finds the app; "0" for the usual one."""
    host = next((value for name, value in headers if name == b"host"), b"")
    port = host.rpartition(b":")[2].decode("latin-1")
    return port if port.isdecimal() else "0"


def _same(one: str, other: str) -> bool:
    return compare_digest(one, other)
