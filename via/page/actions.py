"""Actions: handlers that the browser's events call, and the attributes that tie them to events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from .. import h
from ..errors import ConfigError
from .literals import js_literal
from .middleware import Middleware, call_through, check_middleware
from .rate_limit import RateLimitConfig, TokenBucket
from .shortcuts import is_shortcut
from .signals import Signal

Handler = Callable[[], Any]
"""A `def` or `async def` of no arguments."""

_DEBOUNCE: Final = "__debounce.200ms"


class TriggerOption(Protocol):
    """What `with_signal`, `with_window` and the like return."""

    def __call__(self, trigger: Trigger, /) -> None:
        """Change how the event calls the action."""


class Trigger:
    """How one event calls an action, as the trigger options leave it."""

    __slots__ = ("assignments", "prevent_default", "while_typing", "window")

    def __init__(self, options: tuple[TriggerOption, ...]) -> None:
        self.assignments: list[str] = []
        self.prevent_default = False
        self.window = False
        self.while_typing = False
        for option in options:
            if not callable(option):
                raise ConfigError(
                    f"a trigger option must come from via.with_signal, via.with_window and so on, "
                    f"not be {option!r}"
                )
            option(self)

    def steps(self, call: str) -> list[str]:
        """The expressions that set the signals and then call the action."""
        return [*self.assignments, call]

    def attribute(self, event: str, call: str, modifiers: str = "") -> h.Attribute:
        """The attribute for an event that always calls the action."""
        if self.window:
            modifiers += "__window"
        if self.prevent_default:
            modifiers += "__prevent"
        return h.Data(f"on:{event}{modifiers}", ";".join(self.steps(call)))


def with_signal(signal: Signal, value: str) -> TriggerOption:
    """Set the signal to a text before the action is called."""
    return _assign(signal, value)


def with_signal_int(signal: Signal, value: int) -> TriggerOption:
    """Set the signal to a whole number before the action is called."""
    return _assign(signal, value)


def with_window() -> TriggerOption:
    """Listen on the whole window, not on the element alone."""

    def option(trigger: Trigger) -> None:
        trigger.window = True

    return option


def with_typing() -> TriggerOption:
    """Have a key call the action on the whole window also while the visitor is in a field."""

    def option(trigger: Trigger) -> None:
        trigger.while_typing = True

    return option


def with_prevent_default() -> TriggerOption:
    """Keep the browser from doing what it does by itself on the event."""

    def option(trigger: Trigger) -> None:
        trigger.prevent_default = True

    return option


def _assign(signal: Signal, value: str | int) -> TriggerOption:
    literal = js_literal(value)

    def option(trigger: Trigger) -> None:
        trigger.assignments.append(f"${signal.id()}={literal}")

    return option


@dataclass(frozen=True, slots=True)
class ActionOption:
    """What `with_rate_limit` and `with_middleware` return."""

    rate_limit: RateLimitConfig | None = None
    middleware: tuple[Middleware, ...] = ()


def with_rate_limit(rate: float, burst: int) -> ActionOption:
    """Limit one action: `rate` calls a second, `burst` at once; a rate of -1 lifts all limits."""
    return ActionOption(rate_limit=RateLimitConfig(rate, burst))


def with_middleware(*middleware: Middleware) -> ActionOption:
    """Put middleware around one action; an action whose middleware does not go on is not run."""
    check_middleware(middleware)
    return ActionOption(middleware=middleware)


class RegisteredAction:
    """What an action's requests run: its handler inside its middleware, and its rate limit."""

    __slots__ = ("buckets", "name", "run")

    def __init__(self, name: str, run: Handler, limit: RateLimitConfig | None) -> None:
        self.name = name
        self.run = run
        self.buckets: tuple[TokenBucket, ...] | None = None
        """What the action's own rate limit counts with; None where the tab's counts."""
        if limit is not None:
            bucket = limit.bucket()
            self.buckets = () if bucket is None else (bucket,)


def register(
    name: str,
    run: Handler,
    options: Sequence[ActionOption],
    context: Any,
    guard: Callable[[Handler], Any] | None,
) -> RegisteredAction:
    """An action as its requests run it: inside its own middleware, and `guard` around that."""
    middleware = [one for option in options for one in option.middleware]
    if middleware:
        run = partial(call_through, middleware, context, run)
    if guard is not None:
        run = partial(guard, run)
    limits = [option.rate_limit for option in options if option.rate_limit is not None]
    return RegisteredAction(name, run, limits[-1] if limits else None)


