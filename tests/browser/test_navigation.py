"""Navigation by client and server together: what lives on, what ends, what the browser loads."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.server import wait_until

import via
from via import h
from via.app import running

TALL = h.Style("height: 3000px")


class Site:
    """An app of many pages in one layout, and what its server counts."""

    def __init__(self, v: via.V) -> None:
        self.v = v
        self.url = ""
        self.loads: Counter[str] = Counter()
        """Requests by path."""
        self.open_streams = 0
        self.streams = 0
        """Streams that were ever opened."""
        self.visits: Counter[str] = Counter()
        self.ticks: Counter[str] = Counter()
        self.heard: list[str] = []

        v.layout(self.layout)
        v.page("/", self.home)
        v.page("/clock/{name}", self.clock)
        v.page("/news", self.news)
        v.page("/old", lambda c: c.redirect("/news"))
        v.page("/round", lambda c: c.redirect("/round"))
        v.page("/away", lambda c: c.redirect("https://example.org/", external=True))
        v.page("/broken", self.broken)
        v.page("/moved", self.moved)
        v.page("/é {x}", self.home)
        self.visits.clear()  # a page function is tried once as it is registered

    @property
    def tabs(self) -> int:
        return len(running(self.v).registry.tabs)

    @property
    def listeners(self) -> int:
        return running(self.v).messaging.hub.counts().listeners

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.loads[scope["path"]] += 1
        if scope["type"] == "lifespan" or scope["path"] not in ("/_sse", "/_ws"):
            await self.v(scope, receive, send)
            return

        async def count() -> Any:
            message = await receive()
            self.loads["/_navigate"] += '"path":"/_navigate"' in message.get("text", "")
            return message

        self.streams += 1
        self.open_streams += 1
        try:
            await self.v(scope, count, send)
        finally:
            self.open_streams -= 1

    def layout(self, content: h.H) -> h.H:
        paths = ("/", "/clock/a", "/clock/b", "/news", "/old", "/round", "/broken", "/nowhere")
        return h.Div(
            h.Nav(h.Style("position: fixed"), [h.A(h.Href(p), h.Text(p)) for p in paths]),
            h.Input(h.ID("search"), h.Style("position: fixed; top: 5rem")),
            h.Main(h.Style("padding-top: 8rem"), content),
        )

    def home(self, c: via.Context) -> None:
        self.visits["home"] += 1
        c.title("Home")
        count = c.signal(0)

        @c.action
        def more() -> None:
            count.set_value(count.int() + 1)
            c.sync_signals()

        go = c.action(lambda: c.navigate("/news?from=home#below"))
        c.view(
            lambda: h.Div(
                h.H1(h.Text("Home")),
                h.Button(h.ID("more"), more.on_click(), count.text()),
                h.Button(h.ID("go"), go.on_click(), h.Text("go")),
                h.Button(h.ID("later"), go.on_key_down("g", via.with_window()), h.Text("g")),
                h.Div(TALL),
            )
        )

    def clock(self, c: via.Context) -> None:
        name = c.get_path_param("name")
        self.visits[f"clock {name}"] += 1
        c.title(f"Clock {name}")

        def tick() -> None:
            self.ticks[name] += 1
            c.sync()

        c.on_interval(0.02, tick)
        via.subscribe[str](c, "bell", lambda text: self.heard.append(f"{name}: {text}"))
        c.view(lambda: h.Div(h.H1(h.Textf("Clock %s", name)), h.P(h.Text(self.ticks[name]))))

    def news(self, c: via.Context) -> None:
        self.visits["news"] += 1
        c.title("News")
        c.view(
            lambda: h.Div(
                h.H1(h.Text("News")),
                h.A(h.ID("home"), h.Href("/"), h.Text("home")),
                h.Div(TALL),
                h.H2(h.ID("below"), h.Text("Below")),
                h.Div(TALL),
            )
        )

    def moved(self, c: via.Context) -> None:
        c.title("Moved")
        c.replace_url("/clock/new")
        c.view(lambda: h.H1(h.Text("Moved")))

    def broken(self, c: via.Context) -> None:
        if self.visits["broken"] == 0 and not self.url:
            c.view(lambda: h.Text("fine when it is registered"))
            return
        raise LookupError("no such thing")


@pytest.fixture
def site(v: via.V, serve: Callable[[Any], Any]) -> Site:
    made = Site(v)
    made.url = serve(made).url
    return made


@pytest.fixture
def shown(site: Site, page: Page) -> Page:
    """The site's first page, open in the browser."""
    page.goto(site.url)
    page.wait_for_selector("html[data-via-connection=open]", state="attached")
    page.evaluate("window.mark = 1")
    return page


def follow(page: Page, path: str) -> None:
    page.locator("nav").get_by_role("link", name=path, exact=True).click()


def loaded_anew(page: Page) -> bool:
    return page.evaluate("window.mark") is None


