"""Links between pages of one app: followed over the open stream, as if the browser had done it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from support.client_desk import NONCE, OPEN_STREAM, POLICY, Desk, patch, see, signals
from support.server import wait_until

TALL = (
    '<div style="height: 3000px">{}</div><h2 id=below>below</h2><div style="height: 3000px"></div>'
)
VIEWS = {
    "/": TALL.format('<a id=to-b href="/b">b</a><p data-text="$onlyA + \'!\'"></p>'),
    "/b": TALL.format('<a id=to-c href="/c?x=1">c</a><a id=to-a href="/#below">a</a>'),
    "/c": TALL.format("<input id=auto autofocus>"),
}


class Site(Desk):
    """A server of several pages that plays via's part in navigation."""

    boosted = True
    """Whether pages ask for navigation over the stream."""
    held = False
    """Whether views wait for `arrive`."""
    status = 204
    redirects: dict[str, str]

    def __init__(self) -> None:
        super().__init__()
        self.redirects = {}

    def app(self) -> Starlette:
        inner = super().app()
        inner.routes.insert(0, Route("/_navigate", self._navigate, methods=["POST"]))
        return inner

    def arrive(self, url: str, popstate: bool = False) -> None:
        """Send the view at `url`, with what is to happen once it is there."""
        target = json.dumps(url)
        detail = json.dumps({"url": url, "popstate": popstate})
        push = "" if popstate else f"history.pushState({{}},'',{target});"
        script = (
            f'<script data-effect="el.remove()" nonce="{NONCE}">{push}'
            "document.title=document.querySelector('main').dataset.path;"
            f"window.dispatchEvent(new CustomEvent('via-navigated',{{detail:{detail}}}))</script>"
        )
        self.push(
            signals(onlyA=None)
            + patch(self.view(url), useViewTransition="true")
            + patch(script, selector="body", mode="append")
        )

    def view(self, url: str) -> str:
        path = url.partition("#")[0].partition("?")[0]
        return (
            "<div id=root><nav><a id=nav-b href=/b>b</a><a id=nav-c href=/c><b>c</b></a>"
            f"<input id=search></nav><main data-path={path}>{VIEWS[path]}</main></div>"
        )

    async def _page(self, request: Request) -> Response:
        if request.url.path not in VIEWS:
            return Response(status_code=404)
        boost = " data-via-navigate=/_navigate" if self.boosted else ""
        return HTMLResponse(
            f"<!doctype html><html lang=en><head><title>loaded {request.url.path}</title>"
            '<meta data-signals=\'{"onlyA":1,"_own":2}\'>'
            f"<script type=module nonce={NONCE} src=/_datastar.js></script></head>"
            f'<body data-init="{OPEN_STREAM}"{boost}>{self.view(request.url.path)}</body></html>',
            headers={"Content-Security-Policy": POLICY},
        )

    async def _navigate(self, request: Request) -> Response:
        seen = await see(request)
        self.seen.append(seen)
        asked = seen.signals
        if self.status == 204 and not self.held:
            url = self.redirects.get(asked["via_url"], asked["via_url"])
            self.arrive(url, asked["via_popstate"])
        return Response(status_code=self.status)


@pytest.fixture
def site(serve: Callable[[Any], Any]) -> Site:
    made = Site()
    made.url = serve(made.app()).url
    return made


@pytest.fixture
def visit(site: Site, page: Page) -> Callable[..., Page]:
    """Open a page of the site; what was put on its `window` tells whether it was loaded anew."""

    def open_page(path: str = "/") -> Page:
        page.goto(site.url + path)
        expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
        wait_until(lambda: site.open_streams, "the stream to be open")
        page.evaluate("window.mark = 1")
        return page

    return open_page


def shown(page: Page, path: str, loaded: bool = False) -> None:
    """Expect the page at `path`, come over the stream unless `loaded`."""
    title = f"loaded {path}" if loaded else path
    expect(page).to_have_title(title)
    expect(page.locator("main")).to_have_attribute("data-path", path)
    assert page.evaluate("window.mark ?? 0") == (0 if loaded else 1)


def until(page: Page, condition: str) -> None:
    """Wait for an expression in the page to be true; the page's policy forbids a polling script."""
    wait_until(lambda: page.evaluate(condition), condition)


