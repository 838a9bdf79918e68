"""The sockets on which the app is served."""

from __future__ import annotations

import socket
import sys

from ..errors import ConfigError
from ..options import split_address


def listen_for_workers(address: str, count: int) -> list[socket.socket]:
    """Listening sockets for one address, between which the kernel divides the connections.

    Where it does not, all are one. Raises ConfigError if the address cannot be had.
    """
    first = listen(address)
    if not sys.platform.startswith("linux"):
        return [first] * count
    # Whoever else listens there has been found out; from here on they are to be several.
    port = first.getsockname()[1]
    first.close()
    host, _ = split_address(address)
    name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [listen(name, reuse_port=True) for _ in range(count)]


def listen(address: str, *, reuse_port: bool = False) -> socket.socket:
    """A listening socket for "host:port". Raises ConfigError if it cannot be had."""
    host, port = split_address(address)
    family, is_dual = socket.AF_INET, False
    if ":" in host:
        family = socket.AF_INET6
    elif not host and socket.has_dualstack_ipv6():
        family, is_dual = socket.AF_INET6, True
    try:
        return socket.create_server(
            (host, port),
            family=family,
            backlog=2048,
            reuse_port=reuse_port,
            dualstack_ipv6=is_dual,
        )
    except OSError as error:
        raise ConfigError(
            f"Options.server_address {address!r} cannot be used: {error.strerror}"
        ) from None
