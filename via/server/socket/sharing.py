"""What the tabs' shared worker asks: a `SharedStream`, and to pass on what its tabs say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import msgspec

from ...live.request_error import RequestError
from ..addresses import address_of
from ..asgi import Receive, Scope
from ..clients import Clients
from ..request_origin import RequestOrigin
from ..responses import DONE, ShortResponse
from ..signal_body import read_body
from .shared_stream import SharedStream
from .sockets import Sockets

PATH: Final = "/_shared"

Relay = Callable[[str, Scope, bytes], Awaitable[ShortResponse | None]]
"""Has the node answer that an id names; None where it is this one, or none."""


class _Messages(msgspec.Struct):
    """Messages by channel for the stream of an id; without one it asks for a stream."""

    id: str = ""
    messages: list[tuple[int, str | None]] = []


_read: Final = msgspec.json.Decoder(_Messages).decode


class Sharing:
    """The shared streams of this process."""

    def __init__(
        self, node: str, sockets: Sockets, origin: RequestOrigin, clients: Clients, relay: Relay
    ) -> None:
        self._node = node
        self._sockets = sockets
        self._origin = origin
        self._clients = clients
        self._relay = relay
        self._open: dict[str, SharedStream] = {}

    async def take(self, scope: Scope, receive: Receive) -> SharedStream | ShortResponse:
        """The stream that is asked for, to be served; or the answer to what was passed on."""
        if scope["method"] != "POST":
            raise RequestError(405, "only POST is answered here")
        self._origin.check(scope["headers"])
        self._clients.find(address_of(scope)).take_request()
        body = await read_body(receive, self._sockets.limits)
        try:
            request = _read(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise RequestError(400, f"the messages are not understood: {error}") from None
        if not request.id:
            stream = SharedStream(self._node, lambda ended: self._open.pop(ended.id, None))
            self._open[stream.id] = stream
            return stream
        found = self._open.get(request.id)
        if found is None:
            relayed = await self._relay(request.id, scope, body)
            if relayed is None:
                raise RequestError(404, "the stream is not known here; open another")
            return relayed
        for channel, message in request.messages:
            found.hear(channel, message, partial(self._sockets.open, scope))
        return DONE

    def end(self) -> None:
        """End all streams, after what waits."""
        for stream in list(self._open.values()):
            stream.end()
