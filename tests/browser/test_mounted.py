"""A via app under a prefix of another app, in a real browser."""

import re

from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.routing import Mount
from support.server import wait_until

import via
from via import h
from via.app import running


def test_a_mounted_app_does_all_it_does_by_itself(v, serve, page):
    @v.layout
    def layout(content: h.H) -> h.H:
        return h.Div(h.A(h.ID("item"), h.Href("/tools/app/item/7"), h.Text("Item")), content)

    @v.page("/")
    def home(c: via.Context) -> None:
        c.title("Home")
        count = c.signal(0)

        @c.action
        def more() -> None:
            count.set_value(count.int() + 1)
            c.session().set("count", count.int())
            c.sync()

        @c.action
        def go() -> None:
            c.navigate("/item/8")

        c.view(
            lambda: h.Div(
                h.H1(h.Textf("Count %d", count.int())),
                h.Button(h.ID("more"), more.on_click()),
                h.Button(h.ID("go"), go.on_click()),
            )
        )

    @v.page("/item/{name}")
    def item(c: via.Context) -> None:
        c.title("Item")
        name = c.get_path_param("name")
        c.view(lambda: h.H1(h.Textf("Item %s of %d", name, c.session().get_int("count"))))

    url = serve(Starlette(routes=[Mount("/tools/app", v)])).url
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url.removeprefix(url)))
    page.goto(f"{url}/tools/app/")
    page.wait_for_selector("html[data-via-connection=open]", state="attached")
    page.evaluate("window.mark = 1")

    page.click("#more")
    expect(page.locator("h1")).to_have_text("Count 1")
    page.click("#more")
    expect(page.locator("h1")).to_have_text("Count 2")
    page.click("#item")
    expect(page).to_have_url(f"{url}/tools/app/item/7")
    expect(page.locator("h1")).to_have_text("Item 7 of 2")
    page.go_back()
    expect(page).to_have_title("Home")
    page.click("#go")
    expect(page).to_have_url(re.compile("/tools/app/item/8$"))
    expect(page.locator("h1")).to_have_text("Item 8 of 2")
    assert page.evaluate("window.mark") == 1

    page.reload()
    page.wait_for_selector("html[data-via-connection=open]", state="attached")
    expect(page.locator("h1")).to_have_text("Item 8 of 2")
    assert [one for one in requests if not one.startswith(("/tools/app/", "data:"))] == []
    page.goto("about:blank")
    wait_until(lambda: not running(v).registry.tabs, "the farewell to free the context")