def check_options(options: Sequence[object]) -> None:
    """Raise ConfigError unless all are options of an action."""
    for option in options:
        if not isinstance(option, ActionOption):
            raise ConfigError(
                f"c.action takes via.with_rate_limit and via.with_middleware, not {option!r}"
            )


def post_expression(root_path: str, id: str, is_own_client: bool) -> str:
    """The expression that calls the action of an id."""
    # Datastar's own client would take a second click for a change of mind.
    more = "" if is_own_client else ",{requestCancellation:'disabled'}"
    return f"@post('{root_path}/_action/{id}'{more})"


class Action:
    """A handler that the browser may call; made by `Context.action`.

    Each `on_…` method gives the attribute for one event; its options are `via.with_signal`,
    `via.with_signal_int`, `via.with_window`, `via.with_typing` and `via.with_prevent_default`.
    Called as a function, it runs the handler; that of a shared part takes the caller's context.
    Documented under "Actions" in the README.
    """

    __slots__ = ("_attribute", "_call", "_event", "_handler")

    def __init__(self, call: str, handler: Callable[..., Any]) -> None:
        self._call = call
        self._handler = handler
        # A view asks for the same attribute each time.
        self._event = ""
        self._attribute: h.Attribute | None = None

    def __repr__(self) -> str:
        return f"<Action {self._call} {handler_name(self._handler)}>"

    def __call__(self, *caller: Any) -> Any:
        """Call the handler, as from another handler."""
        return self._handler(*caller)

    def call(self) -> str:
        """The expression that calls the action, for attributes of your own.

        Such as `h.Data("on:my-event", f"${signal.id()} = evt.detail; {action.call()}")`.
        """
        return self._call

    def on_click(self, *options: TriggerOption) -> h.Attribute:
        """On a click."""
        return self._on("click", options)

    def on_dbl_click(self, *options: TriggerOption) -> h.Attribute:
        """On a double click."""
        return self._on("dblclick", options)

    def on_change(self, *options: TriggerOption) -> h.Attribute:
        """When the value has changed, 200 ms after the last change."""
        return self._on("change", options, _DEBOUNCE)

    def on_input(self, *options: TriggerOption) -> h.Attribute:
        """On every input."""
        return self._on("input", options)

    def on_submit(self, *options: TriggerOption) -> h.Attribute:
        """When the form is submitted; the browser's own submit is prevented."""
        return Trigger((*options, with_prevent_default())).attribute("submit", self._call)

    def on_key_down(self, key: str = "", *options: TriggerOption) -> h.Attribute:
        """When the key (as `KeyboardEvent.key` names it; "" is any) is pressed.

        With `via.with_window` it is a shortcut, as in `via.on_key_down_map`.
        """
        trigger = Trigger(options)
        if not key:
            return trigger.attribute("keydown", self._call)
        call = ",".join(steps(self, trigger))
        if not trigger.window:
            return h.Data("on:keydown", f"evt.key==={js_literal(key)}&&({call})")
        condition = is_shortcut(key, trigger.while_typing)
        return h.Data("on:keydown__window", f"{condition}&&({call})")

    def on_focus(self, *options: TriggerOption) -> h.Attribute:
        """When the element gets the focus."""
        return self._on("focus", options)

    def on_blur(self, *options: TriggerOption) -> h.Attribute:
        """When the element loses the focus."""
        return self._on("blur", options)

    def on_mouse_enter(self, *options: TriggerOption) -> h.Attribute:
        """When the pointer enters the element."""
        return self._on("mouseenter", options)

    def on_mouse_leave(self, *options: TriggerOption) -> h.Attribute:
        """When the pointer leaves the element."""
        return self._on("mouseleave", options)

    def on_scroll(self, *options: TriggerOption) -> h.Attribute:
        """When the element is scrolled."""
        return self._on("scroll", options)

    def _on(
        self, event: str, options: tuple[TriggerOption, ...], modifiers: str = ""
    ) -> h.Attribute:
        if options:
            return Trigger(options).attribute(event, self._call, modifiers)
        if self._attribute is None or self._event != event:
            self._event = event
            self._attribute = Trigger(()).attribute(event, self._call, modifiers)
        return self._attribute


def steps(action: Action, trigger: Trigger) -> list[str]:
    """The expressions that call an action on some of an event's occurrences only."""
    prevented = ["evt.preventDefault()"] if trigger.prevent_default else []
    return prevented + trigger.steps(action._call)


def handler_name(handler: object) -> str:
    """A handler's name, for log lines."""
    return getattr(handler, "__qualname__", repr(handler))