def scroll(page: Page, y: int) -> None:
    """Scroll, and wait until the page has noted it."""
    page.evaluate(f"scrollTo(0, {y})")
    until(page, f"history.state?.via?.y === {y}")


def follow(page: Page, selector: str) -> None:
    """Click a link without scrolling to it."""
    page.eval_on_selector(selector, "link => link.click()")


def scrolled(page: Page, y: int) -> None:
    until(page, f"Math.abs(scrollY - {y}) < 2")


def test_a_click_asks_the_server_and_the_view_comes_over_the_stream(visit, site):
    page = visit()
    page.click("#to-b")
    shown(page, "/b")
    assert page.url == f"{site.url}/b"
    (seen,) = site.seen
    assert seen.headers["datastar-request"] == "true"
    assert seen.headers["content-type"] == "application/json"
    assert seen.signals == {"onlyA": 1, "via_url": "/b", "via_popstate": False}
    page.click("#to-c")
    shown(page, "/c")
    assert page.url == f"{site.url}/c?x=1"
    assert site.seen[1].signals == {"via_url": "/c?x=1", "via_popstate": False}
    assert len(site.streams) == 1


def test_back_and_forward_ask_for_the_view_again(visit, site):
    page = visit()
    page.click("#to-b")
    shown(page, "/b")
    page.click("#to-c")
    shown(page, "/c")
    page.go_back()
    shown(page, "/b")
    page.go_back()
    shown(page, "/")
    page.go_forward()
    shown(page, "/b")
    asked = [(s.signals["via_url"], s.signals["via_popstate"]) for s in site.seen[2:]]
    assert asked == [("/b", True), ("/", True), ("/b", True)]
    assert page.evaluate("history.length") == 4  # about:blank is the first
    page.go_forward()
    shown(page, "/c")
    assert page.url == f"{site.url}/c?x=1"


def test_every_entry_keeps_its_scroll_position(visit):
    page = visit()
    scroll(page, 70)
    follow(page, "#nav-b")
    shown(page, "/b")
    scrolled(page, 0)
    scroll(page, 900)
    page.go_back()
    shown(page, "/")
    scrolled(page, 70)
    page.go_forward()
    shown(page, "/b")
    scrolled(page, 900)
    page.reload()
    shown(page, "/b", loaded=True)
    scrolled(page, 900)


def test_positions_outlive_a_visit_elsewhere(visit, site):
    page = visit()
    scroll(page, 1234)
    follow(page, "#nav-b")
    shown(page, "/b")
    page.goto("about:blank")
    page.evaluate("void setTimeout(() => history.go(-2))")
    expect(page.locator("main")).to_have_attribute("data-path", "/")
    scrolled(page, 1234)


def test_a_hash_is_scrolled_to(visit, site):
    page = visit("/b")
    page.click("#to-a")
    shown(page, "/")
    assert page.url == f"{site.url}/#below"
    until(page, "Math.abs(document.getElementById('below').getBoundingClientRect().top) < 2")


def test_fragments_of_the_page_itself_are_the_browsers(visit, site):
    page = visit()
    page.evaluate("document.querySelector('main').innerHTML += '<a id=jump href=\"#below\">x</a>'")
    scroll(page, 50)
    follow(page, "#jump")
    until(page, "scrollY > 2000")
    assert page.url == f"{site.url}/#below"
    page.go_back()
    scrolled(page, 50)
    page.go_forward()
    until(page, "scrollY > 2000")
    assert site.seen == []


WATCH = """() => window.addEventListener("click", evt => {
  window.taken = evt.defaultPrevented;
  evt.preventDefault();
})"""


@pytest.mark.parametrize(
    ("link", "modifiers"),
    [
        ("<a href=/b>x</a>", ["Control"]),
        ("<a href=/b>x</a>", ["Meta"]),
        ("<a href=/b>x</a>", ["Shift"]),
        ("<a href=/b>x</a>", ["Alt"]),
        ("<a href=/b target=_blank>x</a>", []),
        ("<a href=/b target=frame>x</a>", []),
        ("<a href=/b download>x</a>", []),
        ("<a href=/b data-via-no-boost>x</a>", []),
        ("<div data-via-no-boost><p><a href=/b>x</a></p></div>", []),
        ("<a href='https://example.org/b'>x</a>", []),
        ("<a href='mailto:a@example.org'>x</a>", []),
        ("<a href='#below'>x</a>", []),
        ("<a href='#'>x</a>", []),
        ("<a href='http://['>x</a>", []),
        ("<a>x</a>", []),
        ("<div contenteditable><a href=/b>x</a></div>", []),
    ],
)
def test_links_to_elsewhere_are_left_to_the_browser(visit, site, link, modifiers):
    page = visit()
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", link)
    page.evaluate(WATCH)
    page.click("main a", modifiers=modifiers)
    assert page.evaluate("window.taken") is False
    assert site.seen == []
    assert page.locator("html").get_attribute("data-via-navigating") is None


