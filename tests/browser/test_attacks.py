"""Attacks from a page of another site, in a real browser: the visitor has the app open as well.

The app is at 127.0.0.1, the attacker's page at localhost, which are two sites to the browser.
"""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from support.bank import Bank, open_bank
from support.server import CLIENT_HEADERS, Visitor, wait_until

import via
from via import h
from via.app import running


@pytest.fixture(params=["memory", "sqlite", "nats"])
def bank(request, serve, tmp_path):
    store = str(tmp_path / "sessions.db") if request.param == "sqlite" else request.param
    bank = open_bank(store)
    bank.url = serve(bank.v).url
    return bank


@dataclass
class Processes:
    """The app twice, on the same sessions: here and in a process of its own."""

    here: Bank
    url: str
    elsewhere: str

    def paid_elsewhere(self) -> list[str]:
        return httpx.get(f"{self.elsewhere}/paid").json()


@pytest.fixture(params=["sqlite", "nats"])
def processes(request, serve, tmp_path):
    if request.param == "sqlite":
        store = str(tmp_path / "sessions.db")
    else:
        store = request.getfixturevalue("nats_url")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tests = Path(__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "support.bank", store, str(port)],
        stdin=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])},
    )
    here = open_bank(store)
    elsewhere = f"http://127.0.0.1:{port}"
    try:
        url = serve(here.v).url
        wait_until(lambda: process.poll() is not None or answers(elsewhere), "the other process")
        yield Processes(here, url, elsewhere)
    finally:
        process.stdin.close()
        process.wait(20)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/paid").status_code == 200
    except httpx.TransportError:
        return False


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


def test_a_tab_whose_browser_lost_its_cookies_gets_a_page_of_its_own(bank, page, console) -> None:
    console.allow("403")
    page.goto(bank.url)
    log_in(page, "Ada")
    page.context.clear_cookies()
    for tab in running(bank.v).registry.tabs.values():
        running(bank.v).services.call(tab.outgoing.end)
    expect(page.locator("p").first).to_have_text("user ")
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


def is_open(page) -> None:
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")


def test_a_planted_session_in_another_process_is_worth_nothing_after_a_login(
    processes, page
) -> None:
    attacker = Visitor(processes.elsewhere)
    attacker.visit()
    attacker.act("a3")
    planted = attacker.http.cookies["session"]
    page.goto(processes.url)
    page.context.add_cookies([{"name": "session", "value": planted, "url": processes.url}])
    page.reload()
    is_open(page)
    with attacker.listen() as listening:
        log_in(page, "Ada")
        wait_until(lambda: listening.ended, "the attacker's stream to end")
    assert session(page) not in ("", planted)
    assert attacker.act("a2").status_code in (403, 404, 409)
    attacker.signals["s1"] = "Eve"
    assert attacker.act("a1").status_code in (403, 404, 409)
    assert processes.paid_elsewhere() == []
    for url in (processes.url, processes.elsewhere):
        with httpx.Client(base_url=url, cookies={"session": planted}) as http:
            assert "Ada" not in http.get("/").text
    attacker.http.close()


def test_tabs_of_another_process_go_on_after_a_renewal_with_the_new_token(
    processes, page, new_page, console
) -> None:
    console.allow("409|403|404")
    page.goto(processes.url)
    log_in(page, "Ada")
    other = new_page(page.context)
    other.goto(processes.elsewhere)
    is_open(other)
    expect(other.locator("p").first).to_have_text("user Ada")
    log_in(page, "Bob")
    expect(other.locator("p").first).to_have_text("user Bob")
    other.locator("#pay").click()
    wait_until(lambda: processes.paid_elsewhere() == ["Bob"], "the action")


def test_a_logout_is_felt_in_the_tabs_of_another_process(processes, page, new_page) -> None:
    page.goto(processes.url)
    log_in(page, "Ada")
    here, elsewhere = new_page(page.context), new_page(page.context)
    for tab, url in ((here, processes.url), (elsewhere, processes.elsewhere)):
        tab.goto(f"{url}/account")
        is_open(tab)
    here.locator("#out").click()
    expect(elsewhere).to_have_url(f"{processes.elsewhere}/")
    expect(elsewhere.locator("p").first).to_have_text("user ")
    assert session(page) == ""
