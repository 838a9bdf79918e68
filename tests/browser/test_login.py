"""Sessions in a real browser: the documented login, over real cookies."""

import importlib
import re

import pytest
from playwright.sync_api import Page, expect

import via


@pytest.fixture
def members(serve):
    module = importlib.reload(importlib.import_module("via.examples.auth"))
    return serve(module.v)


def cookie(page: Page) -> str:
    return next((c["value"] for c in page.context.cookies() if c["name"] == "session"), "")


def log_in(page: Page, password: str) -> None:
    page.get_by_placeholder("Username").fill("admin")
    page.get_by_placeholder("Password").fill(password)
    page.get_by_role("button", name="Log In").click()


def test_the_documented_login_from_the_first_visit_to_the_last(members, page, new_page):
    page.goto(f"{members.url}/dashboard")
    expect(page).to_have_url(f"{members.url}/login")
    expect(page.locator("form p")).to_have_text("Please log in first")
    before = cookie(page)
    assert before

    log_in(page, "wrong")
    expect(page.locator("form p")).to_have_text("Invalid credentials")
    assert cookie(page) == before

    log_in(page, "secret")
    expect(page).to_have_url(f"{members.url}/dashboard")
    expect(page.get_by_role("heading")).to_have_text("Welcome, admin")
    after = cookie(page)
    assert after not in ("", before)

    # Whoever knows the old value is a stranger.
    thief = new_page()
    thief.context.add_cookies([{"name": "session", "value": before, "url": members.url}])
    thief.goto(f"{members.url}/dashboard")
    expect(thief).to_have_url(f"{members.url}/login")

    second = new_page(page.context)
    second.goto(f"{members.url}/dashboard")
    expect(second.get_by_role("heading")).to_have_text("Welcome, admin")

    logged_in = cookie(page)
    page.get_by_role("button", name="Log Out").click()
    expect(page).to_have_url(f"{members.url}/login")
    # The other tab is sent away as well, where the middleware begins another session.
    expect(second).to_have_url(re.compile("/login$"))
    assert cookie(page) != logged_in
    page.goto(f"{members.url}/dashboard")
    expect(page).to_have_url(f"{members.url}/login")


def test_a_login_outlives_a_restart_of_the_server(serve, page, tmp_path, console):
    console.allow("net::ERR_")
    app = importlib.reload(importlib.import_module("via.examples.auth")).v
    app.config(via.Options(session_manager=via.new_sqlite_session_manager(tmp_path / "s.db")))
    server = serve(app)
    page.goto(f"{server.url}/login")
    log_in(page, "secret")
    expect(page.get_by_role("heading")).to_have_text("Welcome, admin")
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    server.stop()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "reconnecting")
    server.start()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open", timeout=20_000)
    expect(page.get_by_role("heading")).to_have_text("Welcome, admin")
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("Welcome, admin")


def test_tabs_of_one_browser_share_a_session(members, page, new_page):
    page.goto(f"{members.url}/login")
    second = new_page(page.context)
    second.goto(f"{members.url}/login")
    log_in(page, "secret")
    expect(page.get_by_role("heading")).to_have_text("Welcome, admin")
    second.goto(f"{members.url}/dashboard")
    second.get_by_role("button", name="Log Out").click()
    expect(second).to_have_url(f"{members.url}/login")
    expect(page).to_have_url(f"{members.url}/login")
