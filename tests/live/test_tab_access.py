"""Who may speak for a tab: its own browser, with its own session, from the app's own pages."""

import socket
from collections.abc import Callable

import httpx
import pytest
from support.server import CLIENT_HEADERS, Server, Visitor, wait_until

import via
from via import h
from via.app import running


def guard(c: via.Context, next: Callable[[], object]) -> None:
    if c.session().get_string("user") == "":
        c.redirect_view("/login")
        return
    next()


class App:
    """A public page, a login, and a page behind it; `did` says who did what."""

    def __init__(self, v: via.V) -> None:
        self.v = v
        self.did: list[str] = []
        v.page("/", self.public)
        v.page("/login", self.login)
        v.group("", guard).page("/members", self.members)

    def public(self, c: via.Context) -> None:
        note = c.action(lambda: self.did.append(f"[{c.session().get_string('user')}]"))
        begin = c.action(lambda: c.session().set("begun", True))
        c.view(lambda: h.P(h.Button(note.on_click()), h.Button(begin.on_click())))

    def login(self, c: via.Context) -> None:
        user = c.signal("")

        @c.action
        def enter() -> None:
            c.session().renew_token()
            c.session().set("user", user.string())

        c.view(lambda: h.Form(user.text(), h.Button(enter.on_click())))

    def members(self, c: via.Context) -> None:
        def act() -> None:
            self.did.append(c.session().get_string("user"))

        actions = [c.action(act), c.action(c.session().renew_token), c.action(c.session().destroy)]
        heard: list[str] = []

        def hear(news: bytes) -> None:
            heard.append(news.decode())
            c.sync()

        c.subscribe("news", hear)
        c.view(
            lambda: h.P(h.Text(" ".join(heard)), *(h.Button(each.on_click()) for each in actions))
        )


ACT, RENEW, DESTROY = "a1", "a2", "a3"


@pytest.fixture
def app(v) -> App:
    return App(v)


@pytest.fixture(params=["via's server", "uvicorn alone"])
def server(request, app, serve) -> Server:
    return serve(app.v, plain=request.param == "uvicorn alone")


@pytest.fixture
def open_tab(server):
    opened: list[Visitor] = []

    def make(path: str, cookies: httpx.Cookies | None = None) -> Visitor:
        visitor = Visitor(server.url)
        visitor.http.cookies.update(cookies or {})
        visitor.visit(path)
        opened.append(visitor)
        return visitor

    yield make
    for one in opened:
        one.http.close()


@pytest.fixture
def member(open_tab):
    """A tab of somebody who has logged in."""
    tab = open_tab("/login")
    response = tab.act(s1="Ada")
    assert "session" in response.cookies
    tab.visit("/members")
    return tab


def stream(tab: Visitor, cookies: httpx.Cookies) -> int:
    """The status with which a stream is answered to somebody with these cookies."""
    headers = {"via-location": tab.path, "via-nonce": tab.nonce, **CLIENT_HEADERS}
    with (
        httpx.Client(base_url=tab.http.base_url, cookies=cookies, trust_env=False) as http,
        http.stream("POST", "/_sse", json=tab.signals, headers=headers) as response,
    ):
        return response.status_code


# The browser


def test_a_page_names_its_browser_once(server) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        (cookie,) = http.get("/").headers.get_list("set-cookie")
        assert cookie.startswith("via=")
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax")
        assert "set-cookie" not in http.get("/").headers


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_under_https_the_name_is_bound_to_host_and_https(app) -> None:
    transport = httpx.ASGITransport(app.v)
    async with httpx.AsyncClient(transport=transport, base_url="https://via.example") as http:
        (cookie,) = (await http.get("/")).headers.get_list("set-cookie")
        assert cookie.startswith("__Host-via=")
        assert cookie.endswith("; Path=/; HttpOnly; Secure; SameSite=Lax")
    app.v.shutdown()


@pytest.mark.parametrize("path", ["/_action/a1", "/_sse", "/_navigate", "/_session/close"])
@pytest.mark.parametrize("who", ["nobody", "another browser"])
def test_a_tab_without_a_session_answers_its_own_browser_only(app, open_tab, path, who) -> None:
    tab = open_tab("/")
    cookies = open_tab("/").http.cookies if who == "another browser" else httpx.Cookies()
    with httpx.Client(base_url=tab.http.base_url, cookies=cookies, trust_env=False) as thief:
        body = tab.signals | {"via_url": "/login"}
        response = thief.post(path, json=body, headers=CLIENT_HEADERS)
    assert response.status_code == 403
    assert "set-cookie" not in response.headers
    assert app.did == []
    assert tab.act().status_code == 204
    assert app.did == ["[]"]


