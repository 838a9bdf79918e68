"""The documented sessions, row by row; and the documented login example, as it stands."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta

import httpx
import pytest

import via
from via import h

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
VALUES = {
    "string": "é",
    "int": 7,
    "bool": True,
    "float64": 2.5,
    "time": NOW,
    "bytes": b"\x00\xff",
}
ZEROS = {
    "": None,
    "_string": "",
    "_int": 0,
    "_bool": False,
    "_float64": 0.0,
    "_time": datetime.min.replace(tzinfo=UTC),
    "_bytes": b"",
}


@pytest.fixture(params=["memory", "sqlite path", "sqlite connection"])
def managed(v, request, tmp_path):
    """The app, with a session manager of each kind."""
    path = tmp_path / "sessions.db"
    connection = sqlite3.connect(path, check_same_thread=False)
    if request.param == "sqlite path":
        v.config(via.Options(session_manager=via.new_sqlite_session_manager(path)))
    elif request.param == "sqlite connection":
        v.config(via.Options(session_manager=via.new_sqlite_session_manager(connection)))
    yield v
    connection.close()


@pytest.fixture
def requests(visitor):
    """`requests(app, *steps)`: one visitor requests one page after the other; each step is given
    the session, and its result is given back.
    """

    def run(app, *steps):
        got = []

        def page_for(step):
            def page(c):
                got.append(step(c.session()))
                c.view(lambda: h.P())

            return page

        for number, step in enumerate(steps):
            app.page(f"/{number}", page_for(step))
        tab = visitor(app)
        got.clear()
        for number in range(len(steps)):
            tab.visit(f"/{number}")
        return got

    return run


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_keeps_its_type_from_page_to_page(managed, requests, kind):
    value = VALUES[kind]
    got = requests(
        managed,
        lambda session: session.set("key", value),
        lambda session: getattr(session, f"get_{kind}")("key"),
        lambda session: session.get("key"),
        lambda session: getattr(session, f"pop_{kind}")("key"),
        lambda session: session.exists("key"),
    )
    assert got[1:] == [value, value, value, False]
    assert type(got[1]) is type(value)


@pytest.mark.parametrize("verb", ["get", "pop"])
@pytest.mark.parametrize("kind", ZEROS)
def test_a_missing_key_is_the_zero_value(v, requests, verb, kind):
    (got,) = requests(v, lambda session: getattr(session, verb + kind)("missing"))
    assert got == ZEROS[kind]
    assert type(got) is type(ZEROS[kind])


@pytest.mark.parametrize("kind", [kind for kind in ZEROS if kind])
def test_a_value_of_another_type_is_the_zero_value(v, requests, kind):
    (got,) = requests(
        v, lambda session: (session.set("key", ["a list"]), getattr(session, "get" + kind)("key"))
    )
    assert got[1] == ZEROS[kind]


@pytest.mark.parametrize("value", [0, "", False, 0.0, b"", [], {}, {"a": [1, {"b": None}]}])
def test_zero_values_and_structures_are_kept_as_they_are(managed, requests, value):
    got = requests(
        managed,
        lambda session: session.set("key", value),
        lambda session: (session.exists("key"), session.get("key")),
    )
    assert got[1] == (True, value)
    assert type(got[1][1]) is type(value)


def test_keys_exists_delete_and_clear(managed, requests):
    def fill(session):
        for key in ("b", "a", "c"):
            session.set(key, key)

    got = requests(
        managed,
        fill,
        lambda session: sorted(session.keys()),
        lambda session: (session.exists("a"), session.delete("a"), session.exists("a")),
        lambda session: sorted(session.keys()),
        lambda session: session.clear(),
        lambda session: session.keys(),
    )
    assert got[1:] == [["a", "b", "c"], (True, None, False), ["b", "c"], None, []]


def test_renew_token_changes_the_id_and_keeps_the_values(managed, requests):
    got = requests(
        managed,
        lambda session: (session.set("a", 1), session.id()),
        lambda session: (session.id(), session.renew_token(), session.id()),
        lambda session: (session.id(), session.get_int("a")),
    )
    first, _, renewed = got[1]
    assert first == got[0][1] != renewed
    assert got[2] == (renewed, 1)


def test_destroy_ends_the_session(managed, requests):
    got = requests(
        managed,
        lambda session: session.set("a", 1),
        lambda session: session.destroy(),
        lambda session: (session.exists("a"), session.keys()),
    )
    assert got[2] == (False, [])


def test_pop_gives_a_value_once(managed, requests):
    got = requests(
        managed,
        lambda session: session.set("flash", "once"),
        lambda session: session.pop_string("flash"),
        lambda session: session.pop_string("flash"),
    )
    assert got[1:] == ["once", ""]


def test_the_sqlite_manager_makes_the_documented_table(tmp_path):
    path = tmp_path / "sessions.db"
    manager = via.new_sqlite_session_manager(path)
    assert isinstance(manager, via.SessionManager)
    with sqlite3.connect(path) as db:
        columns = {row[1]: (row[2], row[5]) for row in db.execute("PRAGMA table_info(sessions)")}
        indexed = [
            db.execute(f"PRAGMA index_info({row[1]})").fetchall()[0][2]
            for row in db.execute("PRAGMA index_list(sessions)").fetchall()
        ]
    db.close()
    asyncio.run(manager.close())
    assert columns == {"token": ("TEXT", 1), "data": ("BLOB", 0), "expiry": ("REAL", 0)}
    assert "expiry" in indexed


def test_the_managers_settings_and_their_defaults(v, requests, visitor):
    manager = via.SessionManager()
    v.config(via.Options(session_manager=manager))
    assert manager.lifetime == timedelta(hours=24)
    assert manager.idle_timeout is None
    manager.lifetime = 3600
    manager.idle_timeout = timedelta(minutes=20)
    cookie = manager.cookie
    cookie.name, cookie.path, cookie.same_site = "mine", "/app", "Strict"
    cookie.domain, cookie.http_only, cookie.secure, cookie.persist = "a.example", True, True, True
    v.page("/", lambda c: (c.session().set("a", 1), c.view(lambda: h.P())))
    header = visitor(v).http.get("/").headers["set-cookie"].lower()
    for part in (
        "mine=",
        "path=/app",
        "samesite=strict",
        "domain=a.example",
        "httponly",
        "secure",
        "max-age=",
    ):
        assert part in header


AUTH = """\
def auth_required(c: via.Context, next):
    if c.session().get_string("username") == "":
        c.session().set("flash", "Please log in first")
        c.redirect_view("/login")
        return
    next()

