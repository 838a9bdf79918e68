"""`X-Forwarded-*`: believed of proxies that `Options.trusted_proxies` names, and of no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from support.server import Server, Visitor

import via
from via import h
from via.server.proxies import TrustedProxies

Make = Callable[..., Visitor]


@pytest.fixture(params=["past ASGI", "through ASGI"])
def behind(
    request: pytest.FixtureRequest, v: via.V, serve: Callable[..., Server]
) -> Iterator[Make]:
    made: list[Visitor] = []

    def make(*, trusted: list[str] | None = None, **options: Any) -> Visitor:
        v.config(via.Options(trusted_proxies=trusted, **options))
        page(v)
        made.append(Visitor(serve(v, plain=request.param == "through ASGI").url))
        return made[-1]

    yield make
    for one in made:
        one.http.close()


def page(v: via.V) -> None:
    @v.page("/")
    @v.page("/shelf")
    def shown(c: via.Context) -> None:
        act = c.action(lambda: None)
        c.view(lambda: h.Button(act.on_click()))


FORWARDED = {
    "x-forwarded-for": "192.0.2.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "shop.example",
    "x-forwarded-prefix": "/shop",
}


def cookies(response: httpx.Response) -> str:
    return " ".join(response.headers.get_list("set-cookie"))


def test_what_a_trusted_proxy_says_counts(behind, caplog):
    one = behind(trusted=["127.0.0.0/8"], allowed_hosts=["shop.example"])
    answer = one.http.get("/", headers=FORWARDED)
    assert answer.status_code == 200
    assert "__Host-via=" in cookies(answer)
    assert "Secure" in cookies(answer)
    assert "/shop/_action/a1" in answer.text
    one.http.post("/_action/a1", json={}, headers=FORWARDED)
    assert "refused POST '/_action/a1' from 192.0.2.7 with 404" in caplog.text


def test_what_anybody_else_says_does_not(behind, caplog):
    one = behind()
    answer = one.http.get("/", headers=FORWARDED)
    assert answer.status_code == 200
    assert "__Host-" not in cookies(answer)
    assert "/shop" not in answer.text
    one.http.post("/_action/a1", json={}, headers=FORWARDED)
    assert "from 127.0.0.1 with 404" in caplog.text


def test_a_foreign_host_is_refused_behind_a_proxy_too(behind):
    one = behind(trusted=["127.0.0.1"], allowed_hosts=["shop.example"])
    assert one.http.get("/").status_code == 421
    assert one.http.get("/", headers=FORWARDED | {"x-forwarded-host": "evil"}).status_code == 421
    assert one.http.get("/", headers=FORWARDED | {"x-forwarded-host": "a b"}).status_code == 400


def test_a_page_works_behind_a_prefix(behind):
    one = behind(trusted=["127.0.0.1"])
    one.http.headers.update(FORWARDED | {"x-forwarded-proto": "http"})
    one.visit("/shelf")
    origin = {"origin": "http://shop.example", "sec-fetch-site": "same-origin"}
    answer = one.http.post("/_action/a1", json=one.signals, headers=origin)
    assert answer.status_code == 204
    one.nonce = ""
    with one.http.stream("POST", "/_sse", json=one.signals, headers=origin) as stream:
        assert stream.status_code == 200


def test_an_origin_is_compared_with_the_forwarded_host(behind):
    one = behind(trusted=["127.0.0.1"])
    one.http.headers.update(FORWARDED | {"x-forwarded-proto": "http"})
    one.visit("/")
    for origin, expected in (("https://shop.example", 204), ("https://evil.example", 403)):
        headers = {"origin": origin}
        answer = one.http.post("/_action/a1", json=one.signals, headers=headers)
        assert answer.status_code == expected


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (b"192.0.2.7", "192.0.2.7"),
        (b"6.6.6.6, 192.0.2.7", "192.0.2.7"),  # the first one was sent by the client itself
        (b"6.6.6.6, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (b"192.0.2.7, 10.0.0.2, 10.0.0.3", "192.0.2.7"),
        (b"10.0.0.2", "10.0.0.2"),
        (b"", "10.0.0.1"),
        (b"unknown", "10.0.0.1"),
        (b"192.0.2.7, <script>, 10.0.0.2", "10.0.0.2"),
        (b"2001:db8::1", "2001:db8::1"),
        (b"\xff, 192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy(forwarded, client):
    proxies = TrustedProxies(["10.0.0.0/8"])
    assert proxies.client("10.0.0.1", [(b"x-forwarded-for", forwarded)]) == client
    assert proxies.client("::ffff:10.0.0.1", []) == "::ffff:10.0.0.1"
    assert proxies.client("192.0.2.9", [(b"x-forwarded-for", forwarded)]) == "192.0.2.9"


def test_several_headers_count_as_one():
    proxies = TrustedProxies(["10.0.0.0/8"])
    headers = [(b"x-forwarded-for", b"6.6.6.6"), (b"x-forwarded-for", b"192.0.2.7, 10.0.0.5")]
    assert proxies.client("10.0.0.1", headers) == "192.0.2.7"


@pytest.mark.parametrize("prefix", ["//evil", "/a/../b", "a", "/", "/a?b", "/a b", "/é", "/a//b"])
def test_a_prefix_that_is_none_is_left_out(prefix):
    scope: dict[str, Any] = {
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-prefix", prefix.encode())],
        "path": "/",
        "scheme": "http",
    }
    TrustedProxies(["10.0.0.1"]).apply(scope)
    assert scope.get("root_path", "") == ""
    assert scope["path"] == "/"


def test_an_unusual_scheme_is_left_out():
    headers = [(b"x-forwarded-proto", b"gopher")]
    scope = {"client": ("10.0.0.1", 1), "headers": headers, "path": "/", "scheme": "http"}
    TrustedProxies(["10.0.0.1"]).apply(scope)
    assert scope["scheme"] == "http"


@pytest.mark.parametrize("wrong", ["127.0.0.1", ["nginx"], [1], ["10.0.0.0/99"]])
def test_a_proxy_that_is_no_address_is_refused(wrong):
    with pytest.raises(via.ConfigError, match=r"Options\.trusted_proxies must be addresses"):
        via.Options(trusted_proxies=wrong)
