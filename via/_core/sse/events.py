"""Server-sent events in Datastar's format."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._events_py import execute_script, patch_elements, patch_signals, remove_elements
else:
    from ._events_c import execute_script, patch_elements, patch_signals, remove_elements

__all__ = ["execute_script", "patch_elements", "patch_signals", "remove_elements"]
