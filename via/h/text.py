"""Text, raw markup and conditions."""

from typing import TypeVar

from .._core.html import Attribute, Child, Fragment, attr, fragment
from .._core.html import Raw as RawNode
from .._core.html import Text as TextNode
from .._core.html import raw as Raw
from .._core.html import text as Text
from .format import sprintf

NodeT = TypeVar("NodeT")


def Textf(format: str, *args: object) -> TextNode:
    """Text in a `%` format, escaped: `h.Textf("%s has %d points (%.1f%%)", name, n, share)`.

    The verbs are `%s %v %d %f %e %g %t %q %x %X %o %b %c %U %T %%`, with the flags `-+# 0`, a width
    and a precision. `%v` prints any value, `%t` a bool as `true` or `false`, `%q` a quoted string.
    Raises ValueError for an unknown verb and for too few or too many values, TypeError for a value
    that does not fit its verb.
    """
    return Text(sprintf(format, args))


def Rawf(format: str, *args: object) -> RawNode:
    """Markup in a `%` format as of `Textf`; nothing is escaped, the values neither."""
    return Raw(sprintf(format, args))


def If(condition: object, node: NodeT) -> NodeT | None:
    """The node where the condition holds, else None, which renders nothing."""
    return node if condition else None


def JoinAttrs(name: str, *children: Child) -> Fragment:
    """The children, with their own attributes `name` joined into one by spaces.

    Attributes of elements among the children are left alone.
    """
    nodes = fragment(*children)
    key = name.lower()
    named = [
        node for node in nodes.children if isinstance(node, Attribute) and node.name.lower() == key
    ]
    if len(named) < 2:
        return nodes
    values = [node.value for node in named if isinstance(node.value, str) and node.value]
    joined = attr(name, " ".join(values))
    return fragment(joined, [node for node in nodes.children if node not in named])


__all__ = ["If", "JoinAttrs", "Raw", "Rawf", "Text", "Textf"]
