"""A tab's WebSocket: under via's own server and under uvicorn as it is."""

from __future__ import annotations

import json
import logging
import re
import socket
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from support.server import Server, Visitor, wait_until
from support.socket_visitor import opening, origin, talk
from websockets.exceptions import InvalidStatus

import via
from via import h
from via.app import running
from via.live import action_order

LIMITS = via.Limits(body_bytes=20_000, body_timeout=1.0, waiting_actions=8)


class Page:
    def __init__(self) -> None:
        self.did: list[Any] = []
        self.go_on: list[via.Context] = []

    def __call__(self, c: via.Context) -> None:
        text = c.signal("")

        @c.action
        def note() -> None:
            self.did.append(text.string())
            c.sync()

        @c.action
        def fail() -> None:
            raise RuntimeError("meant to fail")

        @c.action
        def login() -> None:
            c.session().renew_token()
            c.session().set("user", text.string())
            self.did.append("login")

        @c.action
        async def slow() -> None:
            self.did.append("slow")

        @c.action
        def much() -> None:
            text.set_value("x" * 300_000)
            c.sync_signals()

        def view() -> h.H:
            return h.Main(
                h.Input(text.bind()),
                *(h.Button(one.on_click()) for one in (note, fail, login, slow, much)),
                h.P(f"noted {len(self.did)}: ", "€" * 200),
                h.P(str(c.session().get("user") or "nobody")),
            )

        c.view(view)


@pytest.fixture(params=[False, True], ids=["own server", "uvicorn"])
def site(request: pytest.FixtureRequest) -> Iterator[SimpleNamespace]:
    app = via.new()
    app.config(
        via.Options(
            pubsub=via.MemoryPubSub(),
            action_rate_limit=via.RateLimitConfig(rate=-1),
            limits=LIMITS,
        )
    )
    page = Page()
    app.page("/", page)
    app.page("/two", lambda c: c.view(lambda: h.Main("the second page")))
    server = Server(app, plain=request.param)
    server.start()
    visitor = Visitor(server.url)
    visitor.visit()
    yield SimpleNamespace(page=page, server=server, visitor=visitor, app=app, plain=request.param)
    visitor.http.close()
    server.stop()


def tab(site: SimpleNamespace) -> Any:
    return running(site.app).registry.tabs[site.visitor.signals["via_ctx"]]


def test_actions_go_up_and_the_streams_events_come_down(site) -> None:
    with talk(site.visitor) as talking:
        talking.act("a1", n=1, s1="one", via_number=1, via_edits={"s1": 1})
        assert talking.answer(1) == {"n": 1, "status": 204}
        talking.wait_for("noted 1: ")
        talking.act("a1", n=2, via_number=2, via_edits={})
        talking.answer(2)
        talking.wait_for("noted 2: ")
    assert site.page.did == ["one", "one"]
    assert talking.text.startswith("event: via-edits\ndata: 1\n\nevent: datastar-patch-elements\n")
    assert talking.text.endswith("\n\n")


def test_a_number_that_came_by_http_is_not_run_again_over_the_websocket(site) -> None:
    assert site.visitor.act("a1", via_number=5).status_code == 204
    with talk(site.visitor) as talking:
        talking.act("a1", n=1, via_number=5)
        assert talking.answer(1)["status"] == 204
    assert len(site.page.did) == 1


def test_what_comes_twice_over_the_websocket_is_run_once(site) -> None:
    with talk(site.visitor) as talking:
        for n in (1, 2):
            talking.act("a1", n=n, via_number=7)
            assert talking.answer(n)["status"] == 204
    with talk(site.visitor) as talking:
        talking.act("a1", n=1, via_number=7)
        assert talking.answer(1)["status"] == 204
    assert len(site.page.did) == 1


def test_the_order_holds_whatever_road_each_takes(site, monkeypatch) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 20)
    own = tab(site)
    with talk(site.visitor) as talking:
        late = {"via_number": 2, "via_after": 1, "s1": "two", "via_edits": {"s1": 2}}
        talking.act("a1", n=2, **late)
        talking.act("a1", n=3, via_number=3, via_after=2, s1="three", via_edits={"s1": 3})
        wait_until(lambda: own.waiting_actions == 2, "both to wait")
        assert site.page.did == []
        first = site.visitor.act("a1", via_number=1, s1="one", via_edits={"s1": 1})
        assert first.status_code == 204
        assert talking.answer(2)["status"] == talking.answer(3)["status"] == 204
    assert site.page.did == ["one", "two", "three"]


