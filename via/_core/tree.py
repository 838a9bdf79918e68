"""Nodes compared, summed up and written, for views that are sent in parts."""

from typing import TYPE_CHECKING

from ._variant import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._tree_py import (
        EQUAL,
        OTHER,
        compare,
        content,
        content_place,
        edges,
        equal,
        fingerprint,
        grafted,
        identity,
        ids,
        is_fixed,
        key,
        narrow,
        path_to,
        same_head,
        traits,
        write,
    )
else:
    from ._tree_c import (
        EQUAL,
        OTHER,
        compare,
        content,
        content_place,
        edges,
        equal,
        fingerprint,
        grafted,
        identity,
        ids,
        is_fixed,
        key,
        narrow,
        path_to,
        same_head,
        traits,
        write,
    )

__all__ = [
    "EQUAL",
    "OTHER",
    "compare",
    "content",
    "content_place",
    "edges",
    "equal",
    "fingerprint",
    "grafted",
    "identity",
    "ids",
    "is_fixed",
    "key",
    "narrow",
    "path_to",
    "same_head",
    "traits",
    "write",
]
