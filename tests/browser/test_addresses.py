"""The query of a page's address after navigation, and after the server was started anew."""

from __future__ import annotations

from playwright.sync_api import expect

import via
from via import h


def test_the_query_follows_the_address(v, serve, page, console):
    console.allow("net::ERR_")

    @v.page("/")
    def shown(c: via.Context) -> None:
        tab = c.query("tab")
        c.view(lambda: h.Main(h.P(h.Text(f"tab {tab}")), h.A(h.Href("/?tab=two#x"), h.Text("two"))))

    server = serve(v)
    page.goto(f"{server.url}/?tab=one")
    expect(page.locator("p")).to_have_text("tab one")
    page.click("a")
    expect(page.locator("p")).to_have_text("tab two")
    page.go_back()
    expect(page.locator("p")).to_have_text("tab one")
    page.go_forward()
    expect(page.locator("p")).to_have_text("tab two")
    server.stop()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "reconnecting")
    server.start()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    expect(page.locator("p")).to_have_text("tab two")
