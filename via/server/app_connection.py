"""What the app is to one connection of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .._core.tasks.maybe_awaitable import MaybeAwaitable
from ..live.browser import Headers
from ..live.page_response import PageResponse
from .responses import ShortResponse
from .socket.sockets import Sockets

RunAction = Callable[[str, Headers, bytes], "MaybeAwaitable[ShortResponse] | None"]
"""Runs the action of an id; None to have the request take the ordinary way."""


LoadPage = Callable[[str, str, Headers], "MaybeAwaitable[PageResponse | ShortResponse] | None"]
"""Loads the page at a path, with a query; None to have the request take the ordinary way."""


class AppConnection(NamedTuple):
    """What one connection asks of the app."""

    run_action: RunAction
    load_page: LoadPage
    log_refusal: Callable[[int, str], None]
    """Told the status and the reason, where a request is refused that the app has not seen."""
    sockets: Sockets | None = None
    """Opens the WebSocket that this connection asks to become; None where none is opened."""


Connect = Callable[[str], AppConnection]
"""What the app is to a connection from this address."""


def not_started(address: str) -> AppConnection:
    """The connection to an app that has not started: its first request by ASGI starts it."""
    return AppConnection(
        lambda id, headers, body: None,
        lambda path, query, headers: None,
        lambda status, reason: None,
    )
