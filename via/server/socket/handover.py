"""WebSockets go to the worker where their tabs live: the kernel gives them to any.

What comes first names the tab. Its worker is given the connection itself (the descriptor, over a
Unix socket), the handshake and that message; from then on nothing of it passes by here.
"""

from __future__ import annotations

import asyncio
import os
import socket
from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from ..asgi import Scope

_LARGEST: Final = 128 * 1024
"""Bytes of a handshake and a first message that are handed over; larger ones are relayed."""

_KEPT: Final = ("type", "method", "path", "root_path", "scheme", "headers", "client")

Adopt = Callable[[socket.socket, Scope, bytes], object]
"""Goes on with a WebSocket: its connection, its handshake, and the first message."""


class Handover:
    """This worker's end, by which it gives WebSockets to others and is given them."""

    def __init__(self, place: Path, node: str, adopt: Adopt) -> None:
        self._place = place
        self._path = place / f"{node}.sock"
        self._adopt = adopt
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(self._path))
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._take)

    @classmethod
    def open(cls, place: Path, node: str, adopt: Adopt) -> Handover | None:
        """Take WebSockets from now on; None where this system cannot pass them on."""
        if not hasattr(socket, "send_fds"):
            return None
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(place, node, adopt)
        except (OSError, NotImplementedError):
            return None  # the path is too long, or the event loop has no readers

    def give(self, node: str, connection: int, scope: Scope, message: bytes) -> bool:
        """Give a connection, by its descriptor, to a worker; False where that cannot be.

        Raises BlockingIOError where the worker has much to take just now.
        """
        fields = {name: scope[name] for name in _KEPT if name in scope}
        data = msgspec.msgpack.encode((fields, message))
        if len(data) > _LARGEST:
            return False
        try:
            rights = array("i", [connection])
            address = str(self._place / f"{node}.sock")
            # `socket.send_fds` leaves the address out (until Python 3.13).
            self._socket.sendmsg(
                [data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)], 0, address
            )
        except BlockingIOError:
            raise
        except OSError:
            return False  # it is on another machine, or gone
        return True

    def close(self) -> None:
        """Take no more."""
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()
        with suppress(OSError):
            self._path.unlink()

    def _take(self) -> None:
        with suppress(BlockingIOError):
            while True:
                data, descriptors, _, _ = socket.recv_fds(self._socket, 2 * _LARGEST, 1)
                for descriptor in descriptors:
                    self._take_one(data, descriptor)

    def _take_one(self, data: bytes, descriptor: int) -> None:
        try:
            fields, message = msgspec.msgpack.decode(data)
        except (msgspec.DecodeError, ValueError):
            os.close(descriptor)
            return
        fields["headers"] = [(name, value) for name, value in fields["headers"]]
        connection = socket.socket(fileno=descriptor)
        connection.setblocking(False)
        self._adopt(connection, fields, message)
