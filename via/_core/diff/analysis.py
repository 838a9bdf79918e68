"""What is known of one element: its id, its content, and what the HTML parser makes of it."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._analysis_py import content, identity, is_fixed, key, placeholder, traits
else:
    from ._analysis_c import content, identity, is_fixed, key, placeholder, traits

__all__ = ["content", "identity", "is_fixed", "key", "placeholder", "traits"]
