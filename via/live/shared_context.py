"""`SharedContext`: what the function of a shared part works with."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from .. import h
from ..errors import ConfigError
from ..page.actions import Action, ActionOption, check_options
from ..page.intervals import interval_seconds
from ..page.mounted_page import MountedPage
from ..pubsub import subscribe_raw

if TYPE_CHECKING:
    from ..pubsub import Subscription
    from .shared_part import SharedPart

ViewT = TypeVar("ViewT", bound=Callable[[], h.H])

SharedHandler = Callable[[Any], Any] | Callable[[], Any]
"""A `def` or `async def` that takes the `Context` of the page that calls it, or nothing."""

_ONE_TABS: Final = frozenset(
    """signal computed field validate_all reset_fields session redirect redirectf redirect_view
    replace_url replace_urlf navigate title exec_script get_path_param query query_all
    component""".split()  # noqa: SIM905
)


class SharedContext:
    """A part that many tabs show alike: one state, one view and one queue of handlers.

    Made by via and given to the function of `Context.shared`. Documented under "Shared parts" in
    the README. All methods are safe to call from any thread.
    """

    __slots__ = ("_part",)

    def __init__(self, part: SharedPart) -> None:
        self._part = part

    def view(self, view: ViewT) -> ViewT:
        """Set the function that renders the part; also a decorator.

        It takes nothing and returns a node of `via.h`. It runs once for all tabs at each sync.
        """
        if not callable(view):
            raise ConfigError(f"c.view needs a function that returns a node, not {view!r}")
        self._part.view = view
        return view

    @overload
    def action(self, handler: SharedHandler, /, *options: ActionOption) -> Action: ...

    @overload
    def action(self, /, *options: ActionOption) -> Callable[[SharedHandler], Action]: ...

    def action(self, /, *arguments: Any) -> Any:
        """Let the browsers call a handler, a `def` or `async def`; also a decorator.

        It takes the `Context` of the page that calls it, unless it can be called without. The
        options are those of `Context.action`; each tab has a rate limit of its own, and the
        middleware of its page.
        """
        if not arguments or isinstance(arguments[0], ActionOption):
            return partial(self._action, options=arguments)
        return self._action(arguments[0], arguments[1:])

    def sync(self) -> None:
        """Send the view as it is now to all tabs that show it.

        Many calls in one turn of the event loop give one rendering.
        """
        self._part.sync()

    def on_interval(
        self, period: float | timedelta, handler: Callable[[], Any]
    ) -> Callable[[], None]:
        """Call `handler` every `period` (seconds or `timedelta`) from now on; returns `stop`.

        The interval ends with the part. Raises ConfigError unless the period is positive.
        """
        return self._part.start_interval(interval_seconds(period), handler)

    def publish(self, subject: str, data: bytes) -> None:
        """Publish bytes. Raises PubSubError for a bad subject. Never waits."""
        self._part.page.hub.publish(subject, data)

    def subscribe(self, subject: str, handler: Callable[[bytes], Any]) -> Subscription:
        """Call `handler` with the bytes of every message on the subject, until the part ends."""
        return subscribe_raw(self, subject, handler)

    def __pubsub__(self) -> MountedPage:
        """What via's pub/sub functions reach the messages by."""
        return self._part.page

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in _ONE_TABS:
                raise AttributeError(
                    f"c.{name} is one tab's, and a shared part is shown in many: use it in the "
                    f"page's function, or in an action on the context that the action is given"
                )
            raise AttributeError(f"a shared part's context has no {name!r}")

    def _action(self, handler: SharedHandler, options: tuple[ActionOption, ...]) -> Action:
        if callable(handler) and _takes(handler):
            without: Callable[[], Any] = handler  # type: ignore[assignment]
            run: Callable[[Any], Any] = wraps(handler)(lambda caller: without())
        elif callable(handler) and _takes(handler, None):
            run = handler  # type: ignore[assignment]
        else:
            raise ConfigError(
                "an action of a shared part is a function of one argument, the context of the page "
                f"that calls it, or of none, not {handler!r}"
            )
        check_options(options)
        return self._part.add_action(handler, run, options)


def _takes(handler: SharedHandler, *arguments: Any) -> bool:
    try:
        inspect.signature(handler).bind(*arguments)
    except TypeError:
        return False
    except ValueError:  # of a builtin, which says nothing of its arguments
        return bool(arguments)
    return True
