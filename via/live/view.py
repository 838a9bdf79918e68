"""The view of a page or a component: its rendering, and the patch that brings it up to date."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Final

from .. import h
from .._core.rows.each import RowMemory
from .._core.tasks import handlers
from .._core.tasks.maybe_awaitable import MaybeAwaitable
from ..errors import PageError
from ..page.actions import handler_name
from ..page.mounted_page import MountedPage, Phase
from .outgoing import ELEMENTS

if TYPE_CHECKING:
    from .dry_run import DryRun

View = Callable[[], h.H]

VIEW_ID: Final = "via-view"
"""The id of the element that holds the page's view."""


class Content:
    """A page's view for its layout: a node where one is wanted, which `content()` gives too."""

    __slots__ = ("_node",)

    def __init__(self, node: h.H) -> None:
        self._node = node

    def __call__(self) -> h.H:
        """The view's node."""
        return self._node

    # Elements take what it is made of, in which they find what changed.
    def __iter__(self) -> Iterator[h.H]:
        return iter((self._node,))

    if TYPE_CHECKING:

        def render(self, w: Any) -> object: ...


class PageView:
    """What `Context.view` was given, and the element in the browser that shows it.

    `element_id` is that element's id; the page's own view is inside the app's layout. `parent` is
    the view around a component's. Where components alone asked for a sync, the page's view is
    rendered with those that did not as they were.
    """

    __slots__ = ("_element_id", "_is_due", "_node", "_page", "_parent", "_rows", "_tab", "function")

    def __init__(
        self,
        tab: DryRun,
        page: MountedPage,
        element_id: str = VIEW_ID,
        parent: PageView | None = None,
    ) -> None:
        self.function: View | None = None
        self._tab = tab
        self._page = page
        self._element_id = element_id
        self._parent = parent
        self._node: h.Element | None = None
        self._is_due = True
        self._rows = RowMemory()
        page.views.append(self)

    def let_go(self) -> None:
        """Forget the function, which refers back to the page; it is not run any more."""
        self.function = self._node = self._parent = None
        self._rows = RowMemory()

    def request(self) -> None:
        """Have it rendered anew the next time: all of the page, or this part and what is around."""
        if self._parent is None:
            self._page.is_render_whole = True
        else:
            self._is_due = True
            self._parent.request_around()

    def request_around(self) -> None:
        """Have it rendered anew, with the parts in it that are not due as they were."""
        view: PageView | None = self
        while view is not None:
            view._is_due = True
            view = view._parent

    def require(self) -> View:
        """The view's function. Raises PageError if none was set."""
        if self.function is None:
            raise PageError("no view was set: call c.view(...) in the page or component function")
        return self.function

    def name(self) -> str:
        """The function's name, for log lines; also where none was set."""
        return handler_name(self.function)

    def render(self) -> h.Element:
        """The view inside the element that shows it."""
        kept = self._node
        if kept is not None and self._page.is_partial and not self._is_due:
            return kept
        self._is_due = False  # what asks from now on is for the next time
        content = self._rows.render(self.require())
        if self._parent is not None:
            node = self._node = h.Div(h.ID(self._element_id), content)
            return node
        layout = self._tab.layout
        if layout is not None:
            content = layout(Content(content))
        return h.Div(h.ID(self._element_id), content)

    def patch(self) -> MaybeAwaitable[bytes]:
        """The events that bring the view in the browser up to date.

        A coroutine where the view has to wait for something.
        """
        page = self._page
        if self._parent is None:
            page.is_partial = not page.is_render_whole
            page.is_render_whole = False
        else:
            # Alone; what is around it holds it as it was.
            self._is_due = page.is_partial = True
            self._parent.request_around()
        is_ended = True
        try:
            outcome = handlers.start(self.render)
            if isinstance(outcome, handlers.Completed):
                return self._patch(outcome.value)
            is_ended = False
            return self._patch_later(outcome)
        finally:
            if is_ended:
                page.is_partial = False

    async def _patch_later(self, rendering: Coroutine[Any, Any, h.Element]) -> bytes:
        try:
            return self._patch(await rendering)
        finally:
            self._page.is_partial = False

    def _patch(self, node: h.Element) -> bytes:
        page, differ = self._page, self._tab.outgoing.differ
        nonce = page.request.nonce
        if page.phase is Phase.CLOSED:
            return b""  # a view that had to wait, and whose page was left meanwhile
        if page.parts:
            differ.elsewhere = sum(part.size for part in page.parts)
        if self is page.root:
            self._tab.outgoing.look(node)
            if page.phase is Phase.ARRIVING:
                page.phase = Phase.SHOWN
                changes = differ.whole(node, nonce, use_view_transition=True)
            else:
                changes = differ.update(node, nonce, in_parts=page.is_partial)
        else:
            changes = differ.part(self._element_id, node, nonce) or b""  # b"" where it is not shown
        return page.filled(changes, ELEMENTS) if page.parts else changes
