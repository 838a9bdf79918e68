"""What the core's render modules share: names, how repeated attributes join, error messages."""

from __future__ import annotations

import re
from typing import Final

VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
"""Elements without content and without an end tag."""

EATS_NEWLINE: Final = frozenset({"pre", "textarea", "listing"})
"""Elements in which parsers drop a newline that comes first, so that it is written twice."""

MAX_DEPTH: Final = 512
"""How deep elements nest at most: browsers rearrange what is deeper."""

# The standard's rule: no controls, spaces, quotes, `>`, `/`, `=` and noncharacters.
_NOT_IN_ATTRIBUTE: Final = re.compile(
    "[\x00-\x20\x7f-\x9f\"'>/=\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_ELEMENT: Final = re.compile(r"[A-Za-z][^\x00-\x20/>\ud800-\udfff]*")
_JOINED: Final = {"class": " ", "style": ";", "data-init": ";", "data-effect": ";"}


def check_attribute_name(name: object) -> str:
    """Return the name. Raises TypeError or ValueError for what cannot name an attribute."""
    if not isinstance(name, str):
        raise TypeError(f"an attribute's name is a str, not {kind(name)}")
    if not name:
        raise ValueError("an attribute's name is empty")
    bad = _NOT_IN_ATTRIBUTE.search(name)
    if bad is not None:
        raise ValueError(
            f"the attribute name {name!r} contains {bad.group()!r}; names are free of spaces, "
            "quotes, >, /, = and control characters"
        )
    return str.__str__(name)


def check_element_name(name: object) -> str:
    """Return the name. Raises TypeError or ValueError for what cannot name an element."""
    if not isinstance(name, str):
        raise TypeError(f"an element's name is a str, not {kind(name)}")
    if _ELEMENT.fullmatch(name) is None:
        raise ValueError(
            f"{name!r} cannot name an element: names start with an ASCII letter and are free of "
            "spaces, / and >"
        )
    return str.__str__(name)


URLS: Final = frozenset({"action", "data", "formaction", "href", "src", "xlink:href"})
"""Attributes whose value is an address that the browser goes to or loads."""

# As browsers read it: blanks and controls before it and line breaks within it do not count.
_SCRIPT: Final = re.compile(
    "[\x00-\x20]*" + "[\t\n\r]*".join("javascript") + "[\t\n\r]*:", re.IGNORECASE | re.ASCII
)


def check_url(where: str, value: str) -> None:
    """Raise ValueError for an address that is a script; `where` names the attribute."""
    if _SCRIPT.match(value):
        raise ValueError(
            f"{where}: {value[:60]!r} is a script, which whoever gave it would run in the page; "
            "use an address, or c.action and its on_click() for what a click does"
        )


def joiner(name: str) -> str | None:
    """What joins the values of an attribute given twice; None where the last one wins.

    Classes, styles and the client's statements (`data-on:…`, `data-init`, `data-effect`) add up.
    """
    return ";" if name.startswith("data-on:") else _JOINED.get(name)


def join_values(joint: str, first: str, second: str) -> str:
    """Two values of the same attribute as one."""
    if not first or not second:
        return first or second
    if joint == ";" and first.rstrip().endswith(";"):
        return first + second
    return first + joint + second


def kind(value: object) -> str:
    """The type of a value, for error messages."""
    return "None" if value is None else f"a value of type {type(value).__qualname__}"


def child_error(where: str, value: object) -> TypeError:
    """The error for a child that cannot be rendered; `where` names the element and position."""
    if callable(value):
        hint = "was it meant to be called? "
    elif isinstance(value, (bytes, bytearray)):
        hint = "decode it first. "
    else:
        hint = "use str(…) for its text. "
    return TypeError(
        f"{where} is {kind(value)}; {hint}Accepted are str, int, float, None, bool, nodes of "
        "via.h, objects with __html__() or render(w), and iterables of these"
    )


def void_error(where: str, tag: str) -> TypeError:
    """The error for content in an element that has none."""
    return TypeError(f"{where} is content, but <{tag}> is a void element: it takes attributes only")


def value_error(where: str, value: object) -> TypeError:
    """The error for an attribute's value of a wrong type."""
    return TypeError(
        f"{where}: the value is {kind(value)}; accepted are str, int, float, bool, None"
    )


def flag_error(where: str, value: object) -> TypeError:
    """The error for a value given to an attribute that is only there or not."""
    return TypeError(f"{where}: the value is {kind(value)}; it takes True, False or None")


def depth_error(where: str) -> RecursionError:
    """The error for elements nested too deeply."""
    return RecursionError(f"{where}: elements are nested more than {MAX_DEPTH} deep")


def text_error(where: str, value: object) -> TypeError:
    """The error for what is neither text nor a number."""
    return TypeError(f"{where} takes a str, int or float, not {kind(value)}")


DOCS: Final = {
    "Text": "Text, always escaped. Takes a str, int or float.",
    "Raw": "Markup that is written as it stands, never escaped. Takes a str.",
    "Attr": "An attribute by name; without a value, or with True, the bare name is written.\n\n"
    "The value is a str, int or float; None and False leave the attribute out. Raises ValueError\n"
    "for a name with spaces, quotes, >, /, = or control characters.",
    "Data": "The attribute `data-NAME`; else as `Attr`.",
    "Aria": "The attribute `aria-NAME`; True and False are written as `true` and `false`, None\n"
    "leaves it out.",
    "El": "An element by name, for custom elements and what has no function of its own.",
}
