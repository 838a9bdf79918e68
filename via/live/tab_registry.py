"""The tabs of a running app."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tab import Tab


class TabRegistry:
    """Every tab that lives, by its id."""

    def __init__(self) -> None:
        self.tabs: dict[str, Tab] = {}
        self.closing = False

    def add(self, tab: Tab) -> None:
        """Hold a tab until it ends."""
        self.tabs[tab.id] = tab

    def remove(self, tab: Tab) -> None:
        """Forget a tab."""
        self.tabs.pop(tab.id, None)

    def close(self) -> None:
        """End every tab, and with it its stream; new ones are refused."""
        self.closing = True
        for tab in list(self.tabs.values()):
            tab.dispose()
