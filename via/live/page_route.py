"""A page: its route, its function, and how it is run for a tab."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable
from typing import Any, Final

from .. import h
from .._core.tasks import handlers
from .._core.tasks.handlers import Completed
from .._core.tasks.maybe_awaitable import MaybeAwaitable, settled
from ..errors import ConfigError, PageError
from ..page.actions import handler_name
from ..page.error_log import user_line
from ..page.middleware import Middleware, call_through
from ..page.mounted_page import PageRequest
from .context import Context
from .dry_run import DryRun, Layout
from .tab import Tab
from .view import PageView

PageFunction = Callable[[Context], Any]
"""A `def` or `async def` that sets a context up."""

registering: ContextVar[bool] = ContextVar("registering", default=False)
"""Set while a page function runs at registration: there is no browser and no broker."""

_PARAM: Final = re.compile(r"\{([^{}]*)\}")
_PARAM_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.\.\.|:path)?")


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A page function under a route."""

    route: str
    function: PageFunction
    chain: Callable[[], Sequence[Middleware]]

    def path(self) -> str:
        """The route as Starlette writes it."""
        return self.route.replace("...}", ":path}")

    def open(self, tab: Tab) -> MaybeAwaitable[h.Element | None]:
        """Set the page up in a new tab and render its view, in the tab's queue.

        A coroutine where something has to wait. None if the page redirects.
        """
        view = PageView(tab, tab.page)
        outcome = tab.handlers.submit(partial(self.set_up, tab, view))
        if not isinstance(outcome, Completed):
            return self._open_later(tab, view, outcome)
        return self._render(tab, view)

    async def _open_later(
        self, tab: Tab, view: PageView, setting_up: Awaitable[Any]
    ) -> h.Element | None:
        await setting_up
        return await settled(self._render(tab, view))

    def _render(self, tab: Tab, view: PageView) -> MaybeAwaitable[h.Element | None]:
        if tab.page.redirect_to:
            return None
        outcome = tab.handlers.submit(view.render)
        if isinstance(outcome, Completed):
            node: h.Element = outcome.value
            return node
        return settled(outcome)

    def set_up(self, tab: Tab, view: PageView) -> MaybeAwaitable[Context]:
        """Run the middleware and the page function, in a handler.

        A coroutine of the context where they are `async def`. Raises PageError if no view was set.
        """
        context = Context(tab, view)
        tab.page.root = view
        chain = tuple(self.chain())
        if chain:
            tab.page.guard = partial(call_through, chain, context)
        outcome = call_through(chain, context, partial(self.function, context))
        if isawaitable(outcome):
            return self._set_up_later(context, tab, view, outcome)
        if not tab.page.redirect_to:
            view.require()
        return context

    async def _set_up_later(
        self, context: Context, tab: Tab, view: PageView, running: Awaitable[Any]
    ) -> Context:
        await running
        if not tab.page.redirect_to:
            view.require()
        return context

    def check(self, layout: Layout | None) -> None:
        """Run the page once without a browser. Raises PageError if it fails or sets no view."""
        parameters = _Unknown()
        tab = DryRun(PageRequest(url=self.route, params=parameters), layout)
        view = tab.page.root = PageView(tab, tab.page)
        name = handler_name(self.function)
        token = registering.set(True)
        try:
            _run_apart(self.function, Context(tab, view))
            if not tab.page.redirect_to:
                view.require()
                str(_run_apart(view.render))
        except PageError as error:
            raise PageError(f"page {self.route!r} ({name}): {error}") from None
        except Exception as error:
            if parameters.were_read:
                return  # whether it fails depends on an address that nobody has asked for
            hint = ""
            if isinstance(error, NameError):
                hint = "; a page runs once as it is registered: define what it uses above it"
            raise PageError(
                f"page {self.route!r} ({name}) raised {type(error).__name__}: {error} "
                f"({user_line(error)}){hint}"
            ) from error
        finally:
            registering.reset(token)


class _Unknown(dict[str, str]):
    """The parameters of a path when there is no request; knows whether they mattered."""

    were_read = False

    def get(self, name: str, default: Any = None) -> Any:
        self.were_read = True
        return default


def check_route(route: str) -> None:
    """Raise ConfigError, with what is wrong, for a route that cannot be served."""
    if not isinstance(route, str) or not route.startswith("/"):
        raise ConfigError(f"a route must begin with '/', not be {route!r}")
    names = _PARAM.findall(route)
    for name in names:
        if not _PARAM_NAME.fullmatch(name):
            raise ConfigError(f"route {route!r}: {{{name}}} is not the name of a parameter")
    if len(set(names)) < len(names):
        raise ConfigError(f"route {route!r} names a parameter twice")
    if re.search(r"[{}]", _PARAM.sub("", route)):
        raise ConfigError(f"route {route!r} has an unmatched brace")
    if route.startswith("/_"):
        raise ConfigError(f"route {route!r}: paths that begin with '/_' are via's own")


def _run_apart(function: Callable[..., Any], *args: Any) -> Any:
    """Run a handler to its end on an event loop of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(handlers.run(function, *args))
    # This thread has a loop that runs already.
    with ThreadPoolExecutor(1) as pool:
        context = copy_context()
        return pool.submit(context.run, asyncio.run, handlers.run(function, *args)).result()
