"""A path that differs from a route by its last slash is redirected within the app, never out."""

import pytest

from via import h


@pytest.fixture
def http(v, visitor):
    v.page("/plain", lambda c: c.view(lambda: h.P()))
    v.page("/items/", lambda c: c.view(lambda: h.P()))
    v.page("/names/{name}", lambda c: c.view(lambda: h.P()))
    return visitor(v).http


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/plain/", "/plain"),
        ("/items", "/items/"),
        ("/items?a=b%2Fc", "/items/?a=b%2Fc"),
        ("/names/%C3%A9%20x/", "/names/%C3%A9%20x"),
    ],
)
def test_the_redirect_is_relative_whatever_the_host_says(http, path, location) -> None:
    response = http.get(path, headers={"host": "evil.example"})
    assert response.status_code == 307
    assert response.headers["location"] == location


@pytest.mark.parametrize("path", ["//evil.example/plain/", "//plain/", "/%5Cevil.example/", "/x/"])
def test_nothing_leads_to_another_host(http, path) -> None:
    response = http.get(f"{str(http.base_url).rstrip('/')}{path}")
    assert response.status_code == 404