def test_fifty_navigations_keep_one_stream_and_one_context(shown, site):
    paths = ["/news", "/clock/b", "/", "/clock/b", "/clock/a"]
    titles = ["News", "Clock b", "Home", "Clock b", "Clock a"]
    for _ in range(10):
        for path, title in zip(paths, titles, strict=True):
            follow(shown, path)
            expect(shown).to_have_title(title)
            assert (site.open_streams, site.tabs) == (1, 1)
    assert site.streams == 1
    assert site.loads["/_navigate"] == 50
    assert site.loads["/"] == 1
    assert sum(site.visits.values()) == 51
    assert site.listeners == 1
    assert not loaded_anew(shown)


def test_intervals_and_subscriptions_end_with_their_page(shown, site):
    follow(shown, "/clock/a")
    wait_until(lambda: site.ticks["a"] > 2, "the clock to tick")
    via.publish(site.v, "bell", "one")
    wait_until(lambda: site.heard == ["a: one"], "the bell")

    follow(shown, "/clock/b")
    expect(shown.locator("h1")).to_have_text("Clock b")
    stopped = site.ticks["a"]
    ticked = site.ticks["b"]
    wait_until(lambda: site.ticks["b"] > ticked + 5, "the other clock to tick")
    assert site.ticks["a"] == stopped
    via.publish(site.v, "bell", "two")
    wait_until(lambda: site.heard == ["a: one", "b: two"], "the bell on the new page alone")

    follow(shown, "/news")
    expect(shown.locator("h1")).to_have_text("News")
    assert site.listeners == 0


def test_each_page_has_signals_and_actions_of_its_own(shown, site):
    shown.click("#more")
    expect(shown.locator("#more")).to_have_text("1")
    follow(shown, "/news")
    expect(shown).to_have_title("News")
    shown.keyboard.press("g")  # a key of the page that was left
    follow(shown, "/")
    expect(shown.locator("#more")).to_have_text("0")
    shown.click("#more")
    expect(shown.locator("#more")).to_have_text("1")
    assert site.visits["news"] == 1


def test_what_is_half_typed_in_the_layout_stays_with_its_focus_and_caret(shown):
    search = shown.locator("#search")
    search.press_sequentially("half")
    search.press("ArrowLeft")
    shown.evaluate("document.querySelector('nav a[href=\"/news\"]').click()")
    expect(shown).to_have_title("News")
    expect(search).to_be_focused()
    search.press_sequentially("-")
    expect(search).to_have_value("hal-f")


def test_a_new_page_begins_at_its_top_and_a_step_back_where_it_was_left(shown):
    shown.evaluate("scrollTo(0, 1200)")
    follow(shown, "/news")
    expect(shown).to_have_title("News")
    wait_until(lambda: shown.evaluate("scrollY") == 0, "the top of the new page")
    shown.evaluate("scrollTo(0, 700)")
    wait_until(lambda: shown.evaluate("history.state?.via?.y") == 700, "the position to be noted")
    shown.go_back()
    expect(shown).to_have_title("Home")
    wait_until(lambda: shown.evaluate("scrollY") == 1200, "the old position")
    shown.go_forward()
    expect(shown).to_have_title("News")
    wait_until(lambda: shown.evaluate("scrollY") == 700, "the position of the later page")
    assert not loaded_anew(shown)


def test_back_and_forward_walk_through_titles_and_addresses(shown, site):
    for path in ("/clock/a", "/news"):
        follow(shown, path)
        expect(shown).to_have_url(site.url + path)
    for step, path, title in (
        (shown.go_back, "/clock/a", "Clock a"),
        (shown.go_back, "/", "Home"),
        (shown.go_forward, "/clock/a", "Clock a"),
        (shown.go_forward, "/news", "News"),
    ):
        step()
        expect(shown).to_have_title(title)
        expect(shown).to_have_url(site.url + path)
        expect(shown.locator("h1")).to_have_text(title)
    assert not loaded_anew(shown)
    assert (site.open_streams, site.streams, site.tabs) == (1, 1, 1)


def test_the_server_navigates_by_itself_to_a_place_in_a_page(shown, site):
    shown.click("#go")
    expect(shown).to_have_url(f"{site.url}/news?from=home#below")
    expect(shown).to_have_title("News")
    expect(shown.locator("#below")).to_be_in_viewport()
    shown.go_back()
    expect(shown).to_have_title("Home")
    assert not loaded_anew(shown)


def test_a_page_that_redirects_shows_the_other_under_its_own_address(shown, site):
    follow(shown, "/old")
    expect(shown).to_have_title("News")
    expect(shown).to_have_url(f"{site.url}/news")
    assert not loaded_anew(shown)
    shown.go_back()
    expect(shown).to_have_url(f"{site.url}/")
    expect(shown).to_have_title("Home")
    assert not loaded_anew(shown)


