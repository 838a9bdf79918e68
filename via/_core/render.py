"""HTML nodes and how they are written."""

from typing import TYPE_CHECKING

from ._types import (
    AttributeFactory,
    Child,
    ElementFactory,
    FlagFactory,
    H,
    OptionalAttributeFactory,
)
from ._variant import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._render_py import (
        Attribute,
        Element,
        Fragment,
        Node,
        Raw,
        Text,
        aria,
        attr,
        attribute_factory,
        data,
        element,
        element_factory,
        fragment,
        raw,
        text,
        to_bytes,
    )
else:
    from ._render_c import (
        Attribute,
        Element,
        Fragment,
        Node,
        Raw,
        Text,
        aria,
        attr,
        attribute_factory,
        data,
        element,
        element_factory,
        fragment,
        raw,
        text,
        to_bytes,
    )

__all__ = [
    "Attribute",
    "AttributeFactory",
    "Child",
    "Element",
    "ElementFactory",
    "FlagFactory",
    "Fragment",
    "H",
    "Node",
    "OptionalAttributeFactory",
    "Raw",
    "Text",
    "aria",
    "attr",
    "attribute_factory",
    "data",
    "element",
    "element_factory",
    "fragment",
    "raw",
    "text",
    "to_bytes",
]
