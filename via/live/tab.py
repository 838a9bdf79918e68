"""One browser tab: its signals, actions, queue of handlers and stream."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

import msgspec

from .. import h
from .._core.diff.differ import ViewDiffer
from .._core.diff.tree import identity
from .._core.sse.events import execute_script, patch_signals
from .._core.sse.send_queue import Outbox, View
from .._core.tasks.handlers import Finished, Mailbox, MailboxClosed
from ..errors import ViaError
from ..page.error_log import log_fault
from ..page.intervals import Interval
from ..page.mounted_page import PageState, Visit
from ..page.signals import Signal, is_json
from ..server.sse_stream import Stream
from ..sessions import Session
from ..sessions.tokens import new_token
from .cookie_delivery import Handover

if TYPE_CHECKING:
    from ..page.rate_limit import TokenBucket
    from ..page.signals import Signal
    from ..pubsub import Hub
    from .services import Runtime

SMALL_VIEW: Final = 400
"""Bytes up to which a view that changed is sent as a whole."""

MAX_JOBS: Final = 10_000
"""Handlers that may wait in one tab's queue."""


Layout = Callable[[h.H], h.H]
"""Wraps the view of every page: takes its node and returns one that holds it."""


LAST_WORD: Final = 2.0
"""Seconds that a stream has to end in once another has taken its place."""


class Busy(ViaError):
    """The tab's queue of handlers is full."""


