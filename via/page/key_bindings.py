"""Keyboard maps: many keys, each with an action of its own, on the whole window."""

from __future__ import annotations

from dataclasses import dataclass

from .. import h
from ..errors import ConfigError
from .actions import Action, Trigger, TriggerOption, js_literal, steps


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """One key and the action that it calls; made by `key_bind`."""

    key: str
    action: Action
    options: tuple[TriggerOption, ...] = ()


def key_bind(key: str, action: Action, *options: TriggerOption) -> KeyBinding:
    """Bind a key, as `KeyboardEvent.key` names it, to an action."""
    return KeyBinding(key, action, options)


def on_key_down_map(*bindings: KeyBinding) -> h.Attribute:
    """The attribute that calls the action of the key that was pressed, wherever the focus is.

    Raises ConfigError where a key is bound twice or nothing is bound.
    """
    keys = [binding.key for binding in bindings]
    if not keys or len(set(keys)) < len(keys):
        raise ConfigError(f"on_key_down_map needs each key once, not {keys}")
    cases = [
        f"evt.key==={js_literal(binding.key)}?"
        f"({','.join(steps(binding.action, Trigger(binding.options)))})"
        for binding in bindings
    ]
    return h.Data("on:keydown__window", ":".join([*cases, "0"]))
