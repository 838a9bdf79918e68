"""Fields: signals with rules that their values must pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .signals import Changed, Signal

Rule = Callable[[Any], str | None]
"""Takes a field's value; returns what is wrong with it, or None. Made by `via.required` and the
like, or a function of your own."""


class Field(Signal):
    """A signal with rules; made by `Context.field`. Errors show with the next sync of the view."""

    __slots__ = ("_errors", "_initial", "_rules")

    def __init__(self, id: str, value: Any, changed: Changed, rules: Sequence[Rule]) -> None:
        super().__init__(id, value, changed)
        self._initial = value
        self._rules = tuple(rules)
        self._errors: list[str] = []

    def validate(self) -> bool:
        """Check the value against every rule; True if it passes them all."""
        found = (rule(self.value) for rule in self._rules)
        self._errors = [message for message in found if message is not None]
        return not self._errors

    def has_error(self) -> bool:
        """Whether the last validation, or `add_error`, left an error."""
        return bool(self._errors)

    def first_error(self) -> str:
        """The first error's message, "" if there is none."""
        return self._errors[0] if self._errors else ""

    def errors(self) -> list[str]:
        """All messages, in the order of the rules."""
        return list(self._errors)

    def add_error(self, message: str) -> None:
        """Add an error that no rule can know, such as a name that is taken."""
        self._errors.append(message)

    def clear_errors(self) -> None:
        """Forget the errors."""
        self._errors.clear()

    def reset(self) -> None:
        """Set the value that the field began with, and forget the errors."""
        self.set_value(self._initial)
        self.clear_errors()
