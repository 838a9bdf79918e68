"""Handing messages on to the listeners of a subject."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._fanout_py import Fanout, Listener
else:
    from ._fanout_c import Fanout, Listener

__all__ = ["Fanout", "Listener"]
