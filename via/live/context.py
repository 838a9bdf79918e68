"""`Context`: what page functions, handlers and components work with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec

from .. import h
from .._core.html import to_bytes
from .._core.sse.events import execute_script, patch_elements
from .._core.tasks import handlers
from ..errors import ConfigError, PageError
from ..h.format import sprintf
from ..options import seconds
from ..page.actions import Action, ActionOption, Handler
from ..page.computed import Computed, Derived
from ..page.fields import Field, Rule
from ..page.signals import Signal
from ..page.urls import check_redirect, is_local
from ..pubsub import publish_raw, subscribe_raw
from .tab import Tab, redirect_script

if TYPE_CHECKING:
    from ..pubsub import Hub, Subscription
    from ..sessions import Session

View = Callable[[], h.H]
ViewT = TypeVar("ViewT", bound=View)

VIEW_ID = "via-view"
"""The id of the element that holds the page's view."""


class Context:
    """One page open in one browser tab, or one component in it.

    Made by via and given to page functions. Documented under "Context" in the README. All methods
    are safe to call from any thread.
    """

    __slots__ = ("_element_id", "_page", "_tab", "_view")

    def __init__(self, tab: Tab, element_id: str = VIEW_ID) -> None:
        self._tab = tab
        self._page = tab.page
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
        inner = Context(self._tab, self._page.next_id("via-c"))
        handlers.start(component, inner)
        inner.require_view()
        return inner.render

    # Signals and actions

    def signal(self, value: Any) -> Signal:
        """A value shared with the browser: str, int, float, bool, list or dict.

        Raises SignalError for None and for what is not JSON.
        """
        page = self._page
        signal = Signal(page.next_id("s"), value, page.mark_changed)
        page.add_signal(signal)
        return signal

    def computed(self, compute: Callable[[], Any]) -> Computed:
        """A signal that `compute` derives: it runs now and at each sync; also a decorator."""
        page = self._page
        signal = Derived(page.next_id("s"), compute(), page.mark_changed)
        computed = Computed(signal, compute)
        page.add_computed(signal, computed)
        return computed

    def field(self, value: Any, *rules: Rule) -> Field:
        """A signal with rules (`via.required()` and so on) that `validate` checks."""
        for rule in rules:
            if not callable(rule):
                raise ConfigError(f"c.field: a rule must be a function of the value, not {rule!r}")
        page = self._page
        field = Field(page.next_id("s"), value, page.mark_changed, rules)
        page.add_signal(field)
        return field

    def validate_all(self, *fields: Field) -> bool:
        """Validate every field, also those after one that fails; True if all pass."""
        results = [field.validate() for field in fields]
        return all(results)

    def reset_fields(self, *fields: Field) -> None:
        """Reset the fields to the values and the lack of errors that they began with."""
        for field in fields:
            field.reset()

    @overload
    def action(self, handler: Handler, /, *options: ActionOption) -> Action: ...

    @overload
    def action(self, /, *options: ActionOption) -> Callable[[Handler], Action]: ...

    def action(self, /, *arguments: Any) -> Any:
        """Let the browser call a handler, a `def` or `async def` of no arguments; a decorator.

        `c.action(handler, *options)`, `@c.action` or `@c.action(*options)`; the options are
        `via.with_rate_limit` and `via.with_middleware`.
        """
        if not arguments or isinstance(arguments[0], ActionOption):
            return partial(self._action, options=arguments)
        return self._action(arguments[0], arguments[1:])

    # What is sent to the browser

    def sync(self) -> None:
        """Send the view as it is now, and the signals that the server changed.

        Many calls in one turn of the event loop give one rendering.
        """
        self._tab.sync_view(self._page, self)

    def sync_signals(self) -> None:
        """Send the signals that the server changed, not the view."""
        self._tab.sync_signals(self._page)

    def sync_elements(self, *elements: h.H) -> None:
        """Send these elements; each replaces the one in the page that has its `id`."""
        nonce = self._page.visit.nonce
        markup = b"\n".join(to_bytes(element, nonce) for element in elements)
        if markup:
            self._tab.send_elements(self._page, patch_elements(markup), elements)

    def exec_script(self, script: str) -> None:
        """Run JavaScript in the browser, once, after what was sent before it."""
        self._send(execute_script(script, self._page.visit.nonce))

    def redirect(self, url: str, *, external: bool = False) -> None:
        """Send the browser to another page of this site, or with `external` to another site.

        Raises ValueError for any other URL, so that one made from a visitor's data cannot lead
        elsewhere.
        """
        check_redirect(url, external=external)
        if self._page.opening:
            self._page.redirect_to = url
        else:
            self._send(redirect_script(url, self._page.visit.nonce))

    def redirectf(self, format: str, *values: Any, external: bool = False) -> None:
        """As `redirect`, to a URL in the `%` format of `h.Textf`."""
        self.redirect(sprintf(format, values), external=external)

    def redirect_view(self, url: str) -> None:
        """Show no view but go to another page: for middleware that does not go on."""
        self.view(lambda: h.Text(""))
        self.redirect(url)

    def replace_url(self, url: str) -> None:
        """Show another URL of this app in the address bar; nothing is loaded.

        Raises ValueError unless the URL is a path of this origin.
        """
        self.exec_script(f"history.replaceState(history.state,'',{_quoted(_path(url))})")

    def replace_urlf(self, format: str, *values: Any) -> None:
        """As `replace_url`, to a URL in the `%` format of `h.Textf`."""
        self.replace_url(sprintf(format, values))

    def navigate(self, path: str, popstate: bool = False) -> None:
        """Show another page of the app in this tab, over the open stream.

        What belongs to the old page ends. `popstate` leaves the browser's history alone, as for a
        step back. Raises ValueError unless the path is one of this origin.
        """
        self._tab.navigate(self._page, _path(path), popstate)

    def title(self, title: str) -> None:
        """The document's title while this page shows. Default: `Options.document_title`."""
        self._page.title = title
        if not self._page.opening:
            self.exec_script(f"document.title={_quoted(title)}")

    # What the page was asked

    def get_path_param(self, name: str) -> str:
        """The part of the path that `{name}` in the route matched; "" if there is none."""
        return self._page.visit.params.get(name, "")

    # The clock

    def on_interval(self, period: float | timedelta, handler: Handler) -> Callable[[], None]:
        """Call `handler` every `period` (seconds or `timedelta`) from now on; returns `stop`.

        Ticks do not drift; those that fall due while a slow one runs are left out. The interval
        ends with the page. Raises ConfigError unless the period is positive.
        """
        duration = seconds(period)
        if duration <= 0:
            raise ConfigError(f"c.on_interval needs a positive period, not {period!r}")
        return self._tab.start_interval(self._page, duration, handler)

    def session(self) -> Session:
        """The values kept for this browser across its pages and tabs."""
        return self._tab.handover.session

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
        content = self.require_view()()
        layout = self._tab.layout
        if layout is not None and self is self._page.root:
            content = layout(content)
        return h.Div(h.ID(self._element_id), content)

    def require_view(self) -> View:
        """The view. Raises PageError if none was set."""
        if self._view is None:
            raise PageError("no view was set: call c.view(...) in the page or component function")
        return self._view

    def view_name(self) -> str:
        """The view function's name, for log lines."""
        return getattr(self._view, "__qualname__", repr(self._view))

    def patch(self) -> bytes | Coroutine[Any, Any, bytes]:
        """The event that brings the view in the browser up to date.

        A coroutine where the view has to wait for something.
        """
        outcome = handlers.start(self.render)
        if isinstance(outcome, handlers.Finished):
            return self._patch(outcome.value)
        return self._patch_later(outcome)

    async def _patch_later(self, rendering: Coroutine[Any, Any, h.Element]) -> bytes:
        return self._patch(await rendering)

    def _patch(self, node: h.Element) -> bytes:
        page, differ = self._page, self._tab.differ
        nonce = page.visit.nonce
        if page.closed:
            return b""  # a view that had to wait, and whose page was left meanwhile
        if self is page.root:
            if page.arriving:
                page.arriving = False
                return differ.whole(node, nonce, use_view_transition=True)
            return differ.update(node, nonce)
        changes = differ.part(self._element_id, node, nonce)
        return b"" if changes is None else changes  # a component that the view does not show

    def _action(self, handler: Handler, options: tuple[ActionOption, ...]) -> Action:
        if not callable(handler):
            raise ConfigError(f"c.action needs a function of no arguments, not {handler!r}")
        for option in options:
            if not isinstance(option, ActionOption):
                raise ConfigError(
                    f"c.action takes via.with_rate_limit and via.with_middleware, not {option!r}"
                )
        page = self._page
        id = page.next_id("a")
        action = Action(self, id, f"{page.visit.root_path}/_action/{id}", handler, options)
        page.actions[id] = action
        return action

    def _hub(self) -> Hub | None:
        return self._tab._hub()

    def _enqueue(self, job: Callable[[], Any]) -> bool:
        return self._tab._enqueue(job)

    def _own(self, subscription: Subscription) -> None:
        self._page.own(subscription)

    def _send(self, event: bytes) -> None:
        self._tab.send_event(self._page, event)


def _path(url: str) -> str:
    """The URL if it is a path of this origin. Raises ValueError if it is not."""
    check_redirect(url, external=False)
    if not is_local(url):
        raise ValueError(f"a path of this app begins with '/', not {url!r}")
    return url


def _quoted(text: str) -> str:
    """The text as a JavaScript string."""
    return msgspec.json.encode(text).decode()
