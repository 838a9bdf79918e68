"""Shared parts: what many tabs show alike is rendered and compared once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

from .. import h
from .._core.diff.analysis import placeholder, traits
from .._core.diff.differ import ViewDiffer
from .._core.diff.parser_rules import ESCAPES_PARENT, MAY_CLOSE_ANCESTORS
from .._core.rows.each import RowMemory, code_of
from .._core.tasks import handlers
from .._core.tasks.handlers import Completed, HandlerQueue
from ..errors import ConfigError, PageError
from ..page.actions import Action, ActionOption, handler_name, post_expression
from ..page.error_log import log_error
from ..page.intervals import start_interval
from ..page.mounted_page import MountedPage, PageRequest, Phase, drop_job
from ..pubsub import DryRunHub
from .shared_event import SharedEvent

if TYPE_CHECKING:
    from .services import Services


class Member(Protocol):
    """A tab's place of the part."""

    def request(self) -> None:
        """Have the part's newest version sent, in its place among what the tab is sent."""

    def send(self, event: SharedEvent | None) -> None:
        """Bring the tab up to date: by the event that all get, where it is all that is due."""


@dataclass(frozen=True, slots=True)
class SharedAction:
    """An action of a part; `handler` takes the context of the page that calls it."""

    handler: Callable[[Any], Any]
    options: tuple[ActionOption, ...]


class SharedPage(MountedPage):
    """What belongs to a part and ends with it.

    `asked_by` is the page that set it up, and `caller` the one whose action runs.
    """

    asked_by: MountedPage | None = None
    caller: MountedPage | None = None

    def sent_values(self) -> Iterator[str]:
        """The texts that a browser sent to those pages."""
        for page in (self.asked_by, self.caller):
            if page is not None:
                yield from page.sent_values()


