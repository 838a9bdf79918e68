"""What a tab's stream still has to send: what to render, and ordered events."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON
from ._send_queue_py import MAX_BYTES, MAX_EVENTS, View

if TYPE_CHECKING or PURE_PYTHON:
    from ._send_queue_py import SendQueue
else:
    from ._send_queue_c import SendQueue

__all__ = ["MAX_BYTES", "MAX_EVENTS", "SendQueue", "View"]
