"""Clients' addresses: where they stand in a request, and how they are read."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from .asgi import Scope


def address_of(scope: Scope) -> str:
    """The address of an ASGI scope's client; "" where it has none, as on a Unix socket."""
    client = scope.get("client")
    return client[0] if client else ""


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address, an IPv4 one also where it is written as IPv6; None where it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
