"""The ids of tabs: they say which process made them, and with that where they live."""

from __future__ import annotations

import secrets
from typing import Final

from ..sessions.tokens import new_token

_NODE_BYTES: Final = 6


def new_node() -> str:
    """A name for this process, which no other has."""
    return secrets.token_hex(_NODE_BYTES)


def new_tab_id(node: str) -> str:
    """An id for a tab of this node."""
    return f"{node}.{new_token()}"


def node_of(tab_id: str) -> str:
    """The node that made a tab; "" where its id does not say."""
    node, dot, _ = tab_id.partition(".")
    is_node = dot and len(node) == 2 * _NODE_BYTES and node.isascii() and node.isalnum()
    return node if is_node else ""
