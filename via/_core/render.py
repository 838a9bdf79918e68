"""HTML nodes: what they are, how they are made and written."""

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
    from ._build_py import fragment, to_bytes
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
    from ._render_py import Attribute, Element, Fragment, Node, Raw, Text
else:
    from ._build_c import fragment, to_bytes
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
    from ._render_c import Attribute, Element, Fragment, Node, Raw, Text

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
