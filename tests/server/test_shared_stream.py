"""The stream that the tabs of one browser share where no WebSocket comes through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.server import Server, Visitor, wait_until
from support.shared_visitor import shared
from support.socket_visitor import opening

import via
from via import h
from via.app import running
from via.server.socket import shared_stream


@pytest.fixture
def page(v: via.V) -> list[str]:
    did: list[str] = []

    @v.page("/")
    def page(c: via.Context) -> None:
        text = c.signal("")

        @c.action
        def note() -> None:
            did.append(text.string())
            c.sync()

        @c.action
        def much() -> None:
            did.extend("€" * 1000 for _ in range(3000))
            c.sync()

        c.view(
            lambda: h.Main(
                h.Input(text.bind()),
                h.Button(note.on_click()),
                h.Button(much.on_click()),
                h.P(h.Text(f"noted: {did}")),
            )
        )

    return did


def first(visitor: Visitor) -> str:
    return json.dumps(opening(visitor))


def act(n: int, id: str = "a1", **body: Any) -> str:
    return json.dumps({"n": n, "path": f"/_action/{id}", "body": body})


def test_tabs_talk_over_one_stream(v, page, visitor) -> None:
    one, two = visitor(v), visitor(v)
    one.visit()
    two.http.cookies = one.http.cookies
    two.visit()
    with shared(one) as stream:
        assert stream.say([[1, first(one)], [2, first(two)]]).status_code == 204
        stream.say([[1, act(1, s1="a", via_edits={"s1": 1})], [2, act(1)]])
        assert stream.answer(1, 1)["status"] == stream.answer(2, 1)["status"] == 204
        stream.wait_for(1, "noted: ['a'")
        stream.wait_for(2, "noted: ['a', '']")
        stream.say([[1, None]])
        (tab_one, tab_two) = running(v).registry.tabs.values()
        wait_until(lambda: not tab_one.outgoing.is_connected, "the first tab to leave")
        assert tab_two.outgoing.is_connected
    wait_until(lambda: not tab_two.outgoing.is_connected, "the second one's stream to end")
    assert page == ["a", ""]


def test_a_channel_that_is_refused_is_closed(v, page, visitor) -> None:
    one, stranger = visitor(v), visitor(v)
    one.visit()
    stranger.visit()
    with shared(stranger) as stream:
        stream.say([[1, "nonsense"], [2, first(one)], [3, first(stranger)], [4, None]])
        stream.wait_closed(1)
        assert stream.answer(2, 0)["status"] in (200, 403)  # a page of its own, or none
        stream.say([[2, act(1, via_ctx=one.signals["via_ctx"], via_csrf="wrong")]])
        stream.wait_closed(2)
        assert stream.answer(3, 0)["status"] == 200
    assert page == []


def test_only_a_page_of_the_app_gets_one(v, page, visitor) -> None:
    tab = visitor(v)
    tab.visit()
    for headers in ({"datastar-request": ""}, {"origin": "https://elsewhere.example"}):
        asked = tab.http.build_request("POST", "/_shared", json={}, headers=headers)
        if "origin" not in headers:
            del asked.headers["datastar-request"]
        assert tab.http.send(asked).status_code == 403
    assert tab.http.get("/_shared").status_code == 405
    assert tab.http.post("/_shared", content=b"{").status_code == 400
    assert tab.http.post("/_shared", json={"id": "unknown"}).status_code == 404
    assert tab.http.post("/_shared", json={"id": "x", "messages": [["a", 1]]}).status_code == 400


def test_so_many_tabs_share_one_and_no_more(v, page, visitor, monkeypatch) -> None:
    monkeypatch.setattr(shared_stream, "MOST_CHANNELS", 2)
    tab = visitor(v)
    tab.visit()
    with shared(tab) as stream:
        stream.say([[1, first(tab)], [2, "{}"], [3, first(tab)], [4, first(tab)]])
        stream.wait_closed(2)
        stream.wait_closed(4)
        assert stream.answer(1, 0)["status"] == 200


def test_much_is_sent_as_it_is_read(v, page, visitor) -> None:
    tab = visitor(v)
    tab.visit()
    with shared(tab) as stream:
        stream.say([[1, first(tab)], [1, act(1, "a2")]])
        stream.wait_for(1, "€" * 1000)
        stream.say([[1, act(2, s1="after", via_edits={"s1": 1})]])
        stream.wait_for(1, "after")


def test_one_that_asks_and_does_not_read_is_ended(v, page, visitor, monkeypatch) -> None:
    monkeypatch.setattr(shared_stream, "MOST_WAITING", 500)
    tab = visitor(v)
    tab.visit()
    with shared(tab) as stream:
        stream.say([[1, first(tab)], *([1, act(n)] for n in range(1, 40))])
        wait_until(lambda: stream.ended, "the end")


def test_a_silent_stream_shows_that_it_lives(v, page, visitor, monkeypatch) -> None:
    monkeypatch.setattr(shared_stream, "HEARTBEAT", 0.02)
    tab = visitor(v)
    tab.visit()
    with tab.http.stream("POST", "/_shared", json={}) as response:
        lines = response.iter_lines()
        assert json.loads(next(lines))
        assert [next(lines) for _ in range(3)] == [""] * 3


def test_a_stop_ends_it(v, page) -> None:
    server = Server(v)
    server.start()
    tab = Visitor(server.url)
    tab.visit()
    with shared(tab) as stream:
        stream.say([[1, first(tab)]])
        stream.answer(1, 0)
        v.shutdown()
        wait_until(lambda: stream.ended, "the end")
    tab.http.close()
    server.stop()


def test_the_worker_is_served(v, page, visitor) -> None:
    answer = visitor(v).http.get("/_shared.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
