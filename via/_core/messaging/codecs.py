"""Typed messages: encoded once, decoded and validated once per type."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._codecs_py import Codec, codec, encode
else:
    from ._codecs_c import Codec, codec, encode

__all__ = ["Codec", "codec", "encode"]
