"""`Context`: what page functions, handlers and components work with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from . import bridge, h
from ._core.events import execute_script, patch_elements
from ._core.render import to_bytes
from .actions import Action, Handler
from .errors import ConfigError, PageError
from .signals import Signal
from .urls import check_redirect

if TYPE_CHECKING:
    from .pubsub import Hub, Subscription
    from .tab import Tab

View = Callable[[], h.H]
ViewT = TypeVar("ViewT", bound=View)

VIEW_ID = "via-view"
"""The id of the element that holds the page's view."""


class Context:
    """One page open in one browser tab, or one component in it.

    Made by via and given to page functions. Documented under "Context" in the README. All methods
    are safe to call from any thread.
    """

    __slots__ = ("_element_id", "_tab", "_view")

    def __init__(self, tab: Tab, element_id: str = VIEW_ID) -> None:
        self._tab = tab
        self._element_id = element_id
        self._view: View | None = None

    def id(self) -> str:
        """The random id of the tab."""
        return self._tab.id

    # What the page shows

    def view(self, view: ViewT) -> ViewT:
        """Set the function that renders the page or component; also a decorator.

        It takes nothing and returns a node of `via.h`. It runs for the page and at each sync.
        """
        if not callable(view):
            raise ConfigError(f"c.view needs a function that returns a node, not {view!r}")
        self._view = view
        return view

    def component(self, component: Callable[[Context], Any]) -> Callable[[], h.Element]:
        """Set up a component and return the function that renders it.

        `component` gets a context of its own: its `sync` renders the component alone. Each call
        makes an instance with its own state; components nest.
        """
        tab = self._tab
        inner = Context(tab, tab.next_id("via-c"))
        bridge.start(component, inner)
        inner.require_view()
        return inner.render

    # Signals and actions

    def signal(self, value: Any) -> Signal:
        """A value shared with the browser: str, int, float, bool, list or dict.

        Raises SignalError for None and for what is not JSON.
        """
        tab = self._tab
        signal = Signal(tab.next_id("s"), value, tab.mark_changed)
        tab.signals[signal.id()] = signal
        if not tab.opening:
            tab.mark_changed(signal)
        return signal

    def action(self, handler: Handler) -> Action:
        """Let the browser call `handler`, a `def` or `async def` of no arguments; a decorator."""
        if not callable(handler):
            raise ConfigError(f"c.action needs a function of no arguments, not {handler!r}")
        tab = self._tab
        id = tab.next_id("a")
        action = Action(id, f"{tab.visit.root_path}/_action/{id}", handler)
        tab.actions[id] = action
        return action

    # What is sent to the browser

    def sync(self) -> None:
        """Send the view as it is now, and the signals that the server changed.

        Many calls in one turn of the event loop give one rendering.
        """
        self._tab.sync_view(self)

    def sync_signals(self) -> None:
        """Send the signals that the server changed, not the view."""
        self._tab.sync_signals()

    def sync_elements(self, *elements: h.H) -> None:
        """Send these elements; each replaces the one in the page that has its `id`."""
        nonce = self._tab.visit.nonce
        markup = b"\n".join(to_bytes(element, nonce) for element in elements)
        if markup:
            self._tab.send_event(patch_elements(markup), patches=True)

    def exec_script(self, script: str) -> None:
        """Run JavaScript in the browser, once, after what was sent before it."""
        self._tab.send_event(execute_script(script, self._tab.visit.nonce))

    def redirect(self, url: str) -> None:
        """Send the browser to another page.

        Raises ValueError for a URL that is neither relative nor http(s).
        """
        check_redirect(url)
        if self._tab.opening:
            self._tab.redirect_to = url
        else:
            target = msgspec.json.encode(url).decode()
            self.exec_script(f"window.location.href={target}")

    # What the page was asked

    def get_path_param(self, name: str) -> str:
        """The part of the path that `{name}` in the route matched; "" if there is none."""
        return self._tab.visit.params.get(name, "")

    # Pub/sub

    def publish(self, subject: str, data: bytes) -> None:
        """Publish bytes. Raises PubSubError for a bad subject. Never waits."""
        publish_raw(self, subject, data)

    def subscribe(self, subject: str, handler: Callable[[bytes], Any]) -> Subscription:
        """Call `handler` with the bytes of every message on the subject, until the page ends."""
        return subscribe_raw(self, subject, handler)

    # What via itself uses

    def render(self) -> h.Element:
        """The view inside of the element that sync replaces."""
        return h.Div(h.ID(self._element_id), self.require_view()())

    def require_view(self) -> View:
        """The view. Raises PageError if none was set."""
        if self._view is None:
            raise PageError("no view was set: call c.view(...) in the page or component function")
        return self._view

    def view_name(self) -> str:
        """The view function's name, for log lines."""
        return getattr(self._view, "__qualname__", repr(self._view))

    async def patch(self) -> bytes:
        """The event that brings the view in the browser up to date."""
        node = await bridge.run(self.render)
        return patch_elements(to_bytes(node, self._tab.visit.nonce))

    def _hub(self) -> Hub | None:
        return self._tab._hub()

    def _enqueue(self, job: Callable[[], Any]) -> None:
        self._tab._enqueue(job)

    def _own(self, subscription: Subscription) -> None:
        self._tab._own(subscription)
