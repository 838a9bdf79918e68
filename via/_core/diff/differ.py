"""Views that are sent in parts: what turns the view that a browser has into the next one."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._differ_py import ViewDiffer
else:
    from ._differ_c import ViewDiffer

__all__ = ["ViewDiffer"]