def test_a_tab_takes_no_session_that_comes_later(app, open_tab, member) -> None:
    planted = open_tab("/")
    # Even where both cookies of the attacker's browser could be planted.
    cookies = httpx.Cookies(
        {"session": member.http.cookies["session"], "via": planted.http.cookies["via"]}
    )
    with httpx.Client(base_url=planted.http.base_url, cookies=cookies, trust_env=False) as victim:
        response = victim.post("/_action/a1", json=planted.signals, headers=CLIENT_HEADERS)
    assert response.status_code == 403
    assert planted.act().status_code == 204
    assert app.did == ["[]"]


def test_tabs_without_a_session_come_back_when_their_browser_has_one(app, open_tab) -> None:
    first = open_tab("/")
    second = open_tab("/", first.http.cookies)
    with second.listen() as listening:
        first.act("a2")
        cookies = first.http.cookies
        assert first.http.post("/_session/ready", json=first.signals).status_code == 204
        wait_until(lambda: listening.ended, "the other tab's stream to end")
    second.http.cookies = cookies
    with second.listen() as listening:
        second.signals |= listening.wait_for("via_ctx").signals()
        assert second.act("a1").status_code == 204


# Where requests come from


@pytest.mark.parametrize("path", ["/_action/a1", "/_sse", "/_navigate", "/_session/close"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        CLIENT_HEADERS | {"sec-fetch-site": "cross-site"},
        CLIENT_HEADERS | {"sec-fetch-site": "same-site"},
        CLIENT_HEADERS | {"sec-fetch-site": "none"},
        CLIENT_HEADERS | {"origin": "https://evil.example"},
        CLIENT_HEADERS | {"origin": "null"},
        CLIENT_HEADERS | {"origin": "http://127.0.0.1"},
        CLIENT_HEADERS | {"origin": "http://127.0.0.1.evil.example"},
    ],
)
def test_requests_from_elsewhere_are_refused(app, open_tab, path, headers) -> None:
    tab = open_tab("/")
    del tab.http.headers["datastar-request"]
    body = tab.signals | {"via_url": "/login"}
    response = tab.http.post(path, json=body, headers=headers)
    assert response.status_code == 403
    assert app.did == []
    assert tab.http.post("/_action/a1", json=body, headers=CLIENT_HEADERS).status_code == 204


def test_the_apps_own_pages_may_call_it(app, open_tab) -> None:
    tab = open_tab("/")
    own = str(tab.http.base_url)
    for headers in (
        {"origin": own},
        {"origin": own, "sec-fetch-site": "same-origin"},
        {"origin": "HTTP" + own[4:]},
    ):
        assert tab.http.post("/_action/a1", json=tab.signals, headers=headers).status_code == 204


def test_further_origins_are_named_in_the_options(app, open_tab, server) -> None:
    server.stop()
    app.v.config(via.Options(allowed_origins=["https://shop.example"]))
    server.start()
    tab = open_tab("/")
    shop = {"origin": "https://shop.example", "sec-fetch-site": "cross-site"}
    assert tab.http.post("/_action/a1", json=tab.signals, headers=shop).status_code == 204
    other = {"origin": "http://shop.example", "sec-fetch-site": "cross-site"}
    assert tab.http.post("/_action/a1", json=tab.signals, headers=other).status_code == 403


def test_only_named_hosts_are_answered(app, server, open_tab) -> None:
    server.stop()
    app.v.config(via.Options(allowed_hosts=["127.0.0.1", "*.shop.example"]))
    server.start()
    tab = open_tab("/")
    assert tab.act().status_code == 204
    for host, status in (
        ("rebound.example", 421),
        ("shop.example", 421),
        ("a.shop.example:80", 200),
        ("a b", 400),
    ):
        assert tab.http.get("/", headers={"host": host}).status_code == status
    assert tab.http.post("/_action/a1", json=tab.signals, headers={"host": "x"}).status_code == 421


@pytest.mark.parametrize("hosts", ["", "Host: a\r\nHost: a\r\n", "Host: a/b\r\n", "Host:\r\n"])
@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "POST /_action/a1 HTTP/1.1"])
def test_a_request_names_one_host(server, hosts, line) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        head = f"{line}\r\n{hosts}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 400")


def test_the_stream_is_opened_with_its_signals_in_the_body(open_tab) -> None:
    tab = open_tab("/")
    assert tab.http.get("/_sse", params={"datastar": "{}"}).status_code == 405
    tab.signals["s1"] = "x" * 100_000
    with tab.listen() as listening:
        assert listening.response.request.url.query == b""


# The session


def test_after_a_renewal_other_tabs_wait_for_the_new_token(app, open_tab, member, v) -> None:
    old = httpx.Cookies(dict(member.http.cookies))
    other = open_tab("/members", old)
    with other.listen() as listening:
        member.act(RENEW)
        wait_until(lambda: listening.ended, "the other tab's stream to end")
        running(v).messaging.hub.publish("news", b"secret")
    assert "secret" not in str(listening.events)
    assert other.act().status_code == 409
    assert stream(other, old) == 409
    other.http.cookies = member.http.cookies
    with other.listen() as listening:
        listening.wait_for("secret")
    assert other.act().status_code == 204
    assert app.did == ["Ada"]


