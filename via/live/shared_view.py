"""One tab's place of a shared part."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from .. import h
from .._core.tasks import handlers
from .._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ..page.actions import RegisteredAction, handler_name, register
from ..page.mounted_page import MountedPage, Phase

if TYPE_CHECKING:
    from .outgoing import Outgoing
    from .shared_event import SharedEvent
    from .shared_part import SharedPart


_BREAK: Final = re.compile(rb"\r\n|\n|\r")


class SharedView:
    """What a page shows of a shared part, and how its tab is brought up to date.

    `caller` is the context of the page, which the part's actions are given.
    """

    __slots__ = (
        "_caller",
        "_has_nodes",
        "_is_inline",
        "_is_shown",
        "_outgoing",
        "_page",
        "_part",
        "_root",
        "_stub",
        "_version",
    )

    def __init__(
        self, part: SharedPart, page: MountedPage, outgoing: Outgoing, caller: Any
    ) -> None:
        self._part = part
        self._page = page
        self._outgoing = outgoing
        self._caller = caller
        self._version = 0
        self._root: h.Element | None = None
        self._stub = part.stub
        self._is_shown = False
        self._is_inline = False
        """Whether the page's view is to hold the part's own nodes, and not its stub."""
        self._has_nodes = False
        """Whether it did when it was last rendered."""
        part.join(self)
        page.on_close(self._leave)
        page.parts.append(self)

    @property
    def key(self) -> str:
        """The part's key."""
        return self._part.key

    @property
    def is_ended(self) -> bool:
        """Whether the part has ended, as one does that could not be set up."""
        return self._part.is_ended

    @property
    def version(self) -> int:
        """The part's newest version."""
        return self._part.version

    @property
    def size(self) -> int:
        """Bytes that the part has in a view."""
        return len(self._part.html()) if self._part.version else 0

    def render(self) -> h.Element:
        """What the page's view holds of the part; called in a view."""
        part = self._part
        if part.in_loop_thread():
            # One rendering will do: what is asked for meanwhile comes to the tab as a change.
            while (rest := part.refresh()) is not None:
                if not part.version or handlers.can_wait():
                    handlers.wait(asyncio.shield(rest))
                if part.version:
                    break
        self._is_inline = self._is_inline or part.is_inline
        self._has_nodes = self._is_inline
        self._stub = part.stub
        return part.node if self._is_inline else part.stub

    def fill(self, data: bytes, line: bytes = b"\n") -> bytes:
        """HTML of the page's view with the part in the place of its stub; `line` begins lines."""
        part = self._part
        if part.stub_html not in data:
            return data
        html = self._own(part.html())
        return data.replace(part.stub_html, html if line == b"\n" else _BREAK.sub(line, html))

    def sent(self, version: int) -> None:
        """The browser is sent all of the part, in this version."""
        self._version = version
        if version != self._part.version:
            self._outgoing.queue_view(self)

    def action(self, id: str) -> RegisteredAction | None:
        """What a request for one of the part's actions runs, inside the page's middleware."""
        found = self._part.actions.get(id)
        if found is None:
            return None
        run = partial(self._part.call, found.handler, self._caller, self._page)
        return register(
            handler_name(found.handler), run, found.options, self._caller, self._page.guard
        )

    # In the tab's queue of what is to be sent

    def request(self) -> None:
        """Have the part's newest version sent, in its place among what the tab is sent."""
        if self._part.is_pending or self._version != self._part.version:
            self._outgoing.queue_shared(self)

    def send(self, event: SharedEvent | None) -> None:
        """Bring the tab up to date: by the event that all get, where it is all that is due."""
        part, outgoing = self._part, self._outgoing
        if self._version == part.version:
            return
        if (
            event is not None
            and self._version == part.version - 1
            and self._root is outgoing.root
            and self._stub is part.stub
            and self._is_shown
            and not self._is_inline
            and outgoing.offer(self, event)
        ):
            self._version = part.version
        else:
            outgoing.queue_view(self)

    def name(self) -> str:
        """The name of the part's view, for log lines."""
        return handler_name(self._part.view)

    def patch(self) -> MaybeAwaitable[bytes]:
        """The event that brings the tab up to date; a coroutine where it has to wait."""
        if not self._is_there():
            return b""
        rest = self._part.refresh()
        return self._change() if rest is None else self._change_later(rest)

    async def _change_later(self, rest: asyncio.Future[Any]) -> bytes:
        await asyncio.shield(rest)
        return await settled(self._change())

    def _is_there(self) -> bool:
        """Whether the browser shows the page, and the part in it."""
        if self._page.phase is not Phase.SHOWN:
            return False  # it will come with the page, as it is then
        if self._outgoing.root is not self._root:
            self._root = self._outgoing.root
            self._is_shown = self._outgoing.differ.shows(self._part.element_id)
            if self._is_shown and not self._outgoing.differ.can_patch(self._part.element_id):
                self._is_inline = True
        return self._is_shown

    def _change(self) -> MaybeAwaitable[bytes]:
        part, before = self._part, self._version
        if before == part.version or not self._is_there():
            return b""
        self._version = part.version
        self._is_inline = self._is_inline or part.is_inline
        if self._is_inline or part.stub is not self._stub:
            if not self._has_nodes:
                self._outgoing.differ.reset()  # the stub in it stands for something else by now
            return self._outgoing.whole_page()
        event = part.event
        if event is None or before != part.version - 1:
            return self._own(part.whole())
        return self._own(event.data)

    def let_go(self) -> None:
        """Refer back to the page no more."""
        self._caller = self._root = None

    def _leave(self) -> None:
        self._part.leave(self)

    def _own(self, data: bytes) -> bytes:
        """The data with the page's nonce."""
        nonce = self._part.page.request.nonce.encode()
        return data.replace(nonce, self._page.request.nonce.encode()) if nonce in data else data
