"""The tabs of a running app."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tab import Tab


class TabRegistry:
    """Every tab that lives, by its id."""

    def __init__(self) -> None:
        self.tabs: dict[str, Tab] = {}
        self._of_browser: dict[str, list[Tab]] = {}
        self.closing = False

    def add(self, tab: Tab) -> None:
        """Hold a tab until it ends."""
        self.tabs[tab.id] = tab
        self._of_browser.setdefault(tab.browser, []).append(tab)

    def remove(self, tab: Tab) -> None:
        """Forget a tab."""
        if self.tabs.pop(tab.id, None) is not None:
            tabs = self._of_browser[tab.browser]
            tabs.remove(tab)
            if not tabs:
                del self._of_browser[tab.browser]

    def session_began(self, tab: Tab) -> None:
        """The tab's browser has a session: its tabs without one are to come back with it."""
        for other in list(self._of_browser.get(tab.browser, ())):
            if other is not tab and not other.cookies.session.token():
                other.dispose()

    def close(self) -> None:
        """End every tab, and with it its stream; new ones are refused."""
        self.closing = True
        for tab in list(self.tabs.values()):
            tab.dispose()
