"""Groups of pages that share a prefix and middleware."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar, overload

from ..errors import ConfigError
from ..page.middleware import check_middleware
from .context import ContextMiddleware
from .page_route import PageFunction, PageRoute, check_route

PageFunctionT = TypeVar("PageFunctionT", bound=PageFunction)
Register = Callable[[PageRoute], None]


class Group:
    """Pages under a prefix, behind middleware; made by `V.group`."""

    def __init__(
        self,
        register: Register,
        prefix: str = "",
        middleware: Sequence[ContextMiddleware] = (),
        parent: Group | None = None,
    ) -> None:
        check_middleware(middleware)
        if not isinstance(prefix, str) or (prefix and (prefix[0] != "/" or prefix[-1] == "/")):
            raise ConfigError(
                f"a group's prefix is '' or begins, but does not end, with '/': {prefix!r}"
            )
        self._register = register
        self._prefix: str = prefix if parent is None else parent._prefix + prefix
        self._middleware = list(middleware)
        self._parent = parent

    @overload
    def page(self, route: str, function: PageFunctionT) -> PageFunctionT: ...

    @overload
    def page(self, route: str) -> Callable[[PageFunctionT], PageFunctionT]: ...

    def page(self, route: str, function: PageFunction | None = None) -> Any:
        """Serve a page at a route with `{param}` parts below the prefix; also a decorator.

        The function runs once right now, without a browser. Raises PageError if it raises or sets
        no view, and ConfigError for a route that is wrong or taken.
        """
        if function is None:
            return partial(self.page, route)
        check_route(route)
        if not callable(function):
            raise ConfigError(f"page {route!r} needs a function, not {function!r}")
        if self._prefix and route == "/":
            route = ""
        self._register(PageRoute(self._prefix + route, function, self._chain))
        return function

    def use(self, *middleware: ContextMiddleware) -> None:
        """Put middleware around this group's pages, those nested in it, and their actions."""
        check_middleware(middleware)
        self._middleware.extend(middleware)

    def group(self, prefix: str, *middleware: ContextMiddleware) -> Group:
        """A group nested in this one: it inherits the prefix and the middleware."""
        return Group(self._register, prefix, middleware, self)

    def _chain(self) -> list[ContextMiddleware]:
        """The middleware around this group's pages, the outermost first."""
        outer = [] if self._parent is None else self._parent._chain()
        return outer + self._middleware
