"""What a tab's stream still has to send: what to render, and ordered events."""

from typing import TYPE_CHECKING

from ._outbox_py import MAX_BYTES, MAX_EVENTS, View
from ._variant import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._outbox_py import Outbox
else:
    from ._outbox_c import Outbox

__all__ = ["MAX_BYTES", "MAX_EVENTS", "Outbox", "View"]
