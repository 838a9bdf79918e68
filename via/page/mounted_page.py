"""What belongs to the page that a tab shows, and ends when the tab leaves the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ..sessions.tokens import new_token

if TYPE_CHECKING:
    from ..live.context import Context
    from .actions import Action
    from .computed import Computed
    from .signals import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a page knows of the request that asked for it."""

    url: str = "/"
    params: Mapping[str, str] = field(default_factory=dict)
    root_path: str = ""
    nonce: str = field(default_factory=new_token)


class Owned(Protocol):
    """What ends with the page: a subscription or an interval."""

    def unsubscribe(self) -> None:
        """End it."""


class PageState:
    """The signals, actions and subscriptions of one page in one tab.

    What an old page's code still does, in a task or a thread of its own, changes this old state
    and nothing that the browser shows. `actions` is how many actions the tab's earlier pages had.
    """

    __slots__ = (
        "_counters",
        "_owned",
        "actions",
        "arriving",
        "changed",
        "closed",
        "computed",
        "opening",
        "redirect_to",
        "root",
        "signals",
        "title",
        "visit",
    )

    def __init__(self, visit: Visit, actions: int = 0) -> None:
        self.visit = visit
        self.root: Context | None = None
        self.signals: dict[str, Signal] = {}
        self.changed: dict[str, Signal] = {}
        self.computed: list[Computed] = []
        self.actions: dict[str, Action] = {}
        self.title = ""
        self.redirect_to = ""
        self.opening = True  # until the page is set up and its first rendering under way
        self.arriving = False  # in a tab that showed another page, until it is rendered
        self.closed = False
        self._owned: list[Owned] = []
        # The ids of signals depend on the page alone; an action's late call must find nothing.
        self._counters = {"a": actions}

    def next_id(self, prefix: str) -> str:
        """A new id, unique in the page and the same in every run of it."""
        number = self._counters[prefix] = self._counters.get(prefix, 0) + 1
        return f"{prefix}{number}"

    def action_count(self) -> int:
        """How many actions this page and the tab's earlier ones have."""
        return self._counters["a"]

    def add_signal(self, signal: Signal) -> None:
        """A new signal: the page's document declares it, or else the next patch."""
        self.signals[signal.id()] = signal
        if not self.opening:
            self.mark_changed(signal)

    def add_computed(self, signal: Signal, computed: Computed) -> None:
        """A new signal whose value is computed at each sync."""
        self.add_signal(signal)
        self.computed.append(computed)

    def mark_changed(self, signal: Signal) -> None:
        """The server changed the signal."""
        self.changed[signal.id()] = signal

    def own(self, owned: Owned) -> None:
        """End it with the page."""
        if self.closed:
            owned.unsubscribe()
        else:
            self._owned.append(owned)

    def close(self) -> None:
        """The tab leaves the page, or ends: so does what the page owns."""
        self.closed = True
        owned, self._owned = self._owned, []
        for each in owned:
            each.unsubscribe()
