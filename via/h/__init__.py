"""HTML in Python: every element, attribute and text is a function that returns a node.

    h.Div(h.Class("card"), h.H1(h.Text("Hello")), h.P(h.Text(message)))

Elements take attributes and content in any order: nodes, str (escaped), int, float, None and bools
(nothing), iterables of these (flattened), and objects with `__html__()` or `render(w)`. A node is
immutable: it may be kept and shown in many places. Text and attribute values are always escaped,
only `Raw` is not; in both, NUL and lone surrogates, which HTML cannot hold, become U+FFFD.
`str(node)` is its HTML, `node.render(w)` writes it.
"""

from .._core.html import Attribute, Child, Element, Fragment, H, Node
from .._core.rows.each import each
from . import attributes, datastar, document, elements, svg, text
from .attributes import *
from .datastar import *
from .document import *
from .elements import *
from .svg import *
from .text import *

__all__ = ["Attribute", "Child", "Element", "Fragment", "H", "Node", "each"]
__all__ += attributes.__all__
__all__ += datastar.__all__
__all__ += document.__all__
__all__ += elements.__all__
__all__ += svg.__all__
__all__ += text.__all__
