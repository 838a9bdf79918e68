"""When a key that is pressed anywhere in the window is a shortcut, as an expression of the client.

A key that types or moves something is none while the visitor is in a field, nor is one that is
pressed together with Ctrl, Alt or Meta, save where the shortcut says so: `Ctrl+s`.
"""

from __future__ import annotations

import re
from typing import Final

from ..errors import ConfigError
from .literals import js_literal

_MODIFIERS: Final = {"Ctrl": "ctrlKey", "Alt": "altKey", "Meta": "metaKey", "Shift": "shiftKey"}
_COMBINED: Final = re.compile(r"((?:(?:Ctrl|Alt|Meta|Shift)\+)+)(.+)", re.DOTALL)
_QUIET_KEYS: Final = re.compile(r"Escape|F\d\d?")
"""Keys that neither type nor move anything."""

# AltGr, with which characters are typed, is Ctrl and Alt to some.
_ALONE: Final = "evt.ctrlKey==evt.altKey&&!evt.metaKey"
_FIELDS: Final = (
    "input:not([type=button],[type=checkbox],[type=radio],[type=reset],[type=submit]),"
    "textarea,select,[contenteditable]"
)
_NOT_TYPING: Final = f"!evt.target.closest?.('{_FIELDS}')"


def is_shortcut(key: str, while_typing: bool = False) -> str:
    """The expression that tells whether a `keydown` is of this key.

    `key` is what `KeyboardEvent.key` says, after `Ctrl+`, `Alt+`, `Meta+` and `Shift+` if they are
    to be held. With `while_typing` it counts in fields, too. Raises ConfigError without a key.
    """
    if not key:
        raise ConfigError("a shortcut needs a key, such as 's', 'Escape' or 'Ctrl+s'")
    combined = _COMBINED.fullmatch(key)
    if combined is None:
        is_quiet = while_typing or _QUIET_KEYS.fullmatch(key)
        parts = [f"evt.key==={js_literal(key)}", _ALONE]
        return "&&".join(parts if is_quiet else [*parts, _NOT_TYPING])
    held = combined[1].split("+")[:-1]
    parts = [f"evt.key.toLowerCase()==={js_literal(combined[2].lower())}"]
    for name, property in _MODIFIERS.items():
        # Signs need Shift on some keyboards, and on others they do not.
        if name in held or name != "Shift" or len(combined[2]) > 1 or combined[2].isalpha():
            parts.append(f"{'' if name in held else '!'}evt.{property}")
    types = "Ctrl" not in held and "Meta" not in held
    return "&&".join([*parts, _NOT_TYPING] if types and not while_typing else parts)
