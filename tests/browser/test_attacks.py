"""Attacks from a page of another site, in a real browser: the visitor has the app open as well.

The app is at 127.0.0.1, the attacker's page at localhost, which are two sites to the browser.
"""

import json

import httpx
import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from support.server import CLIENT_HEADERS, Visitor, wait_until

import via
from via import h
from via.app import running


class Bank:
    """An app with a login and an action that must be the visitor's own."""

    def __init__(self, v: via.V) -> None:
        self.paid: list[str] = []
        v.page("/", self.page)
        v.page("/account", self.account)

    def page(self, c: via.Context) -> None:
        user = c.signal("")

        @c.action
        def log_in() -> None:
            c.session().renew_token()
            c.session().set("user", user.string())
            c.sync()

        @c.action
        def pay() -> None:
            self.paid.append(c.session().get_string("user"))

        @c.action
        def visit() -> None:
            c.session().set("visited", True)

        c.view(
            lambda: h.Main(
                h.P(h.Text(f"user {c.session().get_string('user')}")),
                h.Input(user.bind()),
                h.Button(h.ID("in"), log_in.on_click(), h.Text("Log in")),
                h.Button(h.ID("pay"), pay.on_click(), h.Text("Pay")),
                h.Button(h.ID("visit"), visit.on_click(), h.Text("Visit")),
            )
        )

    def account(self, c: via.Context) -> None:
        if not c.session().get_string("user"):
            c.redirect("/")
        out = c.action(c.session().destroy)

        def hear(news: bytes) -> None:
            news_shown.append(news.decode())
            c.sync()

        news_shown: list[str] = []
        c.subscribe("news", hear)
        c.view(
            lambda: h.Main(
                h.P(h.Text(f"account of {c.session().get_string('user')}")),
                h.P(h.ID("news"), h.Text(" ".join(news_shown))),
                h.Button(h.ID("out"), out.on_click(), h.Text("Log out")),
            )
        )


@pytest.fixture(params=["memory", "sqlite"])
def bank(request, v, serve, tmp_path):
    if request.param == "sqlite":
        manager = via.new_sqlite_session_manager(tmp_path / "sessions.db")
        v.config(via.Options(session_manager=manager))
    bank = Bank(v)
    bank.v, bank.url = v, serve(v).url
    return bank


@pytest.fixture
def evil(serve):
    """Serves the attacker's page: `evil(html)` gives its URL."""
    pages = [""]
    server = serve(Starlette(routes=[Route("/", lambda request: HTMLResponse(pages[0]))]))

    def show(html: str) -> str:
        pages[0] = f"<!doctype html><title>evil</title>{html}"
        return f"http://localhost:{server.port}/"

    return show


@pytest.fixture
def attacker(bank):
    """The attacker's own tab of the app, without a browser."""
    tab = Visitor(bank.url)
    tab.visit()
    yield tab
    tab.http.close()


def log_in(page, name: str) -> None:
    page.locator("input").fill(name)
    page.locator("#in").click()
    expect(page.locator("p").first).to_have_text(f"user {name}")


def session(page) -> str:
    return next((c["value"] for c in page.context.cookies() if c["name"] == "session"), "")


def test_a_link_cannot_open_the_attackers_stream_as_the_visitor(
    bank, evil, attacker, page, console
) -> None:
    console.expect("405")
    page.goto(bank.url)
    log_in(page, "Ada")
    stream = f"{bank.url}/_sse?datastar={json.dumps(attacker.signals)}"
    page.goto(evil(f"<a href='{stream}'>look</a>"))
    with page.expect_response(lambda response: "/_sse" in response.url) as answered:
        page.get_by_text("look").click()
    assert answered.value.status == 405
    assert attacker.act("a2").status_code == 204
    assert bank.paid == [""]


@pytest.mark.parametrize("path", ["/_action/a1", "/_sse", "/_navigate", "/_session/close"])
def test_a_form_of_another_site_is_refused(
    bank, evil, attacker, new_context, console, path
) -> None:
    page = new_context().new_page()
    page.goto(bank.url)
    body = json.dumps(attacker.signals | {"s1": "attacker", "via_url": "/account"})
    name, _, value = body.partition(":")
    form = (
        f"<form method=post enctype=text/plain action='{bank.url}{path}'>"
        f"<input name='{name}:' value='{value[:-1]},\"x\":\"'><input name=y value='\"}}'></form>"
        "<script>document.forms[0].submit()</script>"
    )

    def is_the_forms(response) -> bool:
        return path in response.url and response.request.is_navigation_request()

    with page.expect_response(is_the_forms) as answered:
        page.goto(evil(form), wait_until="commit")
    assert answered.value.status == 403
    assert session(page) == ""
    with attacker.listen():
        assert attacker.act("a2").status_code == 204