def test_a_navigation_goes_up(site) -> None:
    with talk(site.visitor) as talking:
        body = {"via_url": "/two", "via_popstate": False, "via_edits": {}}
        talking.say({"n": 1, "path": "/_navigate", "body": body})
        assert talking.answer(1)["status"] == 204
        talking.wait_for("the second page")


def test_refusals_are_answers(site) -> None:
    with talk(site.visitor) as talking:
        talking.act("nothing", n=1)
        assert talking.answer(1)["status"] == 404
        assert "has no action 'nothing'" in talking.answer(1)["body"]
        talking.act("a2", n=2)
        assert talking.answer(2)["status"] == 500
        talking.act("a1", n=3, s1=[1, 2], via_edits={"s1": 1})
        assert talking.answer(3)["status"] == 400
        talking.act("a1", n=4)
        assert talking.answer(4)["status"] == 204


def test_the_websocket_is_compressed_where_the_browser_offers_it(site) -> None:
    with talk(site.visitor, compression=None) as talking:
        talking.act("a5")
        talking.wait_for("x" * 300_000)
        assert talking.connection.protocol.extensions == []
    with talk(site.visitor) as talking:
        assert talking.connection.protocol.extensions
        talking.act("a5")
        talking.wait_for("x" * 300_000)
        talking.act("a1", s1="€" * 3000, via_edits={"s1": 9})
        talking.answer(1)
    assert site.page.did == ["€" * 3000]


@pytest.mark.parametrize("given", ["https://elsewhere.example", "null", None])
def test_another_site_opens_none(site, given, caplog) -> None:
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(InvalidStatus) as refused,
        talk(site.visitor, origin=given),
    ):
        pass
    assert refused.value.response.status_code == 403
    assert "the WebSocket is opened from another site" in caplog.text


def test_another_host_opens_none(site) -> None:
    elsewhere = origin(site.visitor).replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(InvalidStatus) as refused, talk(site.visitor, origin=elsewhere):
        pass
    assert refused.value.response.status_code == 403


def test_a_stranger_gets_no_tab(site) -> None:
    stranger = Visitor(site.server.url)
    stranger.visit()
    named = opening(site.visitor)
    with talk(stranger, is_open=False) as talking:
        talking.say(named | {"headers": {}})
        assert talking.answer(0)["status"] == 403
        talking.wait_closed()
    with talk(stranger, is_open=False) as talking:
        body = named["body"] | {"via_csrf": "wrong"}
        talking.say(named | {"body": body})
        assert talking.answer(0)["status"] == 403
    assert site.page.did == []
    stranger.http.close()


def test_no_action_comes_before_the_first_message(site) -> None:
    with talk(site.visitor, is_open=False) as talking:
        talking.say({"n": 1, "path": "/_action/a1", "body": site.visitor.signals})
        assert talking.wait_closed() == (1008, "the first message opens the stream")
    assert site.page.did == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nothing of the kind", 1007),
        ('{"path": "/_action/a1"}', 1007),
        ('{"path": "/_action/a1", "body": [1]}', 1007),
        ('{"path": "/elsewhere", "body": {}}', 1008),
        (b"bytes", 1007),
        ('{"path": "/_action/a1", "body": {"s1": "' + "x" * 200_000 + '"}}', 1009),
    ],
)
def test_what_is_not_understood_closes_it(site, message, code, caplog) -> None:
    with talk(site.visitor, max_size=None) as talking:
        talking.say(message)
        assert talking.wait_closed()[0] == code
    assert f"refused a WebSocket at '/_ws' from 127.0.0.1 with {code}" in caplog.text
    assert site.page.did == []


def test_a_message_that_grows_too_large_when_unpacked_closes_it(site) -> None:
    with talk(site.visitor, max_size=None) as talking:
        assert talking.connection.protocol.extensions
        talking.act("a1", s1="x" * 2_000_000)
        assert talking.wait_closed()[0] == 1009


def test_signals_are_bounded_as_in_requests(site) -> None:
    with talk(site.visitor) as talking:
        talking.act("a1", s1="x" * 19_000, s2="x" * 2000)
        assert talking.answer(1)["status"] == 413


def test_one_that_says_nothing_is_closed(site) -> None:
    with talk(site.visitor, is_open=False) as talking:
        assert talking.wait_closed() == (1008, "nothing came for 1 s")


def test_a_new_one_takes_the_place_of_the_old(site) -> None:
    with talk(site.visitor) as first, talk(site.visitor) as second:
        first.wait_closed()
        second.act()
        second.wait_for("noted 1: ")


