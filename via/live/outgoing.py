"""What a tab's stream still has to send: changed signals, renderings and ordered events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from .. import h
from .._core.diff.analysis import identity
from .._core.diff.differ import ViewDiffer
from .._core.sse.events import execute_script, patch_signals
from .._core.sse.send_queue import SendQueue, View
from .._core.tasks.maybe_awaitable import MaybeAwaitable
from ..page.computed import refresh
from ..page.mounted_page import Brought, MountedPage, Phase
from ..page.signals import Signal, is_bound, is_json, matching_values, receive_values
from .connection import ABORT_TIMEOUT, Connection
from .row_hints import RowHints
from .shared_event import SharedEvent

if TYPE_CHECKING:
    from .cookie_delivery import CookieDelivery
    from .services import Services

SMALL_VIEW: Final = 400
"""Bytes up to which a view that changed is sent as a whole."""

ELEMENTS: Final = b"\ndata: elements "
"""What begins a line of HTML in an event."""

_ALL_EDITS: Final = 2**53 - 1


class ErrorLog(Protocol):
    """Where errors of user code in this tab are logged."""

    def warn(self, message: str) -> None:
        """Log what is not as it should be."""

    def error(self, what: str, error: BaseException) -> None:
        """Log that `what` raised an error."""


class Outgoing:
    """Everything on its way to the browser; the source of the tab's stream.

    What the page's code calls is safe in any thread and comes to nothing once its page is closed.
    `page` is the page that the tab shows. `services` is None in a page's run at registration.
    """

    __slots__ = (
        "_connection",
        "_cookies",
        "_differ",
        "_dropped_signals",
        "_edits",
        "_edits_told",
        "_hints",
        "_identity",
        "_is_page_new",
        "_is_quiet",
        "_loaded",
        "_log",
        "_services",
        "_signals_due",
        "_waiting",
        "is_own_client",
        "page",
    )

    def __init__(
        self,
        services: Services | None,
        page: MountedPage,
        cookies: CookieDelivery,
        log: ErrorLog,
    ) -> None:
        self._services = services
        self.page = page
        self._cookies = cookies
        self._log = log
        self.is_own_client = services is None or services.is_own_client
        """Whether browsers run the client that comes with via, not Datastar's."""
        self._differ: ViewDiffer | None = None
        self._loaded: h.Element | None = None  # the view that the document brought
        is_dev = services is not None and services.dev_mode
        self._hints = RowHints(log.warn) if is_dev else None
        self._waiting: SendQueue | None = None
        self._signals_due = False
        self._edits = self._edits_told = 0
        self._is_page_new = False
        self._identity = b""  # what tells the browser of the tab's new names, before all else
        self._dropped_signals: dict[str, Signal] = {}
        self._is_quiet = False  # a shared event was the last that was sent, and nothing waits
        self._connection: Connection | None = None

    # What the browser has and what waits for it: made when they are needed, for most tabs are idle

    @property
    def differ(self) -> ViewDiffer:
        """What knows the view that the browser has."""
        return self._make_differ() if self._differ is None else self._differ

    @property
    def root(self) -> h.Element | None:
        """The view that the browser has; None where that is not known."""
        return self._loaded if self._differ is None else self._differ.root

    def loaded(self, view: h.Element) -> None:
        """The page's document brings this view."""
        self._loaded = view
        self._differ = None
        if self._hints is not None:
            self._hints.look(view)
            self._make_differ()  # which warns of ids that are there twice

    def _make_differ(self) -> ViewDiffer:
        moves = self._services is not None and self._services.is_own_client
        differ = self._differ = ViewDiffer("via-x", self._log_duplicate, SMALL_VIEW, moves)
        if self._loaded is not None:
            differ.remember(self._loaded)
            self._loaded = None
        return differ

    @property
    def _queue(self) -> SendQueue:
        if self._waiting is None:
            self._waiting = SendQueue(self._adopt_elements, self._log_view)
        return self._waiting

    # What a page's code sends

    def send_view(self, page: MountedPage, view: View) -> None:
        """Send the view's newest rendering, and the changed signals."""
        if self._may_send(page):
            self._end_quiet()
            self._queue.add_view(view)
            self._signals_due = True
            self.wake()
        else:
            self._call_soon(page, self.send_view, view)

    def send_signals(self, page: MountedPage) -> None:
        """Send the changed signals."""
        if self._may_send(page):
            self._end_quiet()
            self._signals_due = True
            self.wake()
        else:
            self._call_soon(page, self.send_signals)

    def send_event(self, page: MountedPage, event: bytes, nodes: Sequence[h.H] = ()) -> None:
        """Send an event, in order; `nodes` are the elements that it brings."""
        if self._may_send(page):
            self.queue_event(event, nodes)
        else:
            self._call_soon(page, self.send_event, event, nodes)

    def _may_send(self, page: MountedPage) -> bool:
        services = self._services
        return (
            services is not None
            and get_ident() == services.thread
            and page.phase is not Phase.CLOSED
        )

    def _call_soon(self, page: MountedPage, send: Callable[..., None], *args: Any) -> None:
        """Send from another thread; nothing is sent of a page that is closed."""
        services = self._services
        if services is not None and page.phase is not Phase.CLOSED:
            services.loop.call_soon_threadsafe(send, page, *args)

    # What the tab sends

    def look(self, view: h.Element) -> None:
        """Look at a view that is to be shown, in development."""
        if self._hints is not None:
            self._hints.look(view)

    def acknowledge(self, edit: int) -> None:
        """The browser's edits up to this one have come: what is sent from now on is newer."""
        self._end_quiet()
        self._edits = edit

    def queue_event(self, event: bytes, nodes: Sequence[Any] = ()) -> None:
        """Send an event, in order, whatever page the tab shows."""
        self._end_quiet()
        if nodes and self.page.parts:
            event, brought = self.page.fill(event, ELEMENTS)
            nodes = [*nodes, *brought]
        self._queue.add_event(event, nodes)
        if self._queue.overflown:
            self._start_over()
        self.wake()

    def queue_view(self, view: View) -> None:
        """Send a view's newest rendering, on the event loop."""
        self._end_quiet()
        self._queue.add_view(view)
        self.wake()

    def queue_shared(self, view: View) -> None:
        """Have a shared view's newest rendering sent, unless `offer` takes it first."""
        if not self._is_quiet:
            self._queue.add_view(view)

    def offer(self, view: View, event: SharedEvent) -> bool:
        """Send an event in place of the view, if that is all there is to send; else it waits."""
        connection = self._connection
        if connection is None or self._cookies.is_held:
            return False
        if self._is_quiet:
            if connection.offer(event):
                return True
            self._end_quiet()
            return False
        if (
            self._identity
            or self._signals_due
            or self._edits != self._edits_told
            or self._is_page_new
            or self._dropped_signals
            or self.page.changed
            or not self._queue.take_only(view)
        ):
            return False
        self._is_quiet = connection.offer(event)
        if not self._is_quiet:
            self._queue.add_view(view)
        return self._is_quiet

    def _end_quiet(self) -> None:
        """Something is to be sent, behind the shared views that are due."""
        if self._is_quiet:
            self._is_quiet = False
            for part in self.page.parts:
                part.request()

    def whole_page(self) -> MaybeAwaitable[bytes]:
        """The events that bring the page's view, rendered with all that is in it."""
        page = self.page
        if page.root is None:
            return b""
        page.is_render_whole = True
        return page.root.patch()

    def redirect(self, url: str) -> None:
        """Have the browser load a URL."""
        self.queue_event(redirect_script(url, self.page.request.nonce))

    def enter(self, page: MountedPage) -> None:
        """The tab shows another page from now on; the browser forgets the old one's signals."""
        self._end_quiet()
        self._dropped_signals.update(self.page.signals)
        self._is_page_new = self._services is not None and self._services.is_own_client
        if self._waiting is not None:
            self._waiting.drop_views()
        if self._hints is not None:
            self._hints = RowHints(self._log.warn)
        self.page = page

    def refresh(self) -> None:
        """Send everything again except the inputs' values: the browser's state is not known."""
        self._end_quiet()
        page = self.page
        for name, signal in page.signals.items():
            if not is_bound(signal):
                page.changed[name] = signal
        self.differ.reset()
        self._edits_told = 0
        # One that is still being set up comes when it is.
        if page.root is not None and page.phase is not Phase.SETTING_UP:
            page.is_render_whole = True
            self._queue.add_view(page.root)
        self._signals_due = True

    def adopt(self, values: Mapping[str, Any], identity: Mapping[str, str]) -> None:
        """Take over the page of a tab that is still open but was forgotten here.

        The inputs keep the values that the browser holds; all else comes from this tab, whose
        `identity` the browser takes on.
        """
        signals = self.page.signals
        bound = {name: signal for name, signal in signals.items() if is_bound(signal)}
        # A newer version of the page may have other types.
        kept = matching_values(bound, values)
        receive_values(bound, kept)
        self.page.changed.update({name: bound[name] for name in bound.keys() - kept.keys()})
        self._identity = patch_signals(msgspec.json.encode(identity))
        self.refresh()

    # The connection

    def connect(self, connection: Connection) -> None:
        """Send over this connection from now on, in place of an earlier one."""
        self._end_quiet()
        earlier, self._connection = self._connection, connection
        if earlier is not None:
            earlier.end()  # politely, if its browser still reads
            if self._services is not None:
                self._services.loop.call_later(ABORT_TIMEOUT, earlier.abort)

    def disconnect(self, connection: Connection) -> bool:
        """The connection has ended; False if another has taken its place."""
        if connection is not self._connection:
            return False
        self._end_quiet()
        self._connection = None
        return True

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection to send over."""
        return self._connection is not None

    def let_go(self) -> None:
        """Forget what is held of the browser, and what refers back; nothing more is sent."""
        self._log = _Ended()
        self._hints = None
        self._waiting = SendQueue(_nothing, _nothing)
        self._differ = ViewDiffer("")
        self._loaded = None

    def wake(self) -> None:
        """There is something to send."""
        if self._connection is not None:
            self._connection.wake()

    def end(self) -> None:
        """Nothing more is sent: end the connection."""
        if self._connection is not None:
            self._connection.end()

    # What the connection takes

    def has_frame(self) -> bool:
        """Whether there is something to send."""
        if self._identity:
            return True
        if self._is_held():
            return self._cookies.is_request_due
        if self._waiting:
            return True
        return self._signals_due and bool(self.page.changed or self.page.computed)

    def frame(self) -> MaybeAwaitable[bytes]:
        """The events to send: changed signals, then renderings and other events in order.

        A coroutine where a view has to wait for something.
        """
        names, self._identity = self._identity, b""
        if self._is_held():
            return names + (self._cookies.request() if self._cookies.is_request_due else b"")
        self._signals_due = False
        page = self.page
        for computed in page.computed:
            try:
                refresh(computed)
            except (Exception, asyncio.CancelledError) as error:
                self._log.error(f"the computed signal {computed.id()}", error)
        events = [names] if names else []
        if self._edits != self._edits_told or self._is_page_new:
            events.append(self._acknowledgement())
        if page.changed or self._dropped_signals:
            events.append(patch_signals(self._changes(page)))
        return b"".join(events) if self._waiting is None else self._waiting.drain(events)

    def _is_held(self) -> bool:
        """Whether the stream must wait for the browser to have the session's cookie."""
        return self._cookies.is_held

    def _acknowledgement(self) -> bytes:
        """The event that tells which edits are known; of a page that was left, none matters."""
        edits = _ALL_EDITS if self._is_page_new else self._edits
        self._edits_told, self._is_page_new = self._edits, False
        return b"event: via-edits\ndata: %d\n\n" % edits

    def _changes(self, page: MountedPage) -> bytes:
        """The changed signals as a merge patch, in which null deletes."""
        dropped, self._dropped_signals = self._dropped_signals, {}
        values: dict[str, Any] = dict.fromkeys(dropped)
        # One by one: what another thread marks meanwhile is in the next patch.
        for name in list(page.changed):
            values[name] = page.changed.pop(name).value
        try:
            return msgspec.json.encode(values)
        except (TypeError, ValueError, OverflowError) as error:
            # A list or a dict that was a value has been changed since it was set.
            fine = {name: value for name, value in values.items() if is_json(value)}
            self._log.error(f"the signal {', '.join(values.keys() - fine.keys())}", error)
            return msgspec.json.encode(fine)

    def _adopt_elements(self, nodes: Sequence[Any]) -> None:
        """Know of elements that were sent beside the views."""
        for node in nodes:
            if isinstance(node, Brought):
                node.part.sent(node.version)
            elif isinstance(node, h.Element) and (name := identity(node)):
                self.differ.adopt(name, node)
            else:
                self.differ.reset()

    def _start_over(self) -> None:
        self._queue.clear()
        self.refresh()
        self._log.warn("the browser reads too slowly; its stream starts over")
        if self._connection is not None:
            self._connection.abort()

    def _log_duplicate(self, id: str) -> None:
        self._log.warn(f"two elements have the id {id!r}; the whole view is sent")

    def _log_view(self, view: View, error: BaseException) -> None:
        self._log.error(f"the view {view.name()}", error)


class _Ended:
    """The log of a tab that has ended."""

    __slots__ = ()

    def warn(self, message: str) -> None:
        """Nobody is told."""

    def error(self, what: str, error: BaseException) -> None:
        """Nobody is told."""


def _nothing(*args: object) -> None:
    pass


def redirect_script(url: str, nonce: str) -> bytes:
    """The event that makes the browser load a URL."""
    return execute_script(f"window.location.href={msgspec.json.encode(url).decode()}", nonce)
