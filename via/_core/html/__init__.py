"""HTML nodes: what they are, how they are made and written."""

from .construct import fragment, to_bytes
from .factories import (
    aria,
    attr,
    attribute_factory,
    data,
    element,
    element_factory,
    raw,
    text,
)
from .factory_types import (
    AttributeFactory,
    ElementFactory,
    FlagFactory,
    OptionalAttributeFactory,
)
from .nodes import Attribute, Element, Fragment, Node, Raw, Text
from .types import Child, H

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
