"""Which client a request comes from, and how many requests each address may send."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address
from math import ceil

from ..live.request_error import RequestError
from ..page.rate_limit import KeyedRateLimit, RateLimitConfig, TokenBucket
from .addresses import address_of, parse_address
from .asgi import Scope


@dataclass(frozen=True, slots=True)
class Client:
    """An address, and its buckets: of all its requests, and of the pages that it loads."""

    address: str
    requests: TokenBucket | None
    pages: TokenBucket | None

    def take_request(self) -> None:
        """Count an action, a navigation or a stream. Raises RequestError beyond the limit."""
        if self.requests is not None and not self.requests.take():
            raise too_many("this address sends requests", self.requests)

    def take_page(self) -> None:
        """Count a page's load. Raises RequestError beyond the limit."""
        if self.pages is not None and not self.pages.take():
            raise too_many("this address loads pages", self.pages)


class Clients:
    """The addresses that sent requests lately.

    Where a limit is None, its default holds, from which this machine's own addresses are exempt: a
    proxy here that `Options.trusted_proxies` does not name speaks for everybody.
    """

    def __init__(
        self,
        requests: RateLimitConfig | None,
        pages: RateLimitConfig | None,
        default_requests: RateLimitConfig,
        default_pages: RateLimitConfig,
    ) -> None:
        self._requests = KeyedRateLimit(requests or default_requests)
        self._pages = KeyedRateLimit(pages or default_pages)
        self._are_given = requests is not None, pages is not None

    def admit_page(self, scope: Scope) -> None:
        """Count the load of a page. Raises RequestError beyond the limit."""
        self.find(address_of(scope)).take_page()

    def find(self, address: str) -> Client:
        """The client at an address; an IPv6 network of 64 bits is one client."""
        key, is_local = _network(address)
        limits_requests, limits_pages = self._are_given
        return Client(
            address,
            None if is_local and not limits_requests else self._requests.bucket(key),
            None if is_local and not limits_pages else self._pages.bucket(key),
        )


def too_many(what: str, bucket: TokenBucket) -> RequestError:
    """The refusal of what came too often."""
    return RequestError(429, f"{what} too often", retry_after=ceil(bucket.wait()))


def _network(address: str) -> tuple[str, bool]:
    """What the address is counted as, and whether it is of this machine."""
    parsed = parse_address(address)
    if parsed is None:
        return address[:64], not address  # a Unix socket has none
    is_wide = isinstance(parsed, IPv6Address)
    return str(int(parsed) >> 64 if is_wide else parsed), parsed.is_loopback
