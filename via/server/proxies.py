"""What a reverse proxy says of a request: client, scheme, host and prefix (`X-Forwarded-*`).

Anybody can send these headers, so they count only where the connection comes from a proxy that
`Options.trusted_proxies` names. Of each header the last value counts, which is that of the nearest
proxy; of `X-Forwarded-For` the last address that is not a trusted proxy itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Final

from ..live.browser import Headers
from .addresses import parse_address
from .asgi import Scope

_PREFIX: Final = re.compile(r"(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~-]+)+/?")


class TrustedProxies:
    """Takes their word; `networks` are addresses or networks, such as "10.0.0.0/8"."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ip_network(network, strict=False) for network in networks]
        self._known: dict[str, bool] = {}

    def is_trusted(self, address: str) -> bool:
        """Whether this is the address of a trusted proxy."""
        if not self._networks:
            return False
        known = self._known.get(address)
        if known is None:
            if len(self._known) > 1000:
                self._known.clear()
            known = self._known[address] = self._is_within(address)
        return known

    def _is_within(self, address: str) -> bool:
        parsed = parse_address(address)
        return parsed is not None and any(parsed in network for network in self._networks)

    def client(self, peer: str, headers: Headers) -> str:
        """The client's address, for a connection that comes from `peer`."""
        if not self.is_trusted(peer):
            return peer
        forwarded = b",".join(value for name, value in headers if name == b"x-forwarded-for")
        client = peer
        for address in reversed(forwarded.decode("latin-1").split(",")):
            address = address.strip()
            if parse_address(address) is None:
                break
            client = address
            if not self.is_trusted(client):
                break
        return client

    def host(self, peer: str, headers: Headers) -> Headers:
        """The headers, with the host that the browser asked for."""
        if not self.is_trusted(peer):
            return headers
        forwarded = _last(headers, b"x-forwarded-host")
        if not forwarded:
            return headers
        others = [(name, value) for name, value in headers if name != b"host"]
        return [(b"host", forwarded.encode("latin-1")), *others]

    def apply(self, scope: Scope) -> None:
        """Put into an ASGI scope what the proxy says, if it is one to be trusted."""
        peer = scope.get("client")
        if not peer or not self.is_trusted(peer[0]):
            return
        headers = scope["headers"]
        client = self.client(peer[0], headers)
        if client != peer[0]:
            scope["client"] = (client, 0)
        scheme = _last(headers, b"x-forwarded-proto").lower()
        if scheme in ("http", "https"):
            scope["scheme"] = scheme
        scope["headers"] = self.host(peer[0], headers)
        prefix = _last(headers, b"x-forwarded-prefix")
        if _PREFIX.fullmatch(prefix):
            root = prefix.rstrip("/")
            if not scope.get("root_path"):
                scope["root_path"] = root
                scope["path"] = root + scope["path"]


def _last(headers: Headers, name: bytes) -> str:
    values = [value for key, value in headers if key == name]
    return values[-1].decode("latin-1").rpartition(",")[2].strip() if values else ""