def test_redirects_in_a_circle_end_in_the_browser(shown, site):
    with shown.expect_event("requestfailed"):
        follow(shown, "/round")
    wait_until(lambda: site.loads["/round"] > 1, "the browser to follow the redirects itself")


def test_an_address_without_a_page_is_loaded_by_the_browser(shown, site, console):
    console.expect("status of 404")
    with shown.expect_console_message(), shown.expect_response(f"{site.url}/nowhere") as response:
        follow(shown, "/nowhere")
    assert response.value.status == 404
    wait_until(lambda: site.tabs == 0, "the left context to end")


def test_a_page_that_fails_is_loaded_by_the_browser_and_logged(shown, site, console, caplog):
    console.expect("status of 500")
    with shown.expect_console_message(), shown.expect_response(f"{site.url}/broken") as response:
        follow(shown, "/broken")
    assert response.value.status == 500
    expect(shown.locator("body")).to_have_text("Internal Server Error")
    assert "no such thing" in caplog.text
    wait_until(lambda: site.tabs == 0 and site.open_streams == 0, "the left context to end")
    shown.goto(site.url)
    expect(shown).to_have_title("Home")


@pytest.mark.parametrize(
    "link", ["<a href=/news data-via-no-boost>x</a>", "<a href=/news target=_top>x</a>"]
)
def test_links_left_to_the_browser_are_loaded_in_full(shown, site, link):
    shown.evaluate("html => { document.querySelector('main').innerHTML = html }", link)
    shown.click("main a")
    expect(shown).to_have_title("News")
    assert loaded_anew(shown)
    assert site.loads["/_navigate"] == 0
    assert site.loads["/news"] == 1
    wait_until(lambda: site.tabs == 1, "the left context to end")


@pytest.mark.parametrize(
    ("link", "modifiers"),
    [("<a href=/news target=_blank>x</a>", []), ("<a href=/news>x</a>", ["Control"])],
)
def test_a_link_for_another_tab_opens_a_context_of_its_own(shown, site, link, modifiers):
    shown.evaluate("html => { document.querySelector('main').innerHTML = html }", link)
    with shown.context.expect_page() as opened:
        shown.click("main a", modifiers=modifiers)
    expect(opened.value).to_have_title("News")
    expect(shown).to_have_title("Home")
    wait_until(lambda: (site.tabs, site.open_streams) == (2, 2), "two tabs, a stream for each")
    assert site.loads["/_navigate"] == 0
    opened.value.close()
    wait_until(lambda: (site.tabs, site.open_streams) == (1, 1), "the other tab's end")


def test_a_fragment_of_the_page_itself_asks_nothing_of_the_server(shown, site):
    follow(shown, "/news")
    expect(shown).to_have_title("News")
    shown.evaluate("document.querySelector('#home').href = '#below'")
    shown.click("#home")
    expect(shown).to_have_url(f"{site.url}/news#below")
    expect(shown.locator("#below")).to_be_in_viewport()
    assert site.loads["/_navigate"] == 1


def test_an_address_with_spaces_and_letters_of_any_kind_arrives(shown, site):
    shown.evaluate("document.querySelector('nav a').href = '/' + encodeURIComponent('é a-b%')")
    shown.click("nav a >> nth=0")
    expect(shown).to_have_url(f"{site.url}/%C3%A9%20a-b%25")
    wait_until(lambda: site.visits["home"] == 2, "the page to be built")
    assert not loaded_anew(shown)


def test_after_a_reload_in_the_middle_back_still_works(shown, site):
    follow(shown, "/clock/a")
    expect(shown).to_have_title("Clock a")
    shown.reload()
    shown.wait_for_selector("html[data-via-connection=open]", state="attached")
    expect(shown).to_have_title("Clock a")
    shown.go_back()
    expect(shown).to_have_title("Home")
    expect(shown.locator("h1")).to_have_text("Home")
    wait_until(lambda: (site.tabs, site.open_streams) == (1, 1), "one context, one stream")
    assert site.listeners == 0


def test_a_tab_whose_server_forgot_it_comes_back_to_the_page_it_shows(shown, site, console):
    console.allow("net::ERR_|Failed to load resource")
    follow(shown, "/clock/b")
    expect(shown).to_have_title("Clock b")
    for tab in list(running(site.v).registry.tabs.values()):
        running(site.v).services.loop.call_soon_threadsafe(tab.dispose)
    wait_until(lambda: site.visits["clock b"] == 2, "the page to be built anew")
    wait_until(lambda: (site.tabs, site.open_streams) == (1, 1), "one context, one stream")
    ticked = site.ticks["b"]
    wait_until(lambda: int(shown.inner_text("main p")) > ticked, "the new context's view")
    follow(shown, "/news")
    expect(shown).to_have_title("News")
    assert not loaded_anew(shown)
    assert site.listeners == 0
