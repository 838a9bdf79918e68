"""What the server does for Datastar's own client, which does not know what via's adds."""

from __future__ import annotations

import logging
import re

import pytest
from support.server import Visitor, attribute, wait_until

import via
from via import h
from via.live.document import allow_eval


@pytest.fixture
def app(v: via.V) -> via.V:
    v.config(via.Options(datastar_content=b"// another client"))
    seen: list[str] = []
    v.seen = seen  # type: ignore[attr-defined]

    @v.page("/")
    def first(c: via.Context) -> None:
        name = c.signal("")

        @c.action
        def save() -> None:
            seen.append(name.string())

        @c.action
        def leave() -> None:
            c.navigate("/second")

        c.view(lambda: h.Main(h.Input(name.bind()), h.Button(save.on_click(), leave.on_click())))

    @v.page("/second")
    def second(c: via.Context) -> None:
        c.view(lambda: h.P("the second"))

    return v


def test_clicks_do_not_cancel_each_other(app, visitor):
    page = visitor(app).visit()
    called = attribute(page, "button", "data-on:click")
    assert called.endswith(";@post('/_action/a2',{requestCancellation:'disabled'})")


def stream(visitor: Visitor):
    """Ask for the stream as Datastar's client does: without a word of via's own."""
    return visitor.http.stream("POST", "/_sse", json=visitor.signals)


def name_of(visitor: Visitor) -> str:
    return next(name for name in visitor.signals if not name.startswith("via_"))


def test_a_stream_that_is_opened_again_brings_no_old_values(app, visitor):
    tab = visitor(app)
    tab.visit()
    first = {**tab.signals, name_of(tab): "old"}
    with tab.http.stream("POST", "/_sse", json=first) as response:
        assert response.status_code == 200
        tab.act("a1", **{name_of(tab): "new"})
    with tab.http.stream("POST", "/_sse", json=first) as response:
        assert response.status_code == 200
        tab.act("a1", **{"via_ctx": tab.signals["via_ctx"]})
    assert app.seen == ["new", ""]  # the second click brought what its page has


def test_a_forgotten_tab_is_told_to_load_its_page_anew(app, visitor):
    tab = visitor(app)
    tab.visit()
    tab.close()
    with stream(tab) as response:
        assert response.headers["content-type"] == "text/event-stream"
        text = response.read().decode()
    assert "location.reload()" in text
    assert "data-init" in text


def test_a_tab_of_another_browser_is_told_so_too(app, visitor):
    tab = visitor(app)
    tab.visit()
    tab.http.cookies.clear()
    with stream(tab) as response:
        assert "location.reload()" in response.read().decode()


def test_back_after_a_navigation_asks_for_the_page(app, visitor):
    tab = visitor(app)
    page = tab.visit()
    body = page.css_first("body")
    assert "@post('/_navigate'" in body.attributes["data-on:popstate__window"]
    assert "el.viaAt=" in body.attributes["data-on:via-navigated__window"]
    with tab.listen() as events:
        tab.act("a2")
        events.wait_for("the second")
        asked = {**tab.signals, "via_url": "/", "via_popstate": True}
        assert tab.http.post("/_navigate", json=asked).status_code == 204
        wait_until(lambda: "<input" in events.events[-2].elements(), "the first page")


def test_the_start_says_what_the_policy_allows(app, visitor, caplog):
    with caplog.at_level(logging.WARNING, "via"):
        response = visitor(app).http.get("/")
    assert "'unsafe-eval' is added" in caplog.text
    assert "'unsafe-eval'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("script-src 'self'", "script-src 'self' 'unsafe-eval'"),
        ("default-src 'self'", "default-src 'self'; script-src 'self' 'unsafe-eval'"),
        (
            "default-src 'none'; script-src 'nonce-{nonce}'; img-src *",
            "default-src 'none'; script-src 'nonce-{nonce}' 'unsafe-eval'; img-src *",
        ),
        ("default-src 'none'", "default-src 'none'; script-src 'unsafe-eval'"),
        ("Script-Src 'none';", "Script-Src 'unsafe-eval'"),
        ("script-src 'self' 'unsafe-eval'", "script-src 'self' 'unsafe-eval'"),
        ("img-src *", "img-src *"),
        ("", ""),
    ],
)
def test_any_policy_is_widened(policy, expected):
    assert re.sub(r"\s+", " ", allow_eval(policy)) == expected