class SharedPart:
    """One state and one view for all tabs of a process that show it.

    Its handlers have a queue of their own. `version` counts the changes of its view, of which
    `event` brought the newest one. A tab's own view holds a `stub` in its place, which the tab's
    differ never finds changed. `services` is None in a page's run at registration.
    """

    def __init__(
        self,
        key: str,
        root_path: str,
        services: Services | None = None,
        on_end: Callable[[], object] | None = None,
    ) -> None:
        self.key = key
        self.members: dict[Member, None] = {}
        self.view: Callable[[], h.H] | None = None
        self.actions: dict[str, SharedAction] = {}
        # The same in every process and after a restart, where a browser may still show it.
        digest = blake2b(key.encode(), digest_size=6).hexdigest()
        self.element_id = f"via-{digest}"
        self._action_prefix = digest
        self._services = services
        self._on_end = on_end
        request = PageRequest(url=f"(shared part {key!r})", root_path=root_path)
        if services is None:
            self._queue: HandlerQueue | None = None
            self.page = SharedPage(request, DryRunHub(), drop_job)
        else:
            limit = services.limits.waiting_jobs
            self._queue = HandlerQueue(services.loop, limit, self._log_job, _nothing)
            self.page = SharedPage(request, services.hub, self._queue.post)
        moves = services is not None and services.is_own_client
        self.differ = ViewDiffer(f"{self.element_id}-", self._log_duplicate, moves=moves)
        self.version = 0
        self.event: SharedEvent | None = None
        self.stub = h.Div(h.ID(self.element_id))
        self.stub_html = str(self.stub).encode()
        self.node = self.stub
        self.is_inline = False
        """Whether the parser would take some of it elsewhere, so that only whole views bring it."""
        self._rows = RowMemory()
        self._known = 0
        self.is_due = True
        """Whether its view has to be rendered anew."""
        self._is_sending = False
        self._ending: asyncio.TimerHandle | None = None
        self._setting_up: asyncio.Future[Any] | None = None
        self._rendering: asyncio.Task[None] | None = None
        self._html = self._whole = b""
        self._code: object = None
        self._name = ""

    # Its state

    def set_up(self, component: Callable[[Any], Any], context: Any, asked_by: MountedPage) -> None:
        """Run the function that makes it, before all other handlers."""
        self._code, self._name = code_of(component), handler_name(component)
        # Of the page itself nothing is held.
        self.page.asked_by = MountedPage(asked_by.request, DryRunHub(), drop_job)
        if self._queue is None:
            self._try_out(component, context)
            return
        job = partial(component, context)
        try:
            outcome: Any = self._queue.submit(job)
        except BaseException:
            self.close()
            raise
        if not isinstance(outcome, Completed):
            self._setting_up = outcome
            outcome.add_done_callback(self._set_up_ended)

    def check_same(self, component: Callable[[Any], Any]) -> None:
        """Raise ConfigError for a function that does not make this part."""
        if code_of(component) is not self._code:
            raise ConfigError(
                f"c.shared: the key {self.key!r} names the part that {self._name} makes, not that "
                f"of {handler_name(component)}"
            )

    def _try_out(self, component: Callable[[Any], Any], context: Any) -> None:
        if handlers.can_wait():
            handlers.call(component, context)
        elif isinstance(outcome := component(context), Coroutine):
            outcome.close()  # what it will show is not known before it is served
            self.view = _unknown

    def _set_up_ended(self, outcome: asyncio.Future[Any]) -> None:
        if outcome.cancelled() or outcome.exception() is not None:
            self.close()

    def sync(self) -> None:
        """Have it rendered anew and sent to all that show it; safe in any thread."""
        if self._services is not None:
            self._services.call(self._sync)

    def _sync(self) -> None:
        if self.is_ended:
            return
        self.is_due = True
        for member in self.members:
            member.request()
        self._send_soon()

    def _send_soon(self) -> None:
        if not self._is_sending and self._services is not None:
            self._is_sending = True
            self._services.loop.call_soon(self._send)

    def _send(self) -> None:
        """At the end of the turn: render it, and bring all tabs up to date."""
        if self.is_ended:
            return
        try:
            rest = self.refresh()
        except (Exception, asyncio.CancelledError):
            rest = None  # the pages that cannot do without it say so
        if rest is None:
            self._is_sending = False
            self._send_to_all()
        else:
            rest.add_done_callback(self._rendered)

    def _rendered(self, rendering: asyncio.Future[Any]) -> None:
        self._is_sending = False
        if self.is_ended:
            return
        # What was rendered goes out even where it has been asked for anew meanwhile.
        self._send_to_all()
        if self.is_due and self.members:
            self._send_soon()

    def _send_to_all(self) -> None:
        event = self.event
        if event is not None and self.page.request.nonce.encode() in event.data:
            event = None  # each tab has a nonce of its own
        for member in list(self.members):
            member.send(event)

    def add_action(
        self,
        handler: Callable[..., Any],
        run: Callable[[Any], Any],
        options: tuple[ActionOption, ...],
    ) -> Action:
        """Hold an action, which any tab that shows the part may call; `run` takes its context."""
        id = f"{self._action_prefix}{self.page.next_id('a')}"
        self.actions[id] = SharedAction(run, options)
        services = self._services
        is_own_client = services is None or services.is_own_client
        call = post_expression(self.page.request.root_path, id, is_own_client)
        return Action(call, handler)

    def call(self, handler: Callable[[Any], Any], caller: Any, page: MountedPage) -> Any:
        """Run an action's handler after those before it; a future where that is not at once."""
        assert self._queue is not None  # in the run at registration nobody calls
        outcome = self._queue.submit(partial(self._call, handler, caller, page))
        return outcome.value if isinstance(outcome, Completed) else outcome

    def _call(self, handler: Callable[[Any], Any], caller: Any, page: MountedPage) -> Any:
        self.page.caller = page
        try:
            return handlers.call(handler, caller)
        finally:
            self.page.caller = None

    def start_interval(self, period: float, handler: Callable[[], Any]) -> Callable[[], None]:
        """Call the handler every `period` seconds while the part lives; returns `stop`."""
        services = self._services
        if services is None:
            return _nothing
        return start_interval(services.loop, self.page, period, handler, services.call)

    # Its view

    @property
    def is_pending(self) -> bool:
        """Whether a newer version is due or on its way."""
        return self.is_due or self._rendering is not None

    def refresh(self) -> asyncio.Future[Any] | None:
        """Render it if that is due; a future where that has to wait.

        Where there is a version already, an error of the view is logged, and that one stays. Else
        it is raised, as is that of the function that makes the part.
        """
        setting_up = self._setting_up
        if setting_up is not None:
            if not setting_up.done():
                return setting_up
            self._set_up_ended(setting_up)  # which may not have been told yet
            setting_up.result()
        if self._rendering is not None:
            return self._rendering
        if self.is_due and not self.is_ended:
            self.is_due = False
            try:
                outcome = handlers.start(self._render)
            except (Exception, asyncio.CancelledError) as error:
                self._failed(error)
                return None
            if isinstance(outcome, Completed):
                self._show(outcome.value)
            elif self._services is None:
                self._show(handlers.wait(outcome))
            else:
                self._rendering = self._services.loop.create_task(self._render_later(outcome))
                self._rendering.add_done_callback(_retrieve)
                return self._rendering
        return None

    async def _render_later(self, rendering: Any) -> None:
        try:
            self._show(await rendering)
        except (Exception, asyncio.CancelledError) as error:
            self._failed(error)
        finally:
            self._rendering = None

    def _render(self) -> h.Element:
        if self.view is None:
            raise PageError(f"no view was set: call c.view(...) in the shared part {self.key!r}")
        return h.Div(h.ID(self.element_id), self._rows.render(self.view))

    def _failed(self, error: BaseException) -> None:
        if self.is_ended:
            return
        if not self.version:
            self.is_due = True
            raise error
        if self._services is not None:
            name = handler_name(self.view)
            log_error(self._services.logger, f"shared part {self.key!r}: the view {name}", error)

    def _show(self, node: h.Element) -> None:
        if self.is_ended:
            return
        known = self._known | traits(node)
        if known != self._known:
            self._known = known
            self.stub = placeholder(node, known)
            self.is_inline = bool(known & (ESCAPES_PARENT | MAY_CLOSE_ANCESTORS))
        self.node = node
        # Also where there is nothing to send: who comes later is to see what is newest.
        self._html = self._whole = b""
        if self.differ.root is None:
            self.differ.remember(node)
            self.version = 1
        elif event := self.differ.update(node, self.page.request.nonce):
            self.event = SharedEvent(event, self.event)
            self.version += 1

    def in_loop_thread(self) -> bool:
        """Whether this is the thread that renders it."""
        return self._services is None or self._services.in_loop_thread()

    def html(self) -> bytes:
        """What the stub stands for, with the part's own nonce."""
        if not self._html:
            self._html = self.differ.html(self.page.request.nonce)
        return self._html

    def whole(self) -> bytes:
        """The event that brings all of it, to a tab that has an older version."""
        if not self._whole:
            self._whole = self.differ.again(self.page.request.nonce)
        return self._whole

    # Its end

    def join(self, member: Member) -> None:
        """A tab may show it."""
        self.members[member] = None
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def leave(self, member: Member) -> None:
        """A tab shows it no more; the part ends some time after the last one, which may reload."""
        self.members.pop(member, None)
        services = self._services
        if not self.members and services is not None and not self.is_ended:
            self._ending = services.loop.call_later(services.resume_grace, self.close)

    @property
    def is_ended(self) -> bool:
        """Whether its handlers and subscriptions have ended."""
        return self.page.phase is Phase.CLOSED

    def close(self) -> None:
        """End its subscriptions, intervals and handlers. Safe to call twice."""
        if self.is_ended:
            return
        self.page.close()
        if self._ending is not None:
            self._ending.cancel()
        if self._queue is not None:
            self._queue.close()
        if self._on_end is not None:
            self._on_end()
        # What refers back to the part, and what is large in it.
        self.view = None
        self.actions.clear()
        self._rows = RowMemory()
        self.differ, self.node, self.event = ViewDiffer(""), self.stub, None
        self._html = self._whole = b""

    # What is logged

    def _log_job(self, job: Callable[[], Any], error: Exception) -> None:
        if self._services is not None:
            name = handler_name(getattr(job, "handler", job))
            log_error(self._services.logger, f"shared part {self.key!r}: the handler {name}", error)

    def _log_duplicate(self, id: str) -> None:
        if self._services is not None:
            self._services.logger.warning(
                "shared part %r: two elements have the id %r", self.key, id
            )


def _retrieve(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()  # whoever needed it has been told


def _nothing(*args: object) -> None:
    pass


def _unknown() -> h.H:
    return h.Text("")
