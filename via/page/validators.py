"""Rules for fields: each is a function of the value that returns what is wrong, or None.

The optional last argument of each replaces the message. An empty value is a value like any other:
it has no characters and is no number, and expressions are tried on it.
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


# An escape, a set of characters, or `$`, which Python lets stand before a last line break as well.
_DOLLAR: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


def required(message: str = "This field is required") -> Rule:
    """The value is there: a text that is not blank, any number, True, a list that is not empty."""
    return _rule(lambda value: not _blank(value), message)


def min_len(length: int, message: str = "") -> Rule:
    """A text has `length` characters or more."""
    _check_length("min_len", length)
    return _rule(
        lambda value: len(_text(value)) >= length,
        message or f"Must be at least {_counted(length)}",
    )


def max_len(length: int, message: str = "") -> Rule:
    """A text has `length` characters or fewer."""
    _check_length("max_len", length)
    return _rule(
        lambda value: len(_text(value)) <= length, message or f"Must be at most {_counted(length)}"
    )


def min(limit: float, message: str = "") -> Rule:
    """A whole number, or a text of one, is `limit` or more; all else fails."""
    return _rule(
        lambda value: (number := _number(value)) is not None and number >= limit,
        message or f"Must be at least {limit:g}",
    )


def max(limit: float, message: str = "") -> Rule:
    """A whole number, or a text of one, is `limit` or less; all else fails."""
    return _rule(
        lambda value: (number := _number(value)) is not None and number <= limit,
        message or f"Must be at most {limit:g}",
    )


def email(message: str = "Must be an email address") -> Rule:
    """A text has the shape of an email address."""
    return _rule(
        lambda value: len(_text(value)) <= 254 and _EMAIL.fullmatch(_text(value)) is not None,
        message,
    )


def pattern(expression: str, message: str = "Has the wrong format") -> Rule:
    """A regular expression is found in the text; `^` and `$` tie it to the very ends.

    Raises ConfigError for an expression that is malformed.
    """
    try:
        compiled = re.compile(_DOLLAR.sub(_end_of_text, expression))
    except (re.error, TypeError) as error:
        raise ConfigError(
            f"via.pattern: {expression!r} is not a regular expression: {error}"
        ) from None
    return _rule(lambda value: compiled.search(_text(value)) is not None, message)


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


def _rule(passes: Callable[[Any], bool], message: str) -> Rule:
    if not isinstance(message, str):
        raise ConfigError(f"a rule's message is a str, not {message!r}")

    def rule(value: Any) -> str | None:
        return None if passes(value) else message

    return rule


def _blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or value == [] or value == {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    text = value.strip() if isinstance(value, str) else value
    try:
        return int(text)
    except (TypeError, ValueError):
        return None


def _end_of_text(match: re.Match[str]) -> str:
    return r"\Z" if match.group() == "$" else match.group()


def _counted(length: int) -> str:
    return f"{length} character{'s' * (length != 1)}"


def _check_length(name: str, length: int) -> None:
    if not isinstance(length, int) or isinstance(length, bool) or length < 0:
        raise ConfigError(f"via.{name} needs a number of characters, not {length!r}")
