"""What a NATS server says, taken apart, and its messages handed to whom they are for."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON
from .nats_said import Handler, Line, Message

if TYPE_CHECKING or PURE_PYTHON:
    from ._nats_reader_py import NATSReader
else:
    from ._nats_reader_c import NATSReader

__all__ = ["Handler", "Line", "Message", "NATSReader"]
