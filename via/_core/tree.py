"""Nodes compared, summed up and written, for views sent in parts."""

from typing import TYPE_CHECKING

from ._variant import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._compare_py import (
        EQUAL,
        OTHER,
        compare,
        edges,
        equal,
        fingerprint,
        in_place,
        narrow,
        same_head,
    )
    from ._traits_py import content, identity, is_fixed, key, traits
    from ._tree_py import content_place, grafted, ids, outweighs, path_to, write
else:
    from ._compare_c import (
        EQUAL,
        OTHER,
        compare,
        edges,
        equal,
        fingerprint,
        in_place,
        narrow,
        same_head,
    )
    from ._traits_c import content, identity, is_fixed, key, traits
    from ._tree_c import content_place, grafted, ids, outweighs, path_to, write

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
    "in_place",
    "is_fixed",
    "key",
    "narrow",
    "outweighs",
    "path_to",
    "same_head",
    "traits",
    "write",
]
