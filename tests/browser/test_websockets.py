"""The roads of a tab: a WebSocket, a stream that tabs share, or one of its own beside requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from support.server import Server, wait_until

import via
from via import h
from via.live import action_order

NO_WEBSOCKETS = "delete window.WebSocket"
STREAM_ALONE = "delete window.WebSocket; delete window.SharedWorker"

ROADS = {"websocket": "", "shared": NO_WEBSOCKETS, "stream": STREAM_ALONE}
each_road = pytest.mark.parametrize("road", ROADS)


class Notes:
    """A page that notes what is typed, and shows it to everybody."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.v = via.new()
        self.v.config(
            via.Options(pubsub=via.MemoryPubSub(), action_rate_limit=via.RateLimitConfig(rate=-1))
        )
        self.v.page("/", self.page)
        self.v.page("/two", lambda c: c.view(lambda: h.Main(h.H1(h.Text("Two")))))

    def page(self, c: via.Context) -> None:
        note = c.signal("")
        via.subscribe(c, "noted", lambda _: c.sync())

        @c.action
        def add() -> None:
            self.ran.append(note.string())
            via.publish(c, "noted", note.string())

        @c.action
        def log_in() -> None:
            c.session().renew_token()
            c.session().set_user(note.string())
            c.sync()

        c.view(
            lambda: h.Main(
                h.Input(h.ID("note"), note.bind()),
                h.Button(h.ID("add"), h.Text("Add"), add.on_click()),
                h.Button(h.ID("in"), h.Text("Log in"), log_in.on_click()),
                h.A(h.Href("/two"), h.Text("Two")),
                h.P(h.ID("ran"), h.Text(", ".join(self.ran))),
                h.P(h.ID("user"), h.Text(c.session().user() or "nobody")),
            )
        )


class Traffic:
    """What a page asks for."""

    def __init__(self, page: Page) -> None:
        self.requests: list[str] = []
        self.sockets: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.sockets.append(socket.url))

    def of(self, path: str) -> int:
        return sum(path in url for url in self.requests)


def is_open(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")


def note(page: Page, text: str) -> None:
    page.fill("#note", text)
    page.click("#add")


@pytest.fixture
def notes() -> Notes:
    return Notes()


def test_a_tab_has_one_connection_for_all(notes, serve, page) -> None:
    traffic = Traffic(page)
    page.goto(serve(notes.v).url)
    is_open(page)
    note(page, "one")
    note(page, "two")
    expect(page.locator("#ran")).to_have_text("one, two")
    page.click("text=Two")
    expect(page.locator("h1")).to_have_text("Two")
    page.go_back()
    expect(page.locator("#ran")).to_have_text("one, two")
    assert len(traffic.sockets) == 1
    assert [traffic.of(path) for path in ("/_sse", "/_action", "/_navigate")] == [0, 0, 0]


@each_road
def test_what_one_tab_does_arrives_in_its_order(road, notes, serve, page, monkeypatch) -> None:
    monkeypatch.setattr(action_order, "PATIENCE", 20)
    page.add_init_script(ROADS[road])
    page.goto(serve(notes.v).url)
    is_open(page)
    page.evaluate(
        """() => {
            const note = document.querySelector("#note");
            for (let n = 0; n < 100; n++) {
                note.value = n;
                note.dispatchEvent(new Event("input"));
                document.querySelector("#add").click();
            }
        }"""
    )
    expect(page.locator("#ran")).to_have_text(", ".join(map(str, range(100))))


@pytest.fixture
def no_websockets(notes: Notes) -> Iterator[str]:
    """The address of the app under a server that knows no WebSockets."""
    server = Server(notes.v, plain=True, ws="none")
    server.start()
    yield server.url
    server.stop()


def test_a_server_without_websockets_is_found_out_once_and_remembered(
    no_websockets, page, console
) -> None:
    console.expect("WebSocket connection to .* failed")
    traffic = Traffic(page)
    page.goto(no_websockets)
    is_open(page)
    note(page, "one")
    expect(page.locator("#ran")).to_have_text("one")
    page.reload()
    is_open(page)
    note(page, "two")
    expect(page.locator("#ran")).to_have_text("one, two")
    assert len(traffic.sockets) == 1


@each_road
def test_each_road_leads_there_and_comes_back_after_a_restart(road, notes, page, console) -> None:
    for said in ("net::ERR_", "WebSocket", "via: ", "status of"):
        console.allow(said)
    page.add_init_script(ROADS[road])
    server = Server(notes.v)
    server.start()
    page.goto(server.url)
    is_open(page)
    note(page, "one")
    expect(page.locator("#ran")).to_have_text("one")
    server.stop()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "reconnecting")
    note(page, "two")
    server.start()
    expect(page.locator("#ran")).to_have_text("one, two")
    page.click("text=Two")
    expect(page.locator("h1")).to_have_text("Two")
    server.stop()


