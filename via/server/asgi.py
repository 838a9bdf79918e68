"""The types of an ASGI app's arguments, and what `receive` says last."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def until_gone(receive: Receive) -> None:
    """Return when the browser is gone; whatever else comes is passed over."""
    while (await receive())["type"] != "http.disconnect":
        pass
