"""What a client that cannot have its page built anew is told: to load it again."""

from typing import Final

from .. import h
from .._core.html import to_bytes
from .._core.sse.events import patch_elements
from .responses import ShortResponse

# Not again and again, as where the browser keeps no cookies.
_RELOAD: Final = (
    "(performance.now()>30000||performance.getEntriesByType('navigation')[0]?.type!=='reload')"
    "&&location.reload()"
)

RELOAD: Final = ShortResponse(
    200,
    patch_elements(
        to_bytes(h.Div(h.Hidden(), h.Data("init", _RELOAD)), ""), selector="body", mode="append"
    ),
    b"text/event-stream",
)
"""The answer to a request for a stream, as a stream of one event."""
