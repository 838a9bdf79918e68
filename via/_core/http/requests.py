"""Requests that the browser's client sends most: actions, read in one step."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._requests_py import read_action
else:
    from ._requests_c import read_action

__all__ = ["read_action"]
