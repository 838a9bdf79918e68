"""The types of what nodes are made from, for both variants of the core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias


class BinaryWriter(Protocol):
    """A binary file object, as far as nodes need one."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""


class H(Protocol):
    """Anything that can be shown: nodes of via.h, and objects of your own with this method."""

    def render(self, w: BinaryWriter, /) -> object:
        """Write HTML in UTF-8 to a binary file object."""


class HasHTML(Protocol):
    """An object of another library that knows its markup, such as markupsafe's Markup."""

    def __html__(self) -> str:
        """The markup, which is not escaped again."""


Child: TypeAlias = "H | HasHTML | str | int | float | bool | Iterable[Child] | None"
"""What elements take. None and bools render nothing; iterables are flattened."""

Value: TypeAlias = str | int | float | bool | None
"""An attribute's value: True writes the bare name, False and None leave the attribute out."""
