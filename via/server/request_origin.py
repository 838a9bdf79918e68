"""Where a request comes from: the app's own pages, or another site (CSRF), under which host.

The browser's client sends a header of its own, which other sites may send only where the app lets
them. Browsers say beside it whether a request is of the same origin (`Sec-Fetch-Site`), and
where it comes from (`Origin`). A page of another host that was given this address (DNS rebinding)
is known by its `Host`, where `Options.allowed_hosts` says which there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..live.browser import Headers
from ..live.request_error import RequestError

_HOST: Final = re.compile(rb"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class RequestOrigin:
    """Refuses what comes from elsewhere; `origins` are allowed besides the app's own."""

    def __init__(self, origins: Sequence[str], hosts: Sequence[str] | None) -> None:
        self._origins = frozenset(origin.lower().encode() for origin in origins)
        self._hosts = None if hosts is None else [host.lower() for host in hosts]
        self._checked: set[bytes] = set()

    def check_host(self, headers: Headers) -> bytes:
        """The host that a request names. Raises RequestError unless it is one that is served."""
        given = [value for name, value in headers if name == b"host"]
        if len(given) != 1 or not (given[0] in self._checked or _HOST.fullmatch(given[0])):
            raise RequestError(400, "a request must name one host")
        host = given[0]
        if host not in self._checked:
            if self._hosts is not None and not _is_served(host, self._hosts):
                raise RequestError(421, "this host is not served here; see Options.allowed_hosts")
            if len(self._checked) < 100:
                self._checked.add(host)
        return host

    def check(self, headers: Headers) -> None:
        """Raise RequestError unless the request comes from a page of this app."""
        host = self.check_host(headers)
        is_client = False
        site = origin = b""
        for name, value in headers:
            if name == b"datastar-request":
                is_client = True
            elif name == b"sec-fetch-site":
                site = value
            elif name == b"origin":
                origin = value.lower()
        if not is_client:
            raise RequestError(403, "the header Datastar-Request is missing")
        if site == b"same-origin" or (origin and origin in self._origins):
            return
        if site or (origin and not _is_of(origin, host)):
            raise RequestError(403, "the request comes from another site")

    def check_handshake(self, headers: Headers) -> None:
        """Raise RequestError unless a WebSocket's handshake comes from a page of this app.

        Browsers name the origin of every handshake, and other sites may send one.
        """
        host = self.check_host(headers)
        origins = [value.lower() for name, value in headers if name == b"origin"]
        if len(origins) != 1 or not (origins[0] in self._origins or _is_of(origins[0], host)):
            raise RequestError(403, "the WebSocket is opened from another site")


def _is_of(origin: bytes, host: bytes) -> bool:
    """Whether an origin is this host, whatever the scheme: a proxy may have taken off TLS."""
    scheme, _, own = origin.decode("latin-1").partition("://")
    port = _DEFAULT_PORTS.get(scheme)
    named = host.decode("latin-1").lower()
    return port is not None and own.removesuffix(port) == named.removesuffix(port)


def _is_served(host: bytes, hosts: list[str]) -> bool:
    name = re.sub(r":[0-9]*$", "", host.decode("latin-1").lower())
    return any(
        name == served or (served.startswith("*.") and name.endswith(served[1:]))
        for served in hosts
    )