def test_a_server_that_is_away_is_not_taken_for_one_without_websockets(
    notes, page, console
) -> None:
    console.allow("net::ERR_")
    traffic = Traffic(page)
    server = Server(notes.v)
    server.start()
    page.goto(server.url)
    is_open(page)
    server.stop()
    wait_until(lambda: page.evaluate("1") and len(traffic.sockets) > 2, "new attempts")
    server.start()
    is_open(page)
    before = traffic.of("/_action")
    note(page, "one")
    expect(page.locator("#ran")).to_have_text("one")
    assert traffic.of("/_action") == before
    assert page.evaluate("sessionStorage.length") == 0
    server.stop()


def test_a_proxy_that_swallows_the_handshake_is_not_waited_for_for_long(notes, serve, page) -> None:
    page.add_init_script(
        """WebSocket = class extends EventTarget {
            close() {}
        }"""
    )
    page.goto(serve(notes.v).url)
    is_open(page)
    note(page, "one")
    expect(page.locator("#ran")).to_have_text("one")


@pytest.mark.parametrize("lost", ["answer", "request"])
def test_a_click_whose_connection_is_lost_is_run_once(lost, notes, serve, page) -> None:
    cut: list[str] = []

    def relay(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def up(message: str | bytes) -> None:
            if lost == "request" and "/_action" in str(message) and not cut:
                cut.append("request")
                route.close()
            else:
                server.send(message)

        def down(message: str | bytes) -> None:
            if lost == "answer" and str(message).startswith('{"n":1,') and not cut:
                cut.append("answer")
                route.close()
            else:
                route.send(message)

        route.on_message(up)
        server.on_message(down)

    page.route_web_socket("**/_ws", relay)
    page.goto(serve(notes.v).url)
    is_open(page)
    note(page, "one")
    expect(page.locator("#ran")).to_have_text("one")
    note(page, "two")
    expect(page.locator("#ran")).to_have_text("one, two")
    assert cut == [lost]
    assert notes.ran == ["one", "two"]


@each_road
def test_a_login_gives_the_browser_its_cookie(road, notes, serve, page) -> None:
    page.add_init_script(ROADS[road])
    page.goto(serve(notes.v).url)
    is_open(page)
    page.fill("#note", "Ada")
    page.click("#in")
    expect(page.locator("#user")).to_have_text("Ada")
    assert "session" in {cookie.get("name") for cookie in page.context.cookies()}
    page.fill("#note", "after the login")
    page.click("#add")
    expect(page.locator("#ran")).to_have_text("after the login")
    page.reload()
    expect(page.locator("#user")).to_have_text("Ada")


@pytest.mark.parametrize("road", ["websocket", "shared"])
def test_twenty_tabs_of_one_browser_are_live(road, notes, serve, new_context, new_page) -> None:
    context = new_context()
    context.add_init_script(ROADS[road])
    url = serve(notes.v).url
    pages: list[Any] = [new_page(context) for _ in range(20)]
    for each in pages:
        each.goto(url)
    for each in pages:
        is_open(each)
    note(pages[19], "from the last")
    for each in pages:
        expect(each.locator("#ran")).to_have_text("from the last")
    for number, each in enumerate(pages):
        note(each, str(number))
    wanted = ", ".join(["from the last", *map(str, range(20))])
    for each in pages:
        expect(each.locator("#ran")).to_have_text(wanted)


def test_tabs_that_share_a_stream_leave_it(notes, serve, new_context, new_page) -> None:
    context = new_context()
    context.add_init_script(NO_WEBSOCKETS)
    url = serve(notes.v).url
    stays, goes, moves = (new_page(context) for _ in range(3))
    for each in (stays, goes, moves):
        each.goto(url)
        is_open(each)
    registry = via.app.running(notes.v).registry
    assert len(registry.tabs) == 3
    goes.close()
    moves.goto("about:blank")
    wait_until(lambda: stays.evaluate("1") and len(registry.tabs) == 1, "the others to end")
    note(stays, "still here")
    expect(stays.locator("#ran")).to_have_text("still here")
    moves.go_back()
    is_open(moves)
    note(moves, "back")
    expect(stays.locator("#ran")).to_have_text("still here, back")
