"""What a page has beyond the tree that it shows."""

from __future__ import annotations


class Shadow:
    """What the page has beyond the tree: an anchor on an element, and anchors within it.

    `children` are the shadows of children by their place in the element's content; `churns` says
    that children without an id were taken out of the element before.
    """

    __slots__ = ("anchor", "children", "churns")

    def __init__(self) -> None:
        self.anchor = ""
        self.children: dict[int, Shadow] = {}
        self.churns = False
