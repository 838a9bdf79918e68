"""HTML nodes: what they are and how they are written."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._nodes_py import Attribute, Element, Fragment, Node, Raw, Text, written
else:
    from ._nodes_c import Attribute, Element, Fragment, Node, Raw, Text, written

__all__ = ["Attribute", "Element", "Fragment", "Node", "Raw", "Text", "written"]
