"""How a navigation changes the browser's history."""

from enum import Enum


class HistoryStep(Enum):
    """What the browser does with the address of the page that it comes to."""

    PUSH = "pushState"
    """A new entry, as for a link."""
    REPLACE = "replaceState"
    """In the place of the entry that is shown."""
    SHOWN = ""
    """Nothing: it went back or forward, and shows the address already."""
