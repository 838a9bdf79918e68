"""Requests that the browser's client sends most: actions and pages, read in one step."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._requests_py import read_action, read_page
else:
    from ._requests_c import read_action, read_page

__all__ = ["read_action", "read_page"]
