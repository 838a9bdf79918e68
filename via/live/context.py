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
from ..page.actions import (
    Action,
    ActionOption,
    Handler,
    check_options,
    handler_name,
    post_expression,
    register,
)
from ..page.computed import Computed, Derived
from ..page.fields import Field, Rule
from ..page.intervals import interval_seconds
from ..page.middleware import Next
from ..page.mounted_page import MountedPage
from ..page.signals import Signal
from ..page.urls import check_redirect, is_local
from ..pubsub import subscribe_raw
from ..sessions import Session
from .dry_run import DryRun
from .history_step import HistoryStep
from .outgoing import redirect_script
from .shared_context import SharedContext
from .shared_view import SharedView
from .view import PageView, View

if TYPE_CHECKING:
    from ..pubsub import Subscription

ViewT = TypeVar("ViewT", bound=View)


class Context:
    """One page open in one browser tab, or one component in it.

    Made by via and given to page functions. Documented under "Context" in the README. All methods
    are safe to call from any thread.
    """

    __slots__ = ("_outgoing", "_page", "_tab", "_view")

    def __init__(self, tab: DryRun, view: PageView) -> None:
        self._tab = tab
        self._page = tab.page
        self._outgoing = tab.outgoing
        self._view = view

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
        self._view.function = view
        return view

    def component(self, component: Callable[[Context], Any]) -> Callable[[], h.Element]:
        """Set up a component and return the function that renders it.

        `component` gets a context of its own. It is a `def`, which may wait, or an `async def`,
        where the function around it is a `def`. Its `sync` sends the page's view, with the
        components that did not sync as they were; its `sync_component` sends it alone. Each call
        makes an instance with its own state; components nest.
        """
        view = PageView(self._tab, self._page, self._page.next_id("via-c"), self._view)
        context = Context(self._tab, view)
        if handlers.can_wait():
            handlers.call(component, context)
        else:
            handlers.start(_set_up_at_once, component, context)
        view.require()
        return view.render

    def shared(self, key: str, part: Callable[[SharedContext], Any]) -> Callable[[], h.Element]:
        """Show what other tabs show too; returns the function that renders it.

        `part` is set up by the first page that asks for this key, and lives until some seconds
        after the last page that shows it is left. Its state, its view and its handlers are one for
        all tabs of the process. Raises ConfigError for a key that this page shows already, and for
        one that names another function's part.
        """
        if not isinstance(key, str) or not key:
            raise ConfigError(f"c.shared needs a key, a text that names the part, not {key!r}")
        if not callable(part):
            raise ConfigError(f"c.shared needs a function that sets the part up, not {part!r}")
        for shown in list(self._page.parts):
            if shown.key == key and shown.is_ended:
                self._page.parts.remove(shown)  # it could not be set up, and is tried again
            elif shown.key == key:
                raise ConfigError(f"the page shows the shared part {key!r} already: render it once")
        shared = self._tab.shared_part(key, self._page, part)
        return SharedView(shared, self._page, self._outgoing, self).render

    # Signals and actions

    def signal(self, value: Any) -> Signal:
        """A value shared with the browser: str, int, float, bool, list or dict.

        Raises SignalError for None and for what is not JSON.
        """
        page = self._page
        signal = Signal(page.next_id("s"), value, page.changed)
        page.add_signal(signal)
        return signal

    def computed(self, compute: Callable[[], Any]) -> Computed:
        """A signal that `compute` derives: it runs now and at each sync; also a decorator."""
        page = self._page
        signal = Derived(page.next_id("s"), compute(), page.changed)
        computed = Computed(signal, compute)
        page.add_signal(signal)
        page.computed.append(computed)
        return computed

    def field(self, value: Any, *rules: Rule) -> Field:
        """A signal with rules (`via.required()` and so on) that `validate` checks."""
        for rule in rules:
            if not callable(rule):
                raise ConfigError(f"c.field: a rule must be a function of the value, not {rule!r}")
        page = self._page
        field = Field(page.next_id("s"), value, page.changed, rules)
        page.add_signal(field)
        return field

    def validate_all(self, *fields: Field) -> bool:
        """Validate these fields, or all of the page and its components; True if all pass.

        Those after one that fails are validated too.
        """
        results = [field.validate() for field in fields or self._page.fields()]
        return all(results)

    def reset_fields(self, *fields: Field) -> None:
        """Reset these fields, or all of the page and its components, to how they began."""
        for field in fields or self._page.fields():
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

        Many calls in one turn of the event loop give one rendering. In a component it is the page's
        view as well, with the components that did not sync as they were.
        """
        self._view.request()
        self._outgoing.send_view(self._page, self._page.root or self._view)

    def sync_component(self) -> None:
        """As `sync`, of this component alone: nothing around it is rendered."""
        self._outgoing.send_view(self._page, self._view)

    def sync_signals(self) -> None:
        """Send the signals that the server changed, not the view."""
        self._outgoing.send_signals(self._page)

    def sync_elements(self, *elements: h.H) -> None:
        """Send these elements; each replaces the one in the page that has its `id`."""
        nonce = self._page.request.nonce
        markup = b"\n".join(to_bytes(element, nonce) for element in elements)
        if markup:
            self._outgoing.send_event(self._page, patch_elements(markup), elements)

    def exec_script(self, script: str) -> None:
        """Run JavaScript in the browser, once, after what was sent before it."""
        self._send(execute_script(script, self._page.request.nonce))

    def redirect(self, url: str, *, external: bool = False) -> None:
        """Send the browser to another page of this site, or with `external` to another site.

        Raises ValueError for any other URL, so that one made from a visitor's data cannot lead
        elsewhere.
        """
        check_redirect(url, external=external)
        if self._page.is_sent:
            self._send(redirect_script(url, self._page.request.nonce))
        else:
            self._page.redirect_to = url

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

        What belongs to the old page ends. With `popstate` the browser's history gets no entry: the
        address is replaced. Raises ValueError unless the path is one of this origin.
        """
        step = HistoryStep.REPLACE if popstate else HistoryStep.PUSH
        self._tab.navigate(self._page, _path(path), step)

    def title(self, title: str) -> None:
        """The document's title while this page shows. Default: `Options.document_title`."""
        self._page.title = title
        if self._page.is_sent:
            self.exec_script(f"document.title={_quoted(title)}")

    # What the page was asked

    def get_path_param(self, name: str) -> str:
        """The part of the path that `{name}` in the route matched; "" if there is none."""
        return self._page.request.params.get(name, "")

    def query(self, name: str) -> str:
        """The value of this name in the query of the page's address; "" if there is none.

        Of several the first; see `query_all`.
        """
        return next(iter(self.query_all(name)), "")

    def query_all(self, name: str) -> list[str]:
        """All values of this name in the query of the page's address, in order."""
        return [value for key, value in self._page.request.query_values() if key == name]

    # The clock

    def on_interval(self, period: float | timedelta, handler: Handler) -> Callable[[], None]:
        """Call `handler` every `period` (seconds or `timedelta`) from now on; returns `stop`.

        Ticks do not drift; those that fall due while a slow one runs are left out. The interval
        ends with the page. Raises ConfigError unless the period is positive.
        """
        return self._tab.start_interval(self._page, interval_seconds(period), handler)

    def session(self) -> Session:
        """The values kept for this browser across its pages and tabs."""
        return Session(self._tab.cookies.session)

    # Pub/sub

    def publish(self, subject: str, data: bytes) -> None:
        """Publish bytes. Raises PubSubError for a bad subject. Never waits."""
        self._page.hub.publish(subject, data)

    def subscribe(self, subject: str, handler: Callable[[bytes], Any]) -> Subscription:
        """Call `handler` with the bytes of every message on the subject, until the page ends."""
        return subscribe_raw(self, subject, handler)

    def __pubsub__(self) -> MountedPage:
        """What via's pub/sub functions reach the messages by."""
        return self._page

    def _action(self, handler: Handler, options: tuple[ActionOption, ...]) -> Action:
        if not callable(handler):
            raise ConfigError(f"c.action needs a function of no arguments, not {handler!r}")
        check_options(options)
        page = self._page
        id = page.next_id("a")
        name = handler_name(handler)
        page.actions[id] = register(name, handler, options, self, page.guard)
        call = post_expression(page.request.root_path, id, self._outgoing.is_own_client)
        return Action(call, handler)

    def _send(self, event: bytes) -> None:
        self._outgoing.send_event(self._page, event)


ContextMiddleware = Callable[[Context, Next], Any]
"""A `def` or `async def` around page functions and actions: it takes the context and `next`, and
calls `next()` to go on."""


def _set_up_at_once(component: Callable[[Context], Any], context: Context) -> None:
    """Set up a component where nobody waits for it."""
    outcome = component(context)
    if isinstance(outcome, Coroutine):
        outcome.close()
        raise PageError(
            f"the component {handler_name(component)} waits as it is set up: make the function "
            "around it a plain `def`, in which it can"
        )


def _path(url: str) -> str:
    """The URL if it is a path of this origin. Raises ValueError if it is not."""
    check_redirect(url, external=False)
    if not is_local(url):
        raise ValueError(f"a path of this app begins with '/', not {url!r}")
    return url


def _quoted(text: str) -> str:
    """The text as a JavaScript string."""
    return msgspec.json.encode(text).decode()