def test_a_changed_cookie_goes_to_who_had_the_old_one(open_tab, member) -> None:
    named = {"via": member.http.cookies["via"]}
    old = dict(member.http.cookies)
    response = member.act(RENEW)
    assert "session" in response.cookies
    for cookies in (named, named | {"session": "A" * 43}):
        with httpx.Client(base_url=member.http.base_url, cookies=cookies, trust_env=False) as http:
            for path in ("/_action/a1", "/_session/ready"):
                refused = http.post(path, json=member.signals, headers=CLIENT_HEADERS)
                assert refused.status_code == 403
                assert "set-cookie" not in refused.headers
    with httpx.Client(base_url=member.http.base_url, cookies=old, trust_env=False) as http:
        late = http.post("/_action/a1", json=member.signals, headers=CLIENT_HEADERS)
        assert late.status_code == 204
    assert member.act().status_code == 204


def test_the_end_of_a_session_ends_the_other_tabs(app, open_tab, member, v) -> None:
    other = open_tab("/members", member.http.cookies)
    with other.listen() as listening:
        member.act(DESTROY)
        wait_until(lambda: listening.ended, "the other tab's stream to end")
        running(v).messaging.hub.publish("news", b"secret")
    assert "secret" not in str(listening.events)
    assert other.act().status_code in (403, 404)
    with other.listen() as listening:
        listening.wait_for("/login")
    assert app.did == []


def test_an_expired_session_ends_its_tabs(app, open_tab, member) -> None:
    services = running(app.v).services
    with member.listen() as listening:
        services.loop.call_soon_threadsafe(
            lambda: [
                services.sessions.load_handle_nowait(member.http.cookies["session"]).state.vanish()
            ]
        )
        wait_until(lambda: listening.ended, "the stream to end")
    assert member.act().status_code in (403, 404)
    assert app.did == []


def test_middleware_guards_actions_too(app, member) -> None:
    assert member.act().status_code == 204
    with member.listen() as listening:
        member.act(DESTROY)
        member.http.post("/_session/ready", json=member.signals)
        assert member.act().status_code == 204
        listening.wait_for("/login")
    assert app.did == ["Ada"]


@pytest.mark.parametrize("what", [RENEW, DESTROY])
def test_a_tab_whose_own_cookie_is_under_way_follows_the_others(
    app, open_tab, member, what
) -> None:
    other = open_tab("/members", member.http.cookies)
    cookies = member.act(RENEW).cookies
    # The other tab presents the new token, which the first one has not done yet.
    other.http.cookies = member.http.cookies
    assert other.act().status_code == 204
    other.act(what)
    with httpx.Client(
        base_url=member.http.base_url,
        cookies={"via": member.http.cookies["via"], "session": cookies["session"]},
        trust_env=False,
    ) as http:
        late = http.post("/_action/a1", json=member.signals, headers=CLIENT_HEADERS)
    assert late.status_code in (403, 404, 409)
    assert app.did == ["Ada"]


def test_a_logout_in_another_process_is_felt_here(serve, tmp_path) -> None:
    apps = []
    for _ in range(2):
        v = via.new()
        manager = via.new_sqlite_session_manager(tmp_path / "sessions.db")
        v.config(via.Options(pubsub=via.MemoryPubSub(), session_manager=manager))
        apps.append(App(v))
    here, there = (Visitor(serve(app.v).url) for app in apps)
    here.visit("/login")
    here.act(s1="Ada")
    here.visit("/members")
    there.http.cookies = here.http.cookies
    there.visit("/members")
    with here.listen() as listening:
        assert there.act(DESTROY).status_code == 200
        wait_until(lambda: listening.ended, "the stream to end")
    assert here.act().status_code in (403, 404)
    assert apps[0].did == []
    here.http.close()
    there.http.close()


def test_what_was_let_through_once_is_not_let_through_for_ever(app, open_tab, member) -> None:
    """Each request shows the same as the last one, which is compared with what is true now."""
    old = httpx.Cookies(dict(member.http.cookies))
    for _ in range(3):
        assert member.act().status_code == 204
    member.act(RENEW)
    assert member.http.post("/_session/ready", json=member.signals).status_code == 204
    with httpx.Client(base_url=member.http.base_url, cookies=old, trust_env=False) as http:
        late = http.post("/_action/a1", json=member.signals, headers=CLIENT_HEADERS)
    assert late.status_code in (403, 409)
    assert app.did == ["Ada"] * 3
    for _ in range(2):
        assert member.act().status_code == 204
    other = open_tab("/members", member.http.cookies)
    assert other.act().status_code == 204
    assert other.act().status_code == 204
    member.act(DESTROY)
    assert other.act().status_code in (403, 404)
    assert app.did == ["Ada"] * 7