def test_a_click_that_something_else_has_taken_is_left_alone(visit, site):
    page = visit()
    page.evaluate(
        "document.querySelector('nav').addEventListener('click', e => e.preventDefault())"
    )
    page.click("#nav-b")
    page.click("#to-b")
    shown(page, "/b")
    assert len(site.seen) == 1


def test_the_old_pages_expressions_may_miss_their_signals_and_the_new_ones_may_not(
    visit, monkeypatch, console
):
    console.expect(r'data-text="\$onlyA\.toFixed\(\)" on <i id="new">')
    monkeypatch.setitem(VIEWS, "/", '<i id=old data-text="$onlyA.toFixed() + 1"></i>')
    monkeypatch.setitem(VIEWS, "/b", '<i id=new data-text="$onlyA.toFixed()"></i>')
    page = visit()
    expect(page.locator("#old")).to_have_text("11")
    page.click("#nav-b")
    shown(page, "/b")


def test_without_the_servers_wish_links_are_links(visit, site):
    site.boosted = False
    page = visit()
    page.click("#to-b")
    shown(page, "/b", loaded=True)
    page.go_back()
    shown(page, "/", loaded=True)
    assert site.seen == []
    assert page.evaluate("history.scrollRestoration") == "auto"


@pytest.mark.parametrize(
    "link",
    [
        "<a href=/b target=_self>x</a>",
        "<a href=b><span><i>x</i></span></a>",
        "<svg><a href=/b><text y=20>x</text></a></svg>",
        "<div data-on:click='1'><a href='//{host}/b'>x</a></div>",
    ],
)
def test_links_of_every_make_are_followed(visit, site, link):
    page = visit()
    link = link.replace("{host}", site.url.removeprefix("http://"))
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", link)
    page.click("main a *:not(:has(*)), main a:not(:has(*))")
    shown(page, "/b")


@pytest.mark.parametrize("status", [200, 404, 500])
def test_any_other_answer_is_a_full_load(visit, site, console, status):
    if status != 200:
        console.expect(f"status of {status}")
    page = visit()
    site.status = status
    page.click("#to-b")
    shown(page, "/b", loaded=True)
    assert page.url == f"{site.url}/b"


def test_a_network_failure_is_a_full_load(visit, console):
    console.expect("net::ERR_")
    page = visit()
    page.route("**/_navigate", lambda route: route.abort("connectionrefused"))
    page.click("#to-b")
    shown(page, "/b", loaded=True)


def test_a_failed_step_back_loads_that_page(visit, site, console):
    console.expect("status of 500")
    page = visit()
    page.click("#to-b")
    shown(page, "/b")
    site.status = 500
    page.go_back()
    shown(page, "/", loaded=True)
    assert page.url == f"{site.url}/"


def test_a_view_that_never_comes_is_a_full_load(visit, site, page):
    page.clock.install()
    visit()
    site.held = True
    with page.expect_response("**/_navigate"):
        page.click("#to-b")
    expect(page.locator("html")).to_have_attribute("data-via-navigating", "")
    page.clock.run_for(5_000)
    assert page.evaluate("window.mark") == 1
    page.clock.run_for(5_000)
    shown(page, "/b", loaded=True)


def test_the_page_says_that_it_is_under_way(visit, site):
    site.held = True
    page = visit()
    html = page.locator("html")
    with page.expect_response("**/_navigate"):
        page.click("#to-b")
    expect(html).to_have_attribute("data-via-navigating", "")
    site.arrive("/b")
    shown(page, "/b")
    expect(html).not_to_have_attribute("data-via-navigating", "")


