"""The client and the server together: what each has been tested for alone."""

from playwright.sync_api import expect
from support.server import wait_until

import via
from via import h
from via.app import running


def test_navigation_between_the_pages_of_an_app(v, serve, page):
    visits: list[str] = []

    @v.layout
    def layout(content: h.H) -> h.H:
        return h.Div(
            h.Nav(h.A(h.Href("/"), h.ID("home"), h.Text("home")), h.Input(h.ID("search"))),
            h.Main(content),
        )

    @v.page("/")
    def home(c: via.Context) -> None:
        visits.append("home")
        c.title("Home")
        count = c.signal(0)

        @c.action
        def more() -> None:
            count.set_value(count.int() + 1)
            c.sync()

        c.view(
            lambda: h.Div(
                h.H1(h.Text("Home")),
                h.P(count.text()),
                h.Button(more.on_click(), via.on_key_down_map(via.key_bind("m", more))),
                h.A(h.Href("/item/7?x=é"), h.ID("go"), h.Text("item")),
                h.A(h.Href("/nowhere"), h.ID("lost"), h.Text("lost")),
            )
        )

    @v.page("/item/{id}")
    def item(c: via.Context) -> None:
        visits.append("item")
        c.title("Item")
        name = c.get_path_param("id")
        c.view(lambda: h.Div(h.H1(h.Textf("Item %s", name))))

    visits.clear()  # a page function is tried once as it is registered
    url = serve(v).url
    page.goto(url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.evaluate("window.mark = 1")
    page.click("button")
    expect(page.locator("p")).to_have_text("1")
    page.keyboard.press("m")
    expect(page.locator("p")).to_have_text("2")
    page.locator("#search").press_sequentially("half")
    page.eval_on_selector("#go", "link => link.click()")
    expect(page.locator("h1")).to_have_text("Item 7")
    expect(page).to_have_title("Item")
    expect(page).to_have_url(f"{url}/item/7?x=%C3%A9")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("half")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Home")
    expect(page).to_have_title("Home")
    expect(page.locator("p")).to_have_text("0")
    page.click("button")
    expect(page.locator("p")).to_have_text("1")
    assert page.evaluate("window.mark") == 1
    assert visits == ["home", "item", "home"]
    wait_until(lambda: len(running(v).registry.tabs) == 1, "one tab all along")


def test_an_unknown_page_is_the_browsers_to_show(v, serve, page, console):
    console.expect("status of 404")

    @v.page("/")
    def home(c: via.Context) -> None:
        c.view(lambda: h.A(h.Href("/nowhere"), h.Text("lost")))

    url = serve(v).url
    page.goto(url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    with page.expect_response("**/nowhere"):
        page.click("a")
    expect(page).to_have_url(f"{url}/nowhere")