class Tab:
    """The machinery behind a page's `Context` and those of its components; it outlives the page.

    It lives from the page's request until the browser closes the tab, or until the stream has
    been gone for the grace period. `runtime` is None in the page's run at registration.
    """

    __slots__ = (
        "_journeys",
        "_left",
        "_mailbox",
        "_outbox",
        "_signals_due",
        "_stream",
        "_timer",
        "bucket",
        "closed",
        "csrf",
        "differ",
        "handover",
        "id",
        "layout",
        "page",
        "runtime",
        "streamed",
    )

    def __init__(
        self,
        runtime: Runtime | None,
        visit: Visit,
        layout: Layout | None = None,
        session: Session | None = None,
    ) -> None:
        self.runtime = runtime
        self.handover = Handover(session or Session(None), visit.root_path)
        self.layout = layout
        self.page = PageState(visit)
        self.id = new_token()
        self.csrf = new_token()
        self.streamed = False
        self.closed = False
        self.differ = ViewDiffer("via-x", self._log_duplicate, SMALL_VIEW)
        self._journeys = 0
        self._left: dict[str, Signal] = {}
        self._outbox = Outbox(self._adopt, self._log_view)
        self._signals_due = False
        self._stream: Stream | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._mailbox: Mailbox | None = None
        self.bucket: TokenBucket | None = None
        if runtime is not None:
            self.bucket = runtime.action_rate_limit.bucket()
            self._mailbox = Mailbox(runtime.loop, self._log_job, self._after_job)
            runtime.tabs[self.id] = self

    @property
    def visit(self) -> Visit:
        """What is known of the request for the page that is shown."""
        return self.page.visit

    # What contexts use; what comes from a page that was left is dropped

    def start_interval(
        self, page: PageState, period: float, handler: Callable[[], Any]
    ) -> Callable[[], None]:
        """Call the handler every `period` seconds in the tab's queue; returns what stops it."""
        if self.runtime is None:
            return lambda: None
        interval = Interval(self.runtime.loop, period, handler, self._enqueue)
        page.own(interval)
        return interval.unsubscribe

    def navigate(self, page: PageState, url: str, popstate: bool) -> None:
        """Show another page of the app in this tab."""
        self._on_loop(page, self._navigate, url, popstate)

    def sync_view(self, page: PageState, view: View) -> None:
        """Send the view's newest rendering, and the changed signals."""
        self._on_loop(page, self._queue_view, view)

    def sync_signals(self, page: PageState) -> None:
        """Send the changed signals."""
        self._on_loop(page, self._queue_signals)

    def send_event(self, page: PageState, event: bytes) -> None:
        """Send an event, in order."""
        self._on_loop(page, self._queue_event, event)

    def send_elements(self, page: PageState, event: bytes, elements: Sequence[h.H]) -> None:
        """Send an event that brings elements, in order."""
        self._on_loop(page, self._queue_event, event, elements)

    # What pub/sub uses

    def _hub(self) -> Hub | None:
        return None if self.runtime is None else self.runtime.hub

    def _enqueue(self, job: Callable[[], Any]) -> bool:
        """Run the job in the tab's queue; False if that is full."""
        if self._mailbox is None or self.closed:
            return True
        if len(self._mailbox) >= MAX_JOBS:
            return False
        self._mailbox.post(job)
        return True

    # What the endpoints use

    async def run(self, job: Callable[[], Any]) -> Any:
        """Run a job in the tab's queue; return its result or raise its error."""
        outcome = self.begin(job)
        return outcome.value if isinstance(outcome, Finished) else await outcome

    def begin(self, job: Callable[[], Any]) -> Finished[Any] | asyncio.Future[Any]:
        """As `run`, without waiting; see `Mailbox.submit`."""
        if self._mailbox is None or self.closed:
            raise MailboxClosed("the tab has ended")
        if len(self._mailbox) >= MAX_JOBS:
            raise self._busy()
        return self._mailbox.submit(job)

    def receive(self, values: Mapping[str, Any]) -> None:
        """Take the signals' values that the browser sent."""
        signals = self.page.signals
        for name, value in values.items():
            signal = signals.get(name)
            if signal is not None:
                signal._receive(value)

    def opened(self) -> None:
        """The document was rendered: from now on the browser hears of changes by the stream.

        That has to come within the context's time to live.
        """
        page = self.page
        if self.runtime is not None and self.runtime.context_ttl >= 0:
            self._end_after(self.runtime.context_ttl)
        page.changed.clear()
        page.opening = False
        if page.redirect_to:
            self.leave_to(page.redirect_to)

    def enter(self, path: str, params: Mapping[str, str]) -> PageState:
        """Leave the page that is open, and begin with another."""
        left = self.page
        left.close()
        self._left.update(left.signals)
        self._outbox.drop_views()
        visit = replace(left.visit, url=path, params=params)
        self.page = PageState(visit, left.action_count())
        if self.closed:
            self.page.close()  # nothing begins in a tab that has ended
        return self.page

    def arrive(self) -> None:
        """The page that was entered is set up: tell the browser of its signals."""
        page = self.page
        page.opening = False
        page.arriving = True
        page.changed.update(page.signals)

    def leave_to(self, url: str) -> None:
        """Leave the rest to the browser: it loads the URL."""
        self.page.opening = False
        self._queue_event(redirect_script(url, self.visit.nonce))

    def logger(self) -> logging.Logger:
        """Where this tab logs."""
        return logging.getLogger("via") if self.runtime is None else self.runtime.logger

    def adopt(self, values: Mapping[str, Any]) -> None:
        """Take over the page of a tab that is still open but was forgotten here.

        The inputs keep the values that the browser holds; all else comes from this tab.
        """
        identity = {"via_ctx": self.id, "via_csrf": self.csrf}
        for name, signal in self.page.signals.items():
            if signal._bound and name in values:
                signal._receive(values[name])
            else:
                self.page.mark_changed(signal)
        self._outbox.add_event(patch_signals(msgspec.json.encode(identity)))
        self.refresh()

    def refresh(self) -> None:
        """Send everything anew but the inputs' values: the browser's state is not known."""
        page = self.page
        for signal in page.signals.values():
            if not signal._bound:
                page.mark_changed(signal)
        self.differ.reset()
        if page.root is not None:
            self._outbox.add_view(page.root)
        self._signals_due = True

    def open_stream(self, stream: Stream) -> str | None:
        """Make this the tab's stream, in place of an earlier one.

        Returns the `Set-Cookie` value that its response has to bear, if there is one.
        """
        if self._stream is not None:
            # Politely, if its browser still reads.
            self._stream.end()
            if self.runtime is not None:
                self.runtime.loop.call_later(LAST_WORD, self._stream.abort)
        self._stream = stream
        self.streamed = True
        self._stop_timer()
        return self.handover.restart()

    def stream_ended(self, stream: Stream) -> None:
        """The stream ended: wait for the next one for the grace period."""
        if stream is not self._stream:
            return
        self._stream = None
        if self.runtime is not None and not self.closed:
            self._end_after(self.runtime.resume_grace)

    def has_frame(self) -> bool:
        """Whether the stream has something to send."""
        if self.handover.holds:
            return self.handover.has_question
        if self._outbox:
            return True
        return self._signals_due and bool(self.page.changed or self.page.computed)

    def frame(self) -> bytes | Coroutine[Any, Any, bytes]:
        """The events to send: changed signals, then renderings and other events in order.

        A coroutine where a view has to wait for something.
        """
        handover = self.handover
        if handover.holds:
            return handover.question() if handover.has_question else b""
        self._signals_due = False
        page = self.page
        for computed in page.computed:
            try:
                computed._refresh()
            except (Exception, asyncio.CancelledError) as error:
                self.log(f"the computed signal {computed.id()}", error)
        events = []
        if page.changed or self._left:
            events.append(patch_signals(self._changes(page)))
        return self._outbox.take(events)

    def _changes(self, page: PageState) -> bytes:
        """The changed signals as a merge patch, in which null deletes."""
        left, self._left = self._left, {}
        values: dict[str, Any] = dict.fromkeys(left)
        # One by one: a thread that marks another meanwhile marks it for the next patch.
        for name in list(page.changed):
            values[name] = page.changed.pop(name).value
        try:
            return msgspec.json.encode(values)
        except (TypeError, ValueError, OverflowError) as error:
            # A list or a dict that was a value was changed since then.
            fine = {name: value for name, value in values.items() if is_json(value)}
            self.log(f"the signal {', '.join(values.keys() - fine.keys())}", error)
            return msgspec.json.encode(fine)

    def _adopt(self, nodes: Sequence[h.H]) -> None:
        """Know of elements that were sent beside the views."""
        for node in nodes:
            if isinstance(node, h.Element) and (name := identity(node)):
                self.differ.adopt(name, node)
            else:
                self.differ.reset()

    def cookie_confirmed(self) -> None:
        """The browser has the session's cookie: the stream goes on."""
        self._queue_event(self.handover.confirm())

    def ask_for_request(self) -> None:
        """Have the browser send a request, if there is a cookie that it must be given."""
        if self.handover.session.cookie_due:
            self.handover.ask()
            if self._stream is not None:
                self._stream.wake()

    async def save_session(self) -> None:
        """Bring the session's store up to date. Raises SessionError if it cannot be reached."""
        if self.runtime is not None and self.handover.session.unsaved:
            await self.runtime.sessions.commit(self.handover.session)

    def log(self, what: str, error: BaseException) -> None:
        """Log an error of user code in this tab."""
        log_fault(self.logger(), f"page {self.visit.url}: {what}", error)

    def dispose(self) -> None:
        """End the tab: its subscriptions, its handlers and its stream. Safe to call twice."""
        if self.closed:
            return
        self.closed = True
        self._stop_timer()
        if self.runtime is not None:
            self.runtime.tabs.pop(self.id, None)
        self.page.close()
        if self._mailbox is not None:
            self._mailbox.close()
        if self._stream is not None:
            self._stream.end()

    def _navigate(self, url: str, popstate: bool) -> None:
        self._journeys += 1
        if not self._enqueue(partial(self._travel, self._journeys, url, popstate)):
            raise self._busy()

    def _travel(self, number: int, url: str, popstate: bool) -> Awaitable[None] | None:
        # A later click overtakes an earlier one that still waits for its turn.
        if self.runtime is None or number != self._journeys:
            return None
        return self.runtime.navigate(self, url, popstate)

    def _queue_view(self, view: View) -> None:
        self._outbox.add_view(view)
        self._signals_due = True
        if self._stream is not None:
            self._stream.wake()

    def _queue_signals(self) -> None:
        self._signals_due = True
        if self._stream is not None:
            self._stream.wake()

    def _queue_event(self, event: bytes, nodes: Sequence[h.H] = ()) -> None:
        self._outbox.add_event(event, nodes)
        if self._outbox.overflown:
            self._start_over()
        if self._stream is not None:
            self._stream.wake()

    def _start_over(self) -> None:
        self._outbox.clear()
        self.refresh()
        self.logger().warning(
            "page %s: the browser reads too slowly; its stream starts over", self.visit.url
        )
        if self._stream is not None:
            self._stream.abort()

    def _on_loop(self, page: PageState, call: Callable[..., Any], *args: Any) -> None:
        runtime = self.runtime
        if runtime is None or page.closed:
            return
        if get_ident() == runtime.thread:
            call(*args)
        else:
            runtime.loop.call_soon_threadsafe(self._on_loop, page, call, *args)

    def _busy(self) -> Busy:
        return Busy(f"page {self.visit.url}: more than {MAX_JOBS} handlers are waiting")

    def _log_duplicate(self, id: str) -> None:
        self.logger().warning(
            "page %s: two elements have the id %r; the whole view is sent", self.visit.url, id
        )

    def _log_view(self, view: View, error: BaseException) -> None:
        self.log(f"the view {view.view_name()}", error)

    def _log_job(self, job: Callable[[], Any], error: Exception) -> None:
        handler = getattr(job, "handler", job)
        self.log(f"the handler {getattr(handler, '__qualname__', handler)}", error)

    def _after_job(self) -> None:
        session = self.handover.session
        if self.runtime is not None and (session.unsaved or session.cookie_due):
            self.ask_for_request()
            self.runtime.keep(self.runtime.loop.create_task(self._save()))

    async def _save(self) -> None:
        try:
            await self.save_session()
        except ViaError as error:
            self.log("saving the session", error)

    def _end_after(self, delay: float) -> None:
        if self.runtime is not None:
            self._stop_timer()
            self._timer = self.runtime.loop.call_later(delay, self.dispose)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def redirect_script(url: str, nonce: str) -> bytes:
    """The event that makes the browser load a URL."""
    return execute_script(f"window.location.href={msgspec.json.encode(url).decode()}", nonce)