def test_a_script_of_another_site_cannot_act(bank, evil, attacker, new_context) -> None:
    page = new_context().new_page()
    page.goto(bank.url)
    log_in(page, "Ada")
    page.goto(evil("<p>script</p>"))
    reached = page.evaluate(
        """async ([url, body, headers]) => {
            const reached = [];
            for (const path of ["/_action/a2", "/_sse", "/_navigate", "/_session/close"])
                for (const more of [{}, {headers}, {mode: "no-cors"}])
                    try {
                        const init = {method: "POST", body, credentials: "include", ...more};
                        const response = await fetch(url + path, init);
                        reached.push(response.status);
                    } catch { reached.push("blocked"); }
            return reached;
        }""",
        [bank.url, json.dumps(attacker.signals), CLIENT_HEADERS],
    )
    assert set(reached) <= {"blocked", 0}
    assert bank.paid == []


def test_a_planted_session_is_worth_nothing_after_the_visitors_login(bank, attacker, page) -> None:
    attacker.act("a3")
    planted = attacker.http.cookies["session"]
    page.goto(bank.url)
    page.context.add_cookies([{"name": "session", "value": planted, "url": bank.url}])
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    with attacker.listen() as listening:
        log_in(page, "Ada")
        wait_until(lambda: listening.ended, "the attacker's stream to end")
    assert session(page) not in ("", planted)
    assert attacker.act("a2").status_code in (403, 404, 409)
    assert bank.paid == []
    with httpx.Client(base_url=bank.url, cookies={"session": planted}) as http:
        assert "Ada" not in http.get("/").text


def test_other_tabs_go_on_after_a_renewal(bank, page, new_page) -> None:
    page.goto(bank.url)
    log_in(page, "Ada")
    other = new_page(page.context)
    other.goto(f"{bank.url}/account")
    expect(other.locator("html")).to_have_attribute("data-via-connection", "open")
    log_in(page, "Bob")
    running(bank.v).messaging.hub.publish("news", b"hello")
    expect(other.locator("#news")).to_have_text("hello")
    page.locator("#pay").click()
    wait_until(lambda: bank.paid == ["Bob"], "the action")


def test_a_logout_is_felt_in_every_tab(bank, page, new_page) -> None:
    page.goto(bank.url)
    log_in(page, "Ada")
    tabs = [new_page(page.context) for _ in range(3)]
    for tab in tabs:
        tab.goto(f"{bank.url}/account")
        expect(tab.locator("html")).to_have_attribute("data-via-connection", "open")
    tabs[0].locator("#out").click()
    for tab in tabs[1:]:
        expect(tab).to_have_url(f"{bank.url}/")
        expect(tab.locator("p").first).to_have_text("user ")
    assert session(page) == ""


def test_a_tab_whose_browser_lost_its_cookies_loads_the_page_anew(bank, page, console) -> None:
    console.allow("403")
    page.goto(bank.url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.context.clear_cookies()
    with page.expect_navigation():
        for tab in running(bank.v).registry.tabs.values():
            running(bank.v).services.call(tab.outgoing.end)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.locator("#pay").click()
    wait_until(lambda: bank.paid == [""], "the action")


def test_no_secret_is_in_any_address(bank, page) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(bank.url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.locator("input").fill("hunter2")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    assert all("?" not in address for address in addresses)
    assert "hunter2" not in str(addresses)


def test_a_text_that_an_event_sets_arrives_as_it_is(v, serve, page) -> None:
    got: list[str] = []
    text = "$s1 @post('/x') \" </p> $$"

    @v.page("/")
    def home(c: via.Context) -> None:
        way = c.signal("")
        go = c.action(lambda: got.append(way.string()))
        c.view(lambda: h.Button(go.on_click(via.with_signal(way, text)), h.Text("Go")))

    page.goto(serve(v).url)
    page.get_by_text("Go").click()
    wait_until(lambda: got == [text], "the action")
