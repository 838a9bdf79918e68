"""How often: actions, navigation and streams of a tab, a browser and an address; pages; logins."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from support.server import Server, Visitor

import via
from via import h
from via.page.rate_limit import RateLimitConfig

SLOW = RateLimitConfig(rate=0.001, burst=3)
NONE = RateLimitConfig(rate=-1)
ADDRESS = {"x-forwarded-for": "192.0.2.1"}
NEIGHBOUR = {"x-forwarded-for": "192.0.2.2"}

Make = Callable[..., Visitor]


@pytest.fixture(params=["past ASGI", "through ASGI"])
def visitors(
    request: pytest.FixtureRequest, v: via.V, serve: Callable[..., Server]
) -> Iterator[Make]:
    """Make visitors to an app with these options."""
    made: list[Visitor] = []
    servers: list[Server] = []

    def make(**options: RateLimitConfig) -> Visitor:
        if not servers:
            limits = {"action_rate_limit": NONE} | options
            v.config(via.Options(trusted_proxies=["127.0.0.1"], **limits))  # type: ignore[arg-type]
            for path in ("/", "/other"):
                v.page(path, page)
            servers.append(serve(v, plain=request.param == "through ASGI"))
        made.append(Visitor(servers[0].url))
        return made[-1]

    yield make
    for one in made:
        one.http.close()


def page(c: via.Context) -> None:
    c.action(lambda: None)
    c.action(lambda: None, via.with_rate_limit(100, 100))
    c.view(lambda: h.P())


def act(visitor: Visitor) -> int:
    return visitor.act().status_code


def navigate(visitor: Visitor) -> int:
    body = visitor.signals | {"via_url": "/other"}
    return visitor.http.post("/_navigate", json=body).status_code


def open_stream(visitor: Visitor) -> int:
    with visitor.http.stream("POST", "/_sse", json=visitor.signals) as response:
        return response.status_code


def load(visitor: Visitor) -> int:
    return visitor.http.get("/").status_code


def test_a_tab_counts_its_actions_and_navigations(visitors):
    one = visitors(action_rate_limit=SLOW, visitor_rate_limit=NONE, address_rate_limit=NONE)
    one.visit()
    assert [act(one), act(one), navigate(one), navigate(one)] == [204, 204, 204, 429]
    one.visit()
    assert [act(one), act(one), act(one)] == [204, 204, 204]
    answer = one.act()
    assert answer.status_code == 429
    assert 900 <= int(answer.headers["retry-after"]) <= 1000
    one.visit()
    assert act(one) == 204  # another tab


def test_a_browser_counts_the_actions_of_all_its_tabs(visitors):
    one = visitors(visitor_rate_limit=SLOW)
    one.visit()
    assert [act(one), act(one)] == [204, 204]
    one.visit()
    assert [act(one), act(one), navigate(one)] == [204, 429, 429]
    other = visitors()
    other.visit()
    assert act(other) == 204


def test_an_action_with_a_limit_of_its_own_is_counted_by_that_one(visitors):
    one = visitors(visitor_rate_limit=SLOW)
    one.visit()
    assert [one.act("a2").status_code for _ in range(10)] == [204] * 10


def test_an_address_counts_the_requests_of_all_its_browsers(visitors):
    one, other, neighbour = visitors(address_rate_limit=SLOW), visitors(), visitors()
    for visitor in (one, other):
        visitor.http.headers.update(ADDRESS)
    neighbour.http.headers.update(NEIGHBOUR)
    for visitor in (one, other, neighbour):
        visitor.visit()
    assert [act(one), open_stream(other), navigate(one)] == [204, 200, 204]
    assert [act(other), navigate(other), open_stream(other)] == [429, 429, 429]
    assert [act(neighbour), open_stream(neighbour)] == [204, 200]
    answer = other.act()
    assert int(answer.headers["retry-after"]) > 900
    assert "this address" in answer.text


def test_an_address_counts_the_pages_that_it_loads(visitors):
    one, other = visitors(page_rate_limit=SLOW), visitors()
    for visitor in (one, other):
        visitor.http.headers.update(ADDRESS)
    assert [load(one), load(other), load(one), load(other)] == [200, 200, 200, 429]
    answer = one.http.get("/")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 900
    one.http.headers.update(NEIGHBOUR)
    assert load(one) == 200


def test_by_default_browsers_and_addresses_may_do_several_times_what_a_tab_may(visitors):
    limit = RateLimitConfig(rate=0.001, burst=1)
    one = visitors(action_rate_limit=limit)
    one.http.headers.update(ADDRESS)
    statuses = []
    for _ in range(5):
        one.visit()
        statuses.append(act(one))
    assert statuses == [204] * 5
    assert load(one) == 429
    one.http.headers.update(NEIGHBOUR)
    one.visit()
    assert act(one) == 429  # the browser


def test_this_machine_is_exempt_from_the_defaults_alone(visitors):
    one = visitors(action_rate_limit=RateLimitConfig(rate=0.001, burst=1))
    assert [load(one) for _ in range(10)] == [200] * 10


def test_a_limit_that_is_given_holds_for_this_machine_too(visitors):
    one = visitors(page_rate_limit=SLOW)
    assert [load(one) for _ in range(4)] == [200, 200, 200, 429]


def test_an_ipv6_network_of_64_bits_is_one_client(visitors):
    one = visitors(page_rate_limit=SLOW)
    statuses = []
    for host in range(4):
        one.http.headers["x-forwarded-for"] = f"2001:db8::{host + 1}"
        statuses.append(load(one))
    assert statuses == [200, 200, 200, 429]
    one.http.headers["x-forwarded-for"] = "2001:db8:0:1::1"
    assert load(one) == 200


def test_a_keyed_limit_counts_each_key_by_itself():
    logins = via.KeyedRateLimit(SLOW)
    assert [logins.allow("ada") for _ in range(4)] == [True, True, True, False]
    assert logins.allow("bob")
    assert not logins.allow("ada")


def test_a_keyed_limit_forgets_the_key_that_was_not_asked_for_longest():
    logins = via.KeyedRateLimit(RateLimitConfig(rate=0.001, burst=1), max_keys=2)
    assert logins.allow("ada")
    assert logins.allow("bob")
    assert not logins.allow("ada")
    assert logins.allow("eve")  # in the place of bob
    assert not logins.allow("ada")
    assert logins.allow("bob")


def test_a_keyed_limit_without_a_limit_remembers_nothing():
    logins = via.KeyedRateLimit(NONE)
    assert all(logins.allow(str(i)) for i in range(100))


def test_a_keyed_limit_needs_room():
    with pytest.raises(via.ConfigError, match="max_keys must be 1 or more"):
        via.KeyedRateLimit(SLOW, max_keys=0)