@v.page("/login")
def login_page(c: via.Context):
    user, password = c.signal(""), c.signal("")
    flash = c.session().pop_string("flash")

    @c.action
    def login():
        nonlocal flash
        if authenticate(user.string(), password.string()):
            c.session().renew_token()
            c.session().set("username", user.string())
            c.redirect("/dashboard")
        else:
            flash = "Invalid credentials"
            c.sync()

    @c.view
    def view():
        return h.Form(login.on_submit(),
            h.If(flash != "", h.P(h.Text(flash))),
            h.Input(h.Type("text"), user.bind(), h.Placeholder("Username")),
            h.Input(h.Type("password"), password.bind(), h.Placeholder("Password")),
            h.Button(h.Type("submit"), h.Text("Log In")),
        )

protected = v.group("", auth_required)
protected.page("/dashboard", dashboard)
"""
"""The example of the documentation, word for word."""


def test_the_documented_login_example_runs_as_it_stands(v, visitor):
    def authenticate(user, password):
        return (user, password) == ("ada", "secret")

    def dashboard(c):
        c.view(lambda: h.H1(h.Textf("Welcome, %s", c.session().get_string("username"))))

    names = {"via": via, "h": h, "v": v, "authenticate": authenticate, "dashboard": dashboard}
    exec(compile(AUTH, "the documentation", "exec"), names)

    tab = visitor(v)
    refused = tab.http.get("/dashboard")
    assert (refused.status_code, refused.headers["location"]) == (303, "/login")
    assert tab.visit("/login").css_first("p").text() == "Please log in first"
    assert tab.visit("/login").css_first("p") is None

    with tab.listen() as stream:
        assert tab.act(s1="ada", s2="wrong").status_code == 204
        stream.wait_for("Invalid credentials")
        planted = tab.http.cookies["session"]
        answer = tab.act(s1="ada", s2="secret")
        assert answer.status_code == 200
        assert tab.http.cookies["session"] != planted
        tab.http.post("/_session/ready", json=tab.signals)
        stream.wait_for('window.location.href="/dashboard"')
    assert tab.visit("/dashboard").css_first("h1").text() == "Welcome, ada"

    with httpx.Client(
        base_url=tab.http.base_url, cookies={"session": planted}, trust_env=False
    ) as thief:
        assert thief.get("/dashboard").status_code == 303
