"""What a page has beyond the tree that it shows."""

from __future__ import annotations


class AnchorTree:
    """The anchor on an element, and the anchors within its children, by their place in its content.

    `losses` counts how often a child changed, or went, that could not be found in the page.
    """

    __slots__ = ("anchor", "children", "losses")

    def __init__(
        self, anchor: str = "", children: dict[int, AnchorTree] | None = None, losses: int = 0
    ) -> None:
        self.anchor = anchor
        self.children = {} if children is None else children
        self.losses = losses
