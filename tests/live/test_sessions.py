"""Sessions in a running app: how they are loaded, saved and made known to the browser."""

import re
import sqlite3
from contextlib import closing

import pytest
from support.server import Visitor, wait_until

import via
from via import h


def cookie_of(response) -> str:
    cookies = response.headers.get_list("set-cookie")
    return next((cookie for cookie in cookies if not cookie.startswith("via=")), "")


def answer_questions(someone: Visitor, stream) -> str:
    """Do what the browser's client does for each element that asks; gives the cookie it got."""
    if cookie_of(stream.response):
        return cookie_of(stream.response)
    stream.wait_for("/_session/ready")
    got = cookie_of(someone.http.post("/_session/ready", json=someone.signals))
    assert someone.http.post("/_session/ready", json=someone.signals).status_code == 204
    return got


def test_a_page_that_sets_nothing_sets_no_cookie(v, visitor) -> None:
    v.page("/", lambda c: c.view(lambda: h.Text(c.session().get_string("name"))))
    assert cookie_of(visitor(v).http.get("/")) == ""


def test_a_value_of_one_page_is_there_on_the_next(v, visitor) -> None:
    def first(c: via.Context) -> None:
        c.session().set("name", "Ada")
        c.view(lambda: h.Text("first"))

    v.page("/", first)
    v.page("/next", lambda c: c.view(lambda: h.Text(c.session().get_string("name"))))
    someone = visitor(v)
    response = someone.http.get("/")
    assert re.fullmatch(
        r"session=[\w-]{43}; Path=/; Max-Age=86\d\d\d; Expires=.*; HttpOnly; SameSite=Lax",
        cookie_of(response),
    )
    assert "Ada" in someone.http.get("/next").text
    assert "Ada" not in visitor(v).http.get("/next").text


def test_an_actions_cookie_comes_before_what_relies_on_it(v, visitor) -> None:
    @v.page("/")
    def page(c: via.Context) -> None:
        @c.action
        def login() -> None:
            c.session().renew_token()
            c.session().set("user", "ada")
            c.redirect("/in")

        c.view(lambda: h.Button(login.on_click()))

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        response = someone.act()
        assert response.status_code == 200
        assert "session=" in cookie_of(response)
        assert "/_session/ready" in response.text
        assert not any("/in" in "".join(event.data) for event in stream.events)
        assert someone.http.post("/_session/ready", json=someone.signals).status_code == 204
        stream.wait_for('window.location.href="/in"')
        assert any("selector #via-cookie1" in event.data for event in stream.events)


def test_a_subscriptions_changes_are_saved_and_reach_the_browser(v, visitor) -> None:
    @v.page("/")
    def page(c: via.Context) -> None:
        def hear(word: str) -> None:
            c.session().set("heard", word)
            c.sync()

        via.subscribe(c, "word", hear)
        c.view(lambda: h.P(h.Text(c.session().get_string("heard"))))

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        via.publish(v, "word", "hello")
        assert "session=" in answer_questions(someone, stream)
        stream.wait_for(">hello</p>")
    assert "hello" in someone.http.get("/").text


def test_an_intervals_changes_are_saved(v, visitor) -> None:
    @v.page("/")
    def page(c: via.Context) -> None:
        c.view(lambda: h.P(h.Text(c.session().get_int("ticks"))))

        def tick() -> None:
            c.session().set("ticks", 7)
            stop()

        stop = c.on_interval(0.01, tick)

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        assert "session=" in answer_questions(someone, stream)
    assert ">7</p>" in someone.http.get("/").text


def test_tabs_of_one_browser_lose_nothing_of_each_other(v, visitor) -> None:
    @v.page("/{key}")
    def page(c: via.Context) -> None:
        async def add() -> None:
            for number in range(50):
                c.session().set(f"{c.get_path_param('key')}{number}", number)

        add_all = c.action(add)
        c.view(lambda: h.P(add_all.on_click(), h.Text(len(c.session().keys()))))

    first = visitor(v)
    first.visit("/a")
    second = Visitor(str(first.http.base_url))
    first.act()
    second.http.cookies = first.http.cookies
    second.visit("/b")
    second.act()
    assert ">100</p>" in first.http.get("/c").text
    second.http.close()


def test_a_page_answers_only_its_own_session(v, visitor) -> None:
    @v.page("/")
    def page(c: via.Context) -> None:
        c.session().set("mine", True)
        go = c.action(lambda: None)
        c.view(lambda: h.Button(go.on_click()))

    someone, other = visitor(v), visitor(v)
    someone.visit()
    other.visit()
    assert someone.act().status_code == 204
    other.signals = someone.signals
    stolen = other.act()
    assert stolen.status_code == 403
    assert "another browser" in stolen.text
    other.http.cookies.clear()
    assert other.act().status_code == 403


@pytest.mark.parametrize(
    "value",
    ["x", "A" * 43, "A" * 100_000, "../../etc/passwd", "%00", '"quoted"', "a=b=c", "\xff\xfe"],
)
def test_hostile_cookies_get_an_empty_session(v, visitor, value) -> None:
    v.page("/", lambda c: c.view(lambda: h.P(h.Text(f"[{c.session().id()}]"))))
    response = visitor(v).http.get("/", headers={"cookie": f"session={value}".encode("latin-1")})
    assert response.status_code in (200, 400, 431)  # the server itself bounds headers
    if response.status_code == 200:
        assert "<p>[]</p>" in response.text
        assert cookie_of(response) == ""


def test_a_login_survives_a_restart_with_sqlite(v, visitor, serve, tmp_path) -> None:
    v.config(via.Options(session_manager=via.new_sqlite_session_manager(tmp_path / "s.db")))

    @v.page("/")
    def page(c: via.Context) -> None:
        login = c.action(lambda: c.session().set("user", "ada"))
        c.view(lambda: h.P(login.on_click(), h.Text(c.session().get_string("user"))))

    server = serve(v)
    someone = Visitor(server.url)
    someone.visit()
    assert "session=" in cookie_of(someone.act())
    server.stop()
    with closing(sqlite3.connect(tmp_path / "s.db")) as database:
        columns = {row[1:3] for row in database.execute("PRAGMA table_info(sessions)")}
        assert columns == {("token", "TEXT"), ("data", "BLOB"), ("expiry", "REAL")}
        (token,) = database.execute("SELECT token FROM sessions").fetchone()
        assert token not in someone.http.cookies["session"]
    server.start()
    assert ">ada</p>" in someone.http.get("/").text
    someone.http.close()


def test_a_store_that_fails_is_reported_and_nothing_else_stops(v, visitor, caplog) -> None:
    class Broken(via.MemoryStore):
        working = True

        async def save(self, *arguments):
            if not self.working:
                raise via.SessionError("the disk is full")
            return await super().save(*arguments)

    store = Broken()
    v.config(via.Options(session_manager=via.SessionManager(store)))

    @v.page("/")
    def page(c: via.Context) -> None:
        put = c.action(lambda: c.session().set("n", c.session().get_int("n") + 1))
        c.view(lambda: h.P(put.on_click(), h.Text(c.session().get_int("n"))))

    someone = visitor(v)
    someone.visit()
    store.working = False
    assert someone.act().status_code == 500
    wait_until(lambda: "the disk is full" in caplog.text, "the log line")
    store.working = True
    assert someone.act().status_code == 200
    assert ">2</p>" in someone.http.get("/").text
