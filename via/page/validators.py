"""Rules for fields: each is a function of the value that returns what is wrong, or None.

The optional last argument of each replaces the message. All but `required` let an empty value
pass, so that a field may be left empty unless it is required.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from ..errors import ConfigError
from .fields import Rule

# The browser's own pattern for `<input type=email>`, but with a dot in the domain.
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL: Final = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")


def required(message: str = "This field is required") -> Rule:
    """The value is there: a text that is not blank, any number, True, a list that is not empty."""
    return _rule(lambda value: not _blank(value), message)


def min_len(length: int, message: str = "") -> Rule:
    """A text has `length` characters or more."""
    _check_length("min_len", length)
    return _rule(
        lambda value: len(_text(value)) >= length,
        message or f"Must be at least {_counted(length)}",
        optional=True,
    )


def max_len(length: int, message: str = "") -> Rule:
    """A text has `length` characters or fewer."""
    _check_length("max_len", length)
    return _rule(
        lambda value: len(_text(value)) <= length, message or f"Must be at most {_counted(length)}"
    )


def min(limit: float, message: str = "") -> Rule:
    """A number is `limit` or more; a text that is not a number fails."""
    return _rule(
        lambda value: (number := _number(value)) is not None and number >= limit,
        message or f"Must be at least {limit:g}",
        optional=True,
    )


def max(limit: float, message: str = "") -> Rule:
    """A number is `limit` or less; a text that is not a number fails."""
    return _rule(
        lambda value: (number := _number(value)) is not None and number <= limit,
        message or f"Must be at most {limit:g}",
        optional=True,
    )


def email(message: str = "Must be an email address") -> Rule:
    """A text has the shape of an email address."""
    return _rule(
        lambda value: len(_text(value)) <= 254 and _EMAIL.fullmatch(_text(value)) is not None,
        message,
        optional=True,
    )


def pattern(expression: str, message: str = "Has the wrong format") -> Rule:
    """A regular expression is found in the text; `^` and `$` tie it to the ends.

    Raises ConfigError for an expression that is malformed.
    """
    try:
        compiled = re.compile(expression)
    except (re.error, TypeError) as error:
        raise ConfigError(
            f"via.pattern: {expression!r} is not a regular expression: {error}"
        ) from None
    return _rule(lambda value: compiled.search(_text(value)) is not None, message, optional=True)


def custom(check: Callable[[Any], Any], message: str = "") -> Rule:
    """A check of your own: it returns what is wrong, "" or None if nothing is.

    It may as well return True for a right value and False for a wrong one, or raise ValueError
    with what is wrong. `message`, where it is given, stands for whatever it says.
    """
    if not callable(check):
        raise ConfigError(f"via.custom needs a function of the value, not {check!r}")

    def rule(value: Any) -> str | None:
        try:
            verdict = check(value)
        except ValueError as error:
            verdict = str(error) or "Is not valid"
        if verdict is None or verdict is True or verdict == "":
            return None
        return message or ("Is not valid" if verdict is False else str(verdict))

    return rule


def _rule(passes: Callable[[Any], bool], message: str, optional: bool = False) -> Rule:
    if not isinstance(message, str):
        raise ConfigError(f"a rule's message is a str, not {message!r}")

    def rule(value: Any) -> str | None:
        if optional and _blank(value):
            return None
        return None if passes(value) else message

    return rule


def _blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or value == [] or value == {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number else None  # NaN passes no comparison by accident


def _counted(length: int) -> str:
    return f"{length} character{'s' * (length != 1)}"


def _check_length(name: str, length: int) -> None:
    if not isinstance(length, int) or isinstance(length, bool) or length < 0:
        raise ConfigError(f"via.{name} needs a number of characters, not {length!r}")
