"""Keyboard maps: many keys, each with an action of its own, on the whole window."""

from __future__ import annotations

from dataclasses import dataclass

from .. import h
from ..errors import ConfigError
from .actions import Action, Trigger, TriggerOption, steps
from .shortcuts import is_shortcut


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """One key and the action that it calls; made by `key_bind`."""

    key: str
    action: Action
    options: tuple[TriggerOption, ...] = ()


def key_bind(key: str, action: Action, *options: TriggerOption) -> KeyBinding:
    """Bind a key, as `KeyboardEvent.key` names it, to an action.

    `Ctrl+`, `Alt+`, `Meta+` and `Shift+` before it are keys to be held: `Ctrl+s`. Without them the
    key counts alone. In a field, only keys that type nothing count; `via.with_typing` has all.
    """
    return KeyBinding(key, action, options)


def on_key_down_map(*bindings: KeyBinding | bool | None) -> h.Attribute | None:
    """The attribute that calls the action of the key that was pressed, wherever the focus is.

    None and False are left out, so that bindings may depend on something; None where none is left.
    Raises ConfigError where a key is bound twice.
    """
    bound = [binding for binding in bindings if isinstance(binding, KeyBinding)]
    for binding in bindings:
        if not isinstance(binding, KeyBinding) and binding is not None and binding is not False:
            raise ConfigError(f"on_key_down_map takes what via.key_bind returns, not {binding!r}")
    keys = [binding.key for binding in bound]
    if len(set(keys)) < len(keys):
        raise ConfigError(f"on_key_down_map takes each key once, not {keys}")
    if not bound:
        return None
    cases = []
    for binding in bound:
        trigger = Trigger(binding.options)
        call = ",".join(steps(binding.action, trigger))
        cases.append(f"{is_shortcut(binding.key, trigger.while_typing)}?({call})")
    return h.Data("on:keydown__window", ":".join([*cases, "0"]))
