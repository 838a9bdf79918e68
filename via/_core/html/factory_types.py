"""The types of the functions that make nodes, for both variants of the core."""

from __future__ import annotations

from typing import Protocol

from .nodes import Attribute, Element
from .types import Child, Value


class ElementFactory(Protocol):
    """A function that makes one kind of element."""

    __name__: str

    def __call__(self, *children: Child) -> Element:
        """Make the element of attributes and content, in any order."""


class AttributeFactory(Protocol):
    """A function that makes one kind of attribute."""

    __name__: str

    def __call__(self, value: Value, /) -> Attribute:
        """Make the attribute; the value is escaped when it is written."""


class OptionalAttributeFactory(Protocol):
    """A function that makes an attribute that may stand without a value."""

    __name__: str

    def __call__(self, value: Value = True, /) -> Attribute:
        """Make the attribute; without a value the bare name is written."""


class FlagFactory(Protocol):
    """A function that makes a boolean attribute."""

    __name__: str

    def __call__(self, on: bool | None = True, /) -> Attribute:
        """Make the attribute; False and None leave it out."""
