"""What a visitor enters is never overwritten by what is older, and always arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from support.server import wait_until

import via
from via import h
from via.app import running
from via.live import action_order

FREE = via.RateLimitConfig(-1, 1)


def is_open(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")


def type_text(page: Page, text: str, pause: int = 30) -> None:
    page.keyboard.type(text, delay=pause)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Callable[[Page], Any]:
    """Hold back a page's actions, the first so many of them, until `release` is called."""

    monkeypatch.setattr(action_order, "PATIENCE", 20)

    class Gate:
        def __init__(self, page: Page, held: int = 1) -> None:
            self.held: list[Route] = []
            self.passed = 0

            def handle(route: Route) -> None:
                if len(self.held) < held:
                    self.held.append(route)
                else:
                    self.passed += 1
                    route.continue_()

            page.route("**/_action/**", handle)

        def release(self) -> None:
            for route in self.held:
                route.continue_()

    return Gate


def field_page(
    v: via.V, change: Callable[[str], str], wait: float = 0.0, kind: str = "input"
) -> dict[str, via.Signal]:
    """A page with a field whose handler answers each key with `change` of what it read."""
    held: dict[str, via.Signal] = {}

    @v.page("/")
    def field(c: via.Context) -> None:
        text = held["text"] = c.signal("")

        @c.action
        async def typed() -> None:
            read = text.string()
            await asyncio.sleep(wait)
            text.set_value(change(read))
            c.sync()

        element = h.Textarea if kind == "textarea" else h.Input
        c.view(
            lambda: h.Main(
                element(h.ID("i"), text.bind(), typed.on_input()),
                h.P(h.ID("p"), h.Text(text.string())),
            )
        )

    return held


@pytest.mark.parametrize("kind", ["input", "textarea"])
@pytest.mark.parametrize(
    ("change", "result"),
    [
        (str.upper, "ABCDEFGHIJKL"),
        (lambda text: text.strip().title(), "Abcdefghijkl"),
        (lambda text: text if len(text) < 4 else f"{text[:3]}-{text[3:].replace('-', '')}",
         "abc-defghijkl"),
    ],
    ids=["upper case", "title", "with a dash"],
)  # fmt: skip
def test_the_server_puts_text_in_order_while_it_is_typed(v, serve, page, change, result, kind):
    v.config(via.Options(action_rate_limit=FREE))
    field_page(v, change, 0.1, kind)
    page.goto(serve(v).url)
    is_open(page)
    page.focus("#i")
    type_text(page, "abcdefghijkl")
    expect(page.locator("#i")).to_have_value(result)
    expect(page.locator("#p")).to_have_text(result)


def test_the_caret_stays_where_it_is_as_the_server_changes_the_text(v, serve, page):
    v.config(via.Options(action_rate_limit=FREE))
    field_page(v, str.upper)
    page.goto(serve(v).url)
    is_open(page)
    page.focus("#i")
    type_text(page, "ad")
    expect(page.locator("#i")).to_have_value("AD")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("b")
    expect(page.locator("#i")).to_have_value("ABD")
    page.keyboard.type("c")
    expect(page.locator("#i")).to_have_value("ABCD")


def test_a_late_request_brings_no_older_value_back(v, serve, page, gate):
    v.config(via.Options(action_rate_limit=FREE))
    page.add_init_script("delete window.WebSocket; delete window.SharedWorker")
    held: dict[str, via.Signal] = {}

    @v.page("/")
    def search(c: via.Context) -> None:
        text = held["text"] = c.signal("")
        choice = held["choice"] = c.signal(0)
        found: list[str] = []

        @c.action
        def look() -> None:
            found.append(f"{text.string()}{choice.int()}")
            c.sync()

        c.view(
            lambda: h.Main(
                h.Input(h.ID("i"), text.bind(), look.on_input()),
                h.Button(h.ID("one"), look.on_click(via.with_signal_int(choice, 1))),
                h.Button(h.ID("two"), look.on_click(via.with_signal_int(choice, 2))),
                h.P(h.ID("p"), h.Text(" ".join(found))),
            )
        )

    page.goto(serve(v).url)
    is_open(page)
    first = gate(page)
    page.focus("#i")
    page.keyboard.type("j")
    wait_for(lambda: first.held, page)
    page.keyboard.type("k")
    wait_for(lambda: first.passed, page)
    first.release()
    expect(page.locator("#p")).to_have_text("j0 jk0")
    expect(page.locator("#i")).to_have_value("jk")
    second = gate(page)
    page.click("#one")
    wait_for(lambda: second.held, page)
    page.click("#two")
    wait_for(lambda: second.passed, page)
    second.release()
    expect(page.locator("#p")).to_have_text("j0 jk0 jk1 jk2")
    assert held["choice"].int() == 2


def wait_for(condition: Callable[[], Any], page: Page) -> None:
    for _ in range(1000):
        if condition():
            return
        page.wait_for_timeout(10)
    pytest.fail("it did not come")


