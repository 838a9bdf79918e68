"""Rows of lists, made again only where what they show has changed."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._each_py import RowMemory, code_of, each
    from ._sight_py import see_as
else:
    from ._each_c import RowMemory, code_of, each
    from ._sight_c import see_as

__all__ = ["RowMemory", "code_of", "each", "see_as"]
