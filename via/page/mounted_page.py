"""What belongs to the page that a tab shows, and ends when the tab leaves the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

from .._core.sse.send_queue import View
from ..sessions.tokens import new_token
from .fields import Field

if TYPE_CHECKING:
    from ..pubsub import DryRunHub, Hub
    from .actions import RegisteredAction
    from .computed import Computed
    from .signals import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """What a page knows of the request that asked for it."""

    url: str = "/"
    params: Mapping[str, str] = field(default_factory=dict)
    root_path: str = ""
    nonce: str = field(default_factory=new_token)
    query: str = ""
    """What follows the question mark of the address, as it is written there."""

    def query_values(self) -> list[tuple[str, str]]:
        """The names and values of the query, in order."""
        return parse_qsl(self.query, keep_blank_values=True)


class Phase(Enum):
    """How far a page has come."""

    SETTING_UP = "setting up"
    """Its function runs, and its first rendering: nothing is sent yet."""
    ARRIVING = "arriving"
    """It is set up in a tab that showed another page, and will replace that one's view."""
    SHOWN = "shown"
    """The browser has it."""
    CLOSED = "closed"
    """The tab has left it or has ended."""


class PageView(View, Protocol):
    """A view that belongs to the page."""

    def let_go(self) -> None:
        """Forget its function, which refers back to the page."""


class PagePart(Protocol):
    """A part of the page's view that is made elsewhere."""

    @property
    def key(self) -> str:
        """What names it."""

    @property
    def is_ended(self) -> bool:
        """Whether there is nothing any more to show."""

    @property
    def size(self) -> int:
        """Bytes that it has in a view."""

    @property
    def version(self) -> int:
        """Its newest version."""

    def fill(self, data: bytes, line: bytes) -> bytes:
        """HTML with the part in the place that the page's view keeps for it."""

    def sent(self, version: int) -> None:
        """The browser is sent all of it, in this version."""

    def action(self, id: str) -> RegisteredAction | None:
        """The action of this id, if it is the part's."""

    def request(self) -> None:
        """Have its newest version sent, if the tab does not have it."""

    def let_go(self) -> None:
        """Refer back to the page no more."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A part that an event brings, in one of its versions."""

    part: PagePart
    version: int


class MountedPage:
    """The signals, actions and subscriptions of one page in one tab.

    Code of a page that was left, in a task or thread of its own, changes this object and nothing
    that the browser shows. `hub` and `enqueue` are what subscriptions need: the messages, and the
    tab's queue of handlers. `action_count` is how many actions the tab's earlier pages had.
    """

    def __init__(
        self,
        request: PageRequest,
        hub: Hub | DryRunHub,
        enqueue: Callable[[Callable[[], Any]], bool],
        action_count: int = 0,
    ) -> None:
        self.request = request
        self.hub = hub
        self.enqueue = enqueue
        self.phase = Phase.SETTING_UP
        self.root: View | None = None
        self.is_render_whole = True
        """Whether the next rendering leaves no component as it was."""
        self.is_partial = False
        """Whether the rendering under way leaves components as they were."""
        self.views: list[PageView] = []
        """The root and the views of components."""
        self.parts: list[PagePart] = []
        """What it shows of what other tabs show too."""
        self.guard: Callable[[Callable[[], Any]], Any] | None = None
        """Runs a handler inside the middleware of the page and its groups."""
        self.signals: dict[str, Signal] = {}
        self.changed: dict[str, Signal] = {}
        self.computed: list[Computed] = []
        self.actions: dict[str, RegisteredAction] = {}
        self.title = ""
        self.redirect_to = ""
        self._on_close: dict[Callable[[], object], None] = {}
        # A signal's id follows from the page alone; an old page's action must find no handler.
        self._counters = {"a": action_count}

    def next_id(self, prefix: str) -> str:
        """A new id, unique in the page and the same in every run of it."""
        number = self._counters[prefix] = self._counters.get(prefix, 0) + 1
        return f"{prefix}{number}"

    def action_count(self) -> int:
        """How many actions this page and the tab's earlier ones have."""
        return self._counters["a"]

    def action(self, id: str) -> RegisteredAction | None:
        """The action of this id: the page's own, or that of a part."""
        found = self.actions.get(id)
        if found is None:
            for part in self.parts:
                found = part.action(id)
                if found is not None:
                    self.actions[id] = found
                    break
        return found

    def filled(self, html: bytes, line: bytes = b"\n") -> bytes:
        """HTML that is sent now, with the parts that are made elsewhere; `line` begins lines."""
        html, brought = self.fill(html, line)
        for one in brought:
            one.part.sent(one.version)
        return html

    def fill(self, html: bytes, line: bytes) -> tuple[bytes, list[Brought]]:
        """As `filled`, of what is sent later, and the parts in it."""
        brought: list[Brought] = []
        for part in self.parts:
            filled = part.fill(html, line)
            if filled is not html:
                html = filled
                brought.append(Brought(part, part.version))
        return html, brought

    def add_signal(self, signal: Signal) -> None:
        """Hold a new signal: the page's document declares it, or else the next patch does."""
        self.signals[signal.id()] = signal
        if self.phase is not Phase.SETTING_UP:
            self.changed[signal.id()] = signal

    def sent_values(self) -> Iterator[str]:
        """The texts that the browser sent: the path's parameters and the signals."""
        yield from self.request.params.values()
        for _, value in self.request.query_values():
            yield value
        for signal in self.signals.values():
            if isinstance(signal.value, str):
                yield signal.value

    def fields(self) -> list[Field]:
        """The fields of the page and of its components."""
        return [signal for signal in self.signals.values() if isinstance(signal, Field)]

    @property
    def is_sent(self) -> bool:
        """Whether the browser is to hear of what happens in this page."""
        return self.phase is Phase.SHOWN or self.phase is Phase.ARRIVING

    def advance(self, phase: Phase) -> None:
        """Go on to a later phase; a page that is closed stays so."""
        if self.phase is not Phase.CLOSED:
            self.phase = phase

    def on_close(self, callback: Callable[[], object]) -> None:
        """Call back when the page is closed; at once if it is closed already."""
        if self.phase is Phase.CLOSED:
            callback()
        else:
            self._on_close[callback] = None

    def off_close(self, callback: Callable[[], object]) -> None:
        """Call it back no more."""
        self._on_close.pop(callback, None)

    def close(self) -> None:
        """End what belongs to the page: the tab leaves it, or ends. Safe to call twice."""
        self.phase = Phase.CLOSED
        callbacks, self._on_close = self._on_close, {}
        for callback in callbacks:
            callback()

    def let_go(self) -> None:
        """Forget the page's code, which refers back to the page; it is not run any more."""
        for view in self.views:
            view.let_go()
        self.views.clear()
        for part in self.parts:
            part.let_go()
        self.parts.clear()
        self.root = self.guard = None
        self.actions.clear()
        self.computed.clear()
        self.changed.clear()
        self.enqueue = drop_job


def drop_job(job: Callable[[], Any]) -> bool:
    """Take a job that will never run, as a queue that is closed does."""
    return True
