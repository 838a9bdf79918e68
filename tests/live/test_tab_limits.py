"""How many tabs there may be, and what becomes of pages whose streams never come."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.server import Server, Visitor, wait_until

import via
from via import h
from via.app import running


def app(v: via.V, **limits: int) -> via.V:
    v.config(via.Options(limits=via.Limits(**limits)))

    @v.page("/")
    def page(c: via.Context) -> None:
        count = c.signal(0)
        c.action(lambda: count.set_value(count.int() + 1))
        c.view(lambda: h.P("x" * 1000, h.Text(count.string())))

    return v


def tabs(v: via.V) -> int:
    return len(running(v).registry.tabs)


def wait_for_streams(v: via.V) -> None:
    """Wait until no page waits for its stream."""
    wait_until(lambda: not running(v).registry._waiting, "the stream")


def test_the_page_that_waited_longest_is_dropped_and_comes_back_with_its_stream(v, visitor):
    app(v, waiting_pages=3)
    first = visitor(v)
    first.visit()
    others = [visitor(v) for _ in range(3)]
    for other in others:
        other.visit()
    assert tabs(v) == 3
    assert first.act().status_code == 404
    with first.listen() as stream:
        identity = stream.wait_for("via_ctx").signals()
        first.signals |= identity
        assert first.act().status_code == 204
    assert others[-1].act().status_code == 204


def test_pages_with_streams_are_not_dropped(v, visitor):
    app(v, waiting_pages=1)
    first = visitor(v)
    first.visit()
    with first.listen():
        wait_for_streams(v)
        for _ in range(3):
            visitor(v).visit()
        assert tabs(v) == 2
        assert first.act().status_code == 204


def test_waiting_pages_are_bounded_in_bytes(v, visitor):
    app(v, waiting_bytes=10_000)
    one = visitor(v)
    for _ in range(30):
        one.visit()
        size = len(one.html.encode())
    assert 1 < tabs(v) <= 10_000 // size
    assert running(v).registry._waiting_bytes <= 10_000
    one.close()
    wait_until(lambda: running(v).registry._waiting_bytes == size * tabs(v), "the tab to end")


def test_a_page_larger_than_the_bytes_is_served_all_the_same(v, visitor):
    app(v, waiting_bytes=10)
    one = visitor(v)
    one.visit()
    assert one.act().status_code == 204


def test_a_browser_has_no_more_tabs_than_it_may(v, visitor):
    app(v, visitor_tabs=2)
    one = visitor(v)
    one.visit()
    with one.listen():
        wait_for_streams(v)
        one.visit()
        with one.listen():
            wait_for_streams(v)
            answer = one.http.get("/")
            assert answer.status_code == 429
            assert answer.headers["retry-after"] == "10"
            visitor(v).visit()  # another browser's
            one.close()
            wait_until(lambda: one.http.get("/").status_code == 200, "a place")


def test_a_browser_that_reloads_without_streams_loses_its_oldest_tab(v, visitor):
    app(v, visitor_tabs=2)
    one = visitor(v)
    for _ in range(5):
        one.visit()
    assert tabs(v) == 2
    assert one.act().status_code == 204


def test_there_are_no_more_tabs_than_may_be(v, visitor):
    app(v, tabs=1)
    one, other = visitor(v), visitor(v)
    one.visit()
    other.visit()  # one has no stream
    assert one.act().status_code == 404
    with other.listen():
        wait_for_streams(v)
        answer = one.http.get("/")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "10"
        headers = {"via-location": "/", "via-nonce": one.nonce}
        answer = one.http.post("/_sse", json=one.signals, headers=headers)
        assert answer.status_code == 503
    other.close()
    wait_until(lambda: one.http.get("/").status_code == 200, "a place")


@pytest.mark.parametrize("is_plain", [False, True])
def test_the_refusal_of_a_page_is_logged(
    v: via.V, serve: Callable[..., Server], caplog: pytest.LogCaptureFixture, is_plain: bool
) -> None:
    one = Visitor(serve(app(v, tabs=1), plain=is_plain).url)
    one.visit()
    with one.listen():
        wait_for_streams(v)
        assert one.http.get("/").status_code == 503
    one.http.close()
    [line] = [r.getMessage() for r in caplog.records if r.getMessage().startswith("refused")]
    assert line == "refused GET '/' from 127.0.0.1 with 503: too many pages are open"


def test_a_tab_that_ended_while_its_page_was_made_does_not_wait(v, visitor):
    app(v, waiting_pages=1)

    @v.page("/ended")
    def ended(c: via.Context) -> None:
        def view() -> h.H:
            tab = running(v).registry.tabs.get(c.id()) if v._run is not None else None
            if tab is not None:
                tab.dispose()
            return h.P("ended")

        c.view(view)

    one = visitor(v)
    for _ in range(3):
        assert one.http.get("/ended").status_code == 200
    one.visit()
    assert tabs(v) == 1
    assert list(running(v).registry._waiting) == list(running(v).registry.tabs.values())
