"""Attributes for the browser client."""

import re
from typing import Final, cast

from .._core.html import Attribute, FlagFactory, attribute_factory
from .attributes import Data, Style

_IDENTIFIER: Final = re.compile(r"(?:--|-?[A-Za-z_\u0080-\U0010ffff])[\w\u0080-\U0010ffff-]*")


def DataInit(expression: str) -> Attribute:
    """Runs the expression when the element comes into the page."""
    return Data("init", expression)


def DataEffect(expression: str) -> Attribute:
    """Runs the expression at once and whenever a signal in it changes."""
    return Data("effect", expression)


DataIgnoreMorph: Final = cast(
    FlagFactory,
    attribute_factory(
        "data-ignore-morph",
        "DataIgnoreMorph",
        "Keeps the element, and all in it, as the browser has it, whatever the server renders.",
        "flag",
    ),
)


def DataViewTransition(name: str) -> Attribute:
    """Animates the element into the one of the same name on the next page, on SPA navigation.

    It is an inline style and is combined with `Style`. Raises ValueError for a name that is not a
    CSS identifier.
    """
    if _IDENTIFIER.fullmatch(name) is None:
        raise ValueError(f"the name of a view transition is a CSS identifier, not {name!r}")
    return Style(f"view-transition-name: {name}")


__all__ = ["DataEffect", "DataIgnoreMorph", "DataInit", "DataViewTransition"]