def test_a_double_click_is_one_navigation(visit, site):
    site.held = True
    page = visit()
    page.dblclick("#nav-b")
    wait_until(lambda: page.evaluate("1") and site.seen, "the request")
    site.arrive("/b")
    shown(page, "/b")
    site.held = False
    page.go_back()
    shown(page, "/")
    assert [seen.signals["via_url"] for seen in site.seen] == ["/b", "/"]


def test_only_the_newest_navigation_counts(visit, page, site):
    held = []
    visit()
    page.route("**/_navigate", lambda route: held.append(route))
    page.click("#nav-b")
    wait_until(lambda: page.evaluate("1") and len(held) == 1, "the first request")
    with page.expect_event("requestfailed") as failed:
        page.click("#nav-c")
    assert failed.value.post_data_json["via_url"] == "/b"
    wait_until(lambda: page.evaluate("1") and len(held) == 2, "the second request")
    held[1].continue_()
    shown(page, "/c")
    assert [seen.signals["via_url"] for seen in site.seen] == ["/c"]


def test_an_overtaken_view_that_still_comes_does_not_end_the_wait(visit, site):
    site.held = True
    page = visit()
    for name in ("b", "c"):
        with page.expect_response("**/_navigate"):
            page.click(f"#nav-{name}")
    site.arrive("/b")
    shown(page, "/b")
    expect(page.locator("html")).to_have_attribute("data-via-navigating", "")
    site.arrive("/c")
    shown(page, "/c")
    expect(page.locator("html")).not_to_have_attribute("data-via-navigating", "")


def test_forth_again_before_the_step_back_has_come_shows_the_page_of_the_address(visit, site):
    page = visit()
    page.click("#nav-b")
    shown(page, "/b")
    site.held = True
    with page.expect_response("**/_navigate"):
        page.evaluate("history.back()")
    with page.expect_response("**/_navigate"):
        page.evaluate("history.forward()")
    site.arrive("/", popstate=True)
    shown(page, "/")
    site.arrive("/b", popstate=True)
    shown(page, "/b")
    assert page.url == f"{site.url}/b"
    expect(page.locator("html")).not_to_have_attribute("data-via-navigating", "")


@pytest.mark.parametrize("hash", ["#100%", "#%C3%A4", "#ä", "#nobody", "#"])
def test_a_hash_may_be_anything(visit, site, hash):
    site.redirects["/b"] = "/b" + hash
    page = visit()
    scroll(page, 100)
    follow(page, "#nav-b")
    shown(page, "/b")
    scrolled(page, 0)


def test_a_redirect_arrives_where_the_server_says(visit, site):
    site.redirects["/b"] = "/c#below"
    page = visit()
    page.click("#nav-b")
    shown(page, "/c")
    assert page.url == f"{site.url}/c#below"
    until(page, "scrollY > 2000")
    expect(page.locator("html")).not_to_have_attribute("data-via-navigating", "")


def test_the_server_may_navigate_by_itself(visit, site):
    page = visit()
    scroll(page, 500)
    site.arrive("/b")
    shown(page, "/b")
    scrolled(page, 0)
    page.go_back()
    shown(page, "/")
    scrolled(page, 500)


def test_what_is_typed_in_the_layout_survives(visit):
    page = visit()
    page.locator("#search").press_sequentially("half")
    page.keyboard.press("ArrowLeft")
    follow(page, "#to-b")
    shown(page, "/b")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("X")
    expect(page.locator("#search")).to_have_value("halXf")


def test_autofocus_is_honoured_where_the_user_is_nowhere_else(visit):
    page = visit()
    page.click("#nav-c")
    shown(page, "/c")
    expect(page.locator("#auto")).to_be_focused()
    page.go_back()
    shown(page, "/")
    page.focus("#search")
    follow(page, "#nav-c")
    shown(page, "/c")
    expect(page.locator("#search")).to_be_focused()


def test_a_title_is_set_after_the_view_transition_has_changed_the_page(visit, page):
    # `arrive` takes the title from the new view: in any other order it would be the old one's.
    page.add_init_script(
        """{
          const start = document.startViewTransition.bind(document);
          window.transitions = 0;
          document.startViewTransition = change => {
            window.transitions++;
            return start(async () => { await new Promise(requestAnimationFrame); change(); });
          };
        }"""
    )
    visit()
    page.click("#to-b")
    shown(page, "/b")
    assert page.evaluate("window.transitions") == 1
