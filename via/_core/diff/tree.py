"""Nodes compared, summed up and written, for views sent in parts."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._analysis_py import content, identity, is_fixed, key, traits
    from ._anchored_py import content_place, grafted, ids, outweighs, path_to, write
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
else:
    from ._analysis_c import content, identity, is_fixed, key, traits
    from ._anchored_c import content_place, grafted, ids, outweighs, path_to, write
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
