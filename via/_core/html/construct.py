"""Nodes made of what an author gives, and turned into bytes."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._construct_py import fragment, to_bytes
else:
    from ._construct_c import fragment, to_bytes

__all__ = ["fragment", "to_bytes"]
