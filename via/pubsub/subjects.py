"""Subjects: what they look like and which patterns match them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from ..errors import PubSubError

MAX_LENGTH: Final = 1024

_CHARACTERS: Final = r"[^\s.*>\x00-\x1f\x7f\ud800-\udfff]"
_PART: Final = re.compile(rf"{_CHARACTERS}+")
_SUBJECT: Final = re.compile(
    rf"(?!\$|_INBOX)(?=.{{1,{MAX_LENGTH}}}\Z){_CHARACTERS}+(?:\.{_CHARACTERS}+)*"
)
_PLAIN: Final = frozenset("-_")
_LONGEST_TOKEN: Final = 256

is_subject: Final = _SUBJECT.fullmatch
"""Whether a str can be published on: what `check_subject` lets pass, for whoever asks often."""


def check_subject(subject: str) -> str:
    """Return a subject that can be published on. Raises PubSubError for any other."""
    return _check(subject, "", "'*' and '>' are for subscriptions")


def check_pattern(subject: str) -> str:
    """Return a subject that can be subscribed to. Raises PubSubError for any other."""
    return _check(subject, "*>", "'*' and '>' stand alone between dots, and '>' comes last")


def _check(subject: str, wildcards: str, hint: str) -> str:
    if not isinstance(subject, str):
        raise PubSubError(f"a subject is a str such as 'chat.room', not {subject!r}")
    if len(subject) > MAX_LENGTH:
        raise PubSubError(f"a subject has at most {MAX_LENGTH} characters, not {len(subject)}")
    if subject.startswith(("$", "_INBOX")):
        raise PubSubError(
            f"bad subject {subject!r}: names with '$' or '_INBOX' are the broker's own"
        )
    parts = subject.split(".")
    for position, part in enumerate(parts, 1):
        if _PART.fullmatch(part):
            continue
        if part and part in wildcards and (part == "*" or position == len(parts)):
            continue
        what = f"part {position} is {part!r}" if part else f"part {position} is empty"
        raise PubSubError(
            f"bad subject {subject!r}: {what}; parts are separated by dots and hold no spaces; "
            f"{hint}"
        )
    return subject


def subject_token(text: str) -> str:
    """One part of a subject from any text, such as what a visitor typed: `f"room.{token}"`.

    Letters, digits, "-" and "_" stay, all else is written as "=" and its bytes in hexadecimal; so
    it has no dots and no wildcards, and different texts give different tokens. Raises PubSubError
    for a text whose token has more than 256 characters. Documented under "Pub/sub" in the README.
    """
    if not isinstance(text, str):
        raise PubSubError(f"a subject's token is made of a str, not {text!r}")
    token = "".join(map(_escaped, text[: _LONGEST_TOKEN + 1])) if text else "="
    if token.startswith("_INBOX"):
        token = "=5f" + token[1:]
    if len(token) > _LONGEST_TOKEN:
        raise PubSubError(
            f"a subject's token has at most {_LONGEST_TOKEN} characters: {text[:40]!r}…"
        )
    return token


def _escaped(character: str) -> str:
    if character.isalnum() or character in _PLAIN:
        return character
    return "".join(f"={byte:02x}" for byte in character.encode(errors="surrogatepass"))


def check_meant(subject: str, sent: Callable[[], Iterable[str]]) -> None:
    """Raise PubSubError where the wildcards of a pattern come from what the browser sent."""
    if not isinstance(subject, str) or not is_pattern(subject):
        return
    for value in sent():
        if value and is_pattern(value) and value in subject:
            raise PubSubError(
                f"bad subject {subject!r}: the wildcard in {value[:40]!r} was sent by the browser; "
                "make a part of a subject with via.subject_token"
            )


def is_pattern(subject: str) -> bool:
    """Whether the subject has wildcards."""
    return "*" in subject or ">" in subject


def matches(pattern: str, subject: str) -> bool:
    """Whether a pattern covers a subject."""
    wanted, parts = pattern.split("."), subject.split(".")
    for position, part in enumerate(wanted):
        if part == ">":
            return len(parts) > position
        if position >= len(parts) or part not in ("*", parts[position]):
            return False
    return len(wanted) == len(parts)


def overlap(first: str, second: str) -> bool:
    """Whether some subject is covered by both patterns."""
    one, other = first.split("."), second.split(".")
    for a, b in zip(one, other, strict=False):
        if ">" in (a, b):
            return True
        if a != b and "*" not in (a, b):
            return False
    return len(one) == len(other)


def one_stream(subject: str, names: list[str]) -> str:
    """The name of the only stream. Raises PubSubError where there is none or more than one."""
    if len(names) == 1:
        return names[0]
    if names:
        raise PubSubError(
            f"subject {subject!r} is kept by several streams ({', '.join(names)}): "
            "ask for a narrower subject"
        )
    raise PubSubError(
        f"no stream keeps subject {subject!r}: name it in Options.streams or via.ensure_stream"
    )
