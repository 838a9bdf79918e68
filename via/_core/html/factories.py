"""The functions that make nodes, and the functions that make such functions."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._factories_py import (
        aria,
        attr,
        attribute_factory,
        data,
        element,
        element_factory,
        raw,
        text,
    )
else:
    from ._factories_c import (
        aria,
        attr,
        attribute_factory,
        data,
        element,
        element_factory,
        raw,
        text,
    )

__all__ = ["aria", "attr", "attribute_factory", "data", "element", "element_factory", "raw", "text"]