def test_the_tab_ends_with_its_grace_and_the_server_holds_nothing(site) -> None:
    with talk(site.visitor):
        own = tab(site)
        assert own.outgoing.is_connected
    wait_until(lambda: not own.outgoing.is_connected, "the stream to end")
    site.visitor.close()
    assert own.closed


def test_a_login_is_told_by_http_and_the_next_action_comes_over_a_new_one(site) -> None:
    visitor = site.visitor
    with talk(visitor) as talking:
        talking.act("a3", s1="ann", via_number=1, via_edits={"s1": 1})
        assert talking.answer(1)["status"] == 204
        talking.wait_for("@post('/_session/ready')")
        assert ">ann<" not in talking.text
        answer = visitor.http.post("/_session/ready", json=visitor.signals)
        assert answer.status_code == 200
        assert "set-cookie" in answer.headers
        assert visitor.http.post("/_session/ready", json=visitor.signals).status_code == 204
        talking.wait_for("via-cookie")
        talking.act("a1", n=2, via_number=2)
        talking.wait_closed()
    visitor.signals["s1"] = "ann"
    with talk(visitor) as talking:
        talking.act("a1", n=3, via_number=2)
        assert talking.answer(3)["status"] == 204
        talking.wait_for(">ann<")
    assert site.page.did == ["login", "ann"]


def test_a_browser_without_a_name_is_sent_to_the_stream(site) -> None:
    """Its cookies were deleted, the server was restarted, and the page came back from a cache."""
    site.visitor.http.cookies.clear()
    site.visitor.signals |= {"via_ctx": "gone"}
    with talk(site.visitor, is_open=False) as talking:
        talking.say(opening(site.visitor))
        assert talking.answer(0)["status"] == 426
    with site.visitor.listen() as listening:
        listening.wait_for("via_ctx")
    assert site.visitor.http.cookies


def test_a_tab_that_is_not_known_is_built_anew(site) -> None:
    site.visitor.signals |= {"via_ctx": "gone"}
    with talk(site.visitor) as talking:
        talking.wait_for("noted 0: ")
        (names,) = map(json.loads, re.findall(r'{"via_ctx":.*?}', talking.text))
        talking.act("a1", n=1)
        assert talking.answer(1)["status"] == 404
        talking.act("a1", n=2, **names)
        assert talking.answer(2)["status"] == 204
        talking.act("a1", n=3)
        assert talking.answer(3)["status"] == 204
        talking.act("a1", n=4, via_ctx=5)
        assert talking.answer(4)["status"] == 404


def test_a_stop_closes_it(site) -> None:
    with talk(site.visitor) as talking:
        site.server.stop()
        talking.wait_closed()
        site.server.start()


def test_by_http_it_says_what_it_is(site) -> None:
    assert site.visitor.http.get("/_ws").status_code == 426


def test_an_option_turns_it_off(serve: Callable[[Any], Server]) -> None:
    for is_on in (True, False):
        app = via.new()
        app.config(via.Options(pubsub=via.MemoryPubSub(), websocket=is_on))
        app.page("/", lambda c: c.view(lambda: h.Main("here")))
        visitor = Visitor(serve(app).url)
        visitor.visit()
        assert ("websocket:true" in visitor.html) is is_on
        visitor.http.close()


def test_a_handshake_of_another_version_is_refused(site) -> None:
    head = (
        "GET /_ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.server.port), 5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).split()[1] in (b"400", b"426")


def test_pings_are_answered_and_a_flood_of_them_stops_nothing(site) -> None:
    with talk(site.visitor) as talking:
        for _ in range(1000):
            talking.connection.ping()
        assert talking.connection.ping().wait(10)
        talking.act()
        assert talking.answer(1)["status"] == 204


def test_the_routes_of_the_app_itself_may_be_websockets(serve) -> None:
    from starlette.routing import WebSocketRoute
    from websockets.sync.client import connect

    async def echo(socket: Any) -> None:
        await socket.accept()
        await socket.send_text("own: " + await socket.receive_text())

    app = via.new()
    app.config(via.Options(pubsub=via.MemoryPubSub()))
    app.http_serve_mux().routes.append(WebSocketRoute("/own", echo))
    server = Server(app, plain=True)
    server.start()
    try:
        with connect(server.url.replace("http", "ws") + "/own", proxy=None) as connection:
            connection.send("hello")
            assert connection.recv() == "own: hello"
        with pytest.raises(InvalidStatus):
            connect(server.url.replace("http", "ws") + "/none", proxy=None)
    finally:
        server.stop()
        httpx.Client().close()