def test_what_only_the_server_set_is_not_undone_by_a_request_under_way(v, serve, page, gate):
    v.config(via.Options(action_rate_limit=FREE))
    page.add_init_script("delete window.WebSocket; delete window.SharedWorker")

    @v.page("/")
    def counter(c: via.Context) -> None:
        count = c.signal(0)

        @c.action
        def more() -> None:
            count.set_value(count.int() + 1)
            c.sync()

        c.view(lambda: h.Main(h.Button(h.ID("b"), more.on_click()), count.text()))

    page.goto(serve(v).url)
    is_open(page)
    held = gate(page)
    page.evaluate("document.querySelector('#b').click()")
    wait_for(lambda: held.held, page)
    page.evaluate("document.querySelector('#b').click()")
    wait_for(lambda: held.passed, page)
    held.release()
    expect(page.locator("span")).to_have_text("2")


def test_a_field_that_is_bound_to_nothing_keeps_what_is_newer(v, serve, page, gate):
    v.config(via.Options(action_rate_limit=FREE))
    page.add_init_script("delete window.WebSocket; delete window.SharedWorker")

    @v.page("/")
    def form(c: via.Context) -> None:
        n = 0

        @c.action
        def go() -> None:
            nonlocal n
            n += 1
            c.sync()

        c.view(
            lambda: h.Main(
                h.Input(h.ID("i"), h.Value(f"value {n}")),
                h.Input(h.ID("c"), h.Type("checkbox"), h.Checked() if n % 2 else None),
                h.Button(h.ID("b"), go.on_click()),
                h.P(h.Text(str(n))),
            )
        )

    page.goto(serve(v).url)
    is_open(page)
    held = gate(page)
    page.evaluate("document.querySelector('#b').click()")
    wait_for(lambda: held.held, page)
    page.fill("#i", "mine")
    page.check("#c")
    page.uncheck("#c")
    page.focus("#b")
    held.release()
    expect(page.locator("p")).to_have_text("1")
    assert page.input_value("#i") == "mine"
    assert not page.is_checked("#c")
    page.evaluate("document.querySelector('#b').click()")
    expect(page.locator("p")).to_have_text("2")
    expect(page.locator("#i")).to_have_value("value 2")


def test_a_composition_is_not_written_into(v, serve, page):
    v.config(via.Options(action_rate_limit=FREE))
    held = field_page(v, str.upper)
    page.goto(serve(v).url)
    is_open(page)
    page.focus("#i")
    cdp = page.context.new_cdp_session(page)
    cdp.send("Input.imeSetComposition", {"text": "ab", "selectionStart": 2, "selectionEnd": 2})
    expect(page.locator("#p")).to_have_text("AB")
    assert page.input_value("#i") == "ab"
    cdp.send("Input.insertText", {"text": "abc"})
    expect(page.locator("#i")).to_have_value("ABC")
    assert held["text"].string() == "ABC"


# Nothing is lost at the end


def slider(v: via.V) -> dict[str, Any]:
    held: dict[str, Any] = {"calls": 0}

    @v.page("/")
    def sliding(c: via.Context) -> None:
        level = held["level"] = c.signal(0)

        @c.action
        def moved() -> None:
            held["calls"] += 1
            c.sync()

        c.view(
            lambda: h.Main(
                h.Input(h.ID("i"), h.Type("range"), h.Max("1000"), level.bind(), moved.on_input()),
                h.Button(h.ID("b"), moved.on_click()),
                h.P(h.Text(f"at {level.int()}")),
            )
        )

    return held


def test_a_slider_over_the_rate_ends_with_its_last_value(v, serve, page, console):
    console.allow("429")
    held = slider(v)
    page.goto(serve(v).url)
    is_open(page)
    page.evaluate(
        """async () => {
          const el = document.querySelector("#i");
          for (let i = 1; i <= 120; i++) {
            el.value = i;
            el.dispatchEvent(new Event("input", {bubbles: true}));
            await new Promise(done => setTimeout(done, 10));
          }
        }"""
    )
    expect(page.locator("p")).to_have_text("at 120")
    expect(page.locator("html")).not_to_have_attribute("data-via-waiting", "")
    assert held["level"].int() == 120


def test_clicks_over_the_rate_are_all_done(v, serve, page, console):
    console.allow("429")
    v.config(via.Options(action_rate_limit=via.RateLimitConfig(20, 3)))
    held = slider(v)
    page.goto(serve(v).url)
    is_open(page)
    page.evaluate("for (let i = 0; i < 12; i++) document.querySelector('#b').click()")
    wait_for(lambda: held["calls"] == 12, page)
    expect(page.locator("html")).not_to_have_attribute("data-via-waiting", "")


def test_clicks_that_wait_say_what_they_said(v, serve, page, console):
    console.allow("429")
    v.config(via.Options(action_rate_limit=via.RateLimitConfig(10, 2)))
    moves: list[int] = []

    @v.page("/")
    def moving(c: via.Context) -> None:
        step = c.signal(0)
        move = c.action(lambda: moves.append(step.int()))
        c.view(
            lambda: h.Main(
                [h.Button(move.on_click(via.with_signal_int(step, n))) for n in range(8)]
            )
        )

    page.goto(serve(v).url)
    is_open(page)
    page.evaluate(
        """async () => {
          let finished = 0;
          document.addEventListener("datastar-fetch", ({detail}) => {
            if (detail.type === "finished") finished++;
          });
          const waits = () => document.documentElement.hasAttribute("data-via-waiting");
          let clicked = 0;
          for (const el of document.querySelectorAll("button")) {
            el.click();
            clicked++;
            while (finished < clicked && !waits()) await new Promise(done => setTimeout(done, 1));
          }
        }"""
    )
    wait_until(lambda: len(moves) == 8, "all moves")
    assert moves == list(range(8))


def test_what_is_refused_for_too_long_is_said_to_be_lost(v, serve, page, console):
    console.allow("429")
    v.config(via.Options(action_rate_limit=via.RateLimitConfig(0.001, 1)))
    slider(v)
    page.goto(serve(v).url)
    is_open(page)
    page.clock.install()
    page.evaluate(
        """document.addEventListener("datastar-fetch", ({detail}) => {
          if (detail.type === "retries-failed") document.title = "lost";
        })"""
    )
    page.click("#b")
    page.click("#b")
    expect(page.locator("html")).to_have_attribute("data-via-waiting", "")
    for _ in range(60):
        page.clock.run_for(20_000)
        if page.title() == "lost":
            break
        page.wait_for_timeout(20)
    assert page.title() == "lost"
    expect(page.locator("html")).not_to_have_attribute("data-via-waiting", "")


def post(action: via.Action) -> str:
    return str(h.Div(action.on_click())).partition('data-on:click="')[2].partition('"')[0]


@contextmanager
def editing(v: via.V, serve: Any, page: Page) -> Iterator[list[str]]:
    saved: list[str] = []

    @v.page("/")
    def edit(c: via.Context) -> None:
        text = c.signal("old")
        save = c.action(lambda: saved.append(text.string()))
        c.view(
            lambda: h.Main(
                h.Input(h.ID("i"), text.bind(), h.Data("on:input__debounce.5s", post(save))),
                h.Input(h.ID("j")),
                h.A(h.Href("/two"), h.Text("two")),
            )
        )

    @v.page("/two")
    def two(c: via.Context) -> None:
        c.view(lambda: h.H1(h.Text("two")))

    page.goto(serve(v).url)
    is_open(page)
    page.focus("#i")
    page.keyboard.press("Control+a")
    page.keyboard.type("edited")
    yield saved
    wait_until(lambda: saved == ["edited"], "the edit")


def test_an_edit_that_waits_is_sent_before_a_link_is_followed(v, serve, page):
    with editing(v, serve, page) as saved:
        page.evaluate("document.querySelector('a').click()")
        expect(page.locator("h1")).to_have_text("two")
        assert saved == ["edited"]


def test_an_edit_that_waits_is_sent_as_its_field_is_left(v, serve, page):
    with editing(v, serve, page):
        page.focus("#j")


def test_an_edit_that_waits_is_sent_as_the_page_is_left(v, serve, page):
    with editing(v, serve, page):
        page.goto("about:blank")


def test_an_edit_that_waits_is_sent_as_the_tab_is_closed(v, serve, page):
    with editing(v, serve, page):
        page.close(run_before_unload=True)


# Tabs


def test_tabs_that_run_the_same_document_are_tabs_of_their_own(v, serve, page, new_page, console):
    console.allow("LOCAL_NETWORK_ACCESS")  # for a page that the test itself served

    @v.page("/")
    def counter(c: via.Context) -> None:
        n = 0

        @c.action
        def more() -> None:
            nonlocal n
            n += 1
            c.sync()

        c.view(lambda: h.Main(h.Button(h.ID("b"), more.on_click()), h.P(h.Text(str(n)))))

    server = serve(v)
    response = page.goto(server.url)
    assert response
    body, headers = response.text(), response.all_headers()
    is_open(page)
    page.click("#b")
    expect(page.locator("p")).to_have_text("1")
    context: BrowserContext = page.context
    twin = new_page(context)
    twin.route(
        f"{server.url}/",
        lambda route: route.fulfill(
            body=body,
            headers={k: v for k, v in headers.items() if k.startswith(("content-t", "content-s"))},
        ),
    )
    twin.goto(server.url)
    is_open(twin)
    expect(twin.locator("p")).to_have_text("0")
    for times in (2, 3):
        page.click("#b")
        expect(page.locator("p")).to_have_text(str(times))
    twin.click("#b")
    expect(twin.locator("p")).to_have_text("1")
    assert len(running(v).registry.tabs) == 2


# Numbers and text


def test_half_a_character_from_a_script_does_not_break_the_page(v, serve, page):
    held = field_page(v, lambda text: text)
    page.goto(serve(v).url)
    is_open(page)
    page.evaluate(
        """{const el = document.querySelector("#i"); el.value = "a\\ud83d";
        el.dispatchEvent(new Event("input", {bubbles: true}))}"""
    )
    expect(page.locator("#p")).to_have_text("a\ufffd")
    page.fill("#i", "b😀")
    expect(page.locator("#p")).to_have_text("b😀")
    assert held["text"].string() == "b😀"
