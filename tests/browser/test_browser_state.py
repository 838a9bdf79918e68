"""What belongs to the browser stays through updates: the server changes only what it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import via
from via import h

BUTTON = "document.getElementById('go').click()"


@pytest.fixture(params=[0, 2000], ids=["a small view", "a large view"])
def show(
    request: pytest.FixtureRequest, v: via.V, serve: Callable[..., Any], page: Page
) -> Callable[..., Callable[[], None]]:
    """Open a page with the view of a number; gives what brings the next number's view."""

    def open_page(view: Callable[[int], Any], foot: str = "", head: str = "") -> Callable[[], None]:
        if head:
            v.append_to_head(h.Script(h.Raw(head)))
        if foot:
            v.append_to_foot(h.Script(h.Raw(foot)))

        @v.page("/")
        def counting(c: via.Context) -> None:
            n = 0

            @c.action
            def go() -> None:
                nonlocal n
                n += 1
                c.sync()

            c.view(
                lambda: h.Main(
                    view(n),
                    h.P(h.ID("n"), h.Text(str(n))),
                    h.Button(h.ID("go"), h.Text("go"), go.on_click()),
                    h.P(h.Text("much text " * request.param)),
                )
            )

        page.goto(serve(v).url)
        expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
        shown = 0

        def following() -> None:
            nonlocal shown
            shown += 1
            page.evaluate(BUTTON)
            expect(page.locator("#n")).to_have_text(str(shown))

        return following

    return open_page


def html(page: Page, selector: str) -> str:
    return str(page.eval_on_selector(selector, "el => el.outerHTML"))


SET = (
    "{const el = document.querySelector('#x'); el.classList.add('lib'); el.ariaExpanded = 'true';"
    "el.style.color = 'red'; el.classList.remove('b')}"
)


@pytest.mark.parametrize("when", ["before the client runs", "later"])
def test_classes_styles_and_attributes_that_scripts_set_stay(show, page, when):
    following = show(
        lambda n: h.Div(h.ID("x"), h.Class(f"a b n{n}"), h.Attr("style", f"width: {n}px")),
        foot=SET if when != "later" else "",
    )
    if when == "later":
        page.evaluate(SET)
    for n in (1, 2, 3):
        following()
        assert page.evaluate("[...document.querySelector('#x').classList].sort()") == [
            "a", "lib", f"n{n}",
        ]  # fmt: skip
        assert page.get_attribute("#x", "aria-expanded") == "true"
        assert page.evaluate("document.querySelector('#x').style.color") == "red"
        assert page.evaluate("document.querySelector('#x').style.width") == f"{n}px"


def test_an_attribute_follows_the_server_where_its_own_value_changed(show, page):
    following = show(
        lambda n: h.A(
            h.ID("x"), h.Href("/one" if n < 2 else "/two"), h.Attr("title", "t") if n < 2 else None
        )
    )
    page.evaluate("{const el = document.querySelector('#x'); el.href = '/mine'; el.title = 'mine'}")
    following()
    assert page.get_attribute("#x", "href") == "/mine"
    assert page.get_attribute("#x", "title") == "mine"
    following()
    assert page.get_attribute("#x", "href") == "/two"
    assert page.get_attribute("#x", "title") is None


def test_an_attribute_that_a_script_took_away_stays_away(show, page):
    following = show(lambda n: h.Button(h.ID("x"), h.Attr("disabled"), h.Text(str(n))))
    page.evaluate("document.querySelector('#x').disabled = false")
    following()
    assert page.is_enabled("#x")


def test_details_and_modal_dialogs_stay_open(show, page):
    following = show(
        lambda n: [
            h.Details(h.ID("d"), h.Summary(h.Text("s")), h.P(h.Text(str(n)))),
            h.Details(h.Attr("class", f"n{n}"), h.Summary(h.Text("s"))),
            h.Dialog(h.ID("m"), h.Class(f"n{n}"), h.Input(h.ID("typed")), h.P(h.Text(str(n)))),
        ]
    )
    page.evaluate("document.querySelectorAll('details').forEach(el => { el.open = true })")
    page.evaluate("document.querySelector('#m').showModal()")
    page.focus("#typed")
    page.keyboard.type("ab")
    for n in range(1, 4):
        following()
        assert page.evaluate("[...document.querySelectorAll('details')].every(el => el.open)")
        assert page.evaluate("document.querySelector('#m').matches(':modal')")
        expect(page.locator("#m p")).to_have_text(str(n))
    page.keyboard.type("c")
    assert page.input_value("#typed") == "abc"


def test_the_server_closes_a_modal_dialog_that_it_says_is_closed(show, page):
    following = show(
        lambda n: h.Dialog(h.ID("m"), h.Text("hello"), h.Attr("open") if n in (1, 2) else None)
    )
    page.evaluate("document.querySelector('#m').showModal()")
    following()
    following()
    assert page.evaluate("document.querySelector('#m').open")
    following()
    assert not page.evaluate("document.querySelector('#m').open")
    page.click("#go")  # the rest of the page is no longer inert
    expect(page.locator("#n")).to_have_text("4")


def test_what_a_visitor_closed_stays_closed(show, page):
    following = show(
        lambda n: h.Details(h.ID("d"), h.Attr("open"), h.Summary(h.Text("s")), h.Text(str(n)))
    )
    page.click("summary")
    following()
    assert not page.evaluate("document.querySelector('#d').open")


def test_nodes_that_scripts_added_stay(show, page):
    add = "document.querySelector('#chart').append(document.createElement('canvas'))"
    following = show(
        lambda n: [
            h.Div(h.ID("chart"), h.Data("points", str(n))),
            h.Ul(h.ID("list"), [h.Li(h.Text(f"{i} of {n}")) for i in range(n)]),
        ],
        foot=add,
    )
    page.evaluate("document.querySelector('#list').prepend(document.createElement('hr'))")
    page.evaluate("document.querySelector('canvas').mark = true")
    for n in (1, 2, 3):
        following()
        assert page.evaluate("document.querySelector('#chart > canvas').mark")
        assert page.evaluate("document.querySelector('#list').firstChild.localName") == "hr"
        expect(page.locator("li")).to_have_text([f"{i} of {n}" for i in range(n)])


def test_what_a_script_showed_ahead_becomes_the_servers(show, page):
    following = show(
        lambda n: h.Ul(h.ID("list"), [h.Li(h.Text(f"item {i}")) for i in range(4 - abs(n - 2))])
    )
    for text in ("item 2", "mine"):
        page.evaluate(
            """text => {
              const el = document.createElement("li");
              el.textContent = text;
              document.querySelector("#list").append(el);
            }""",
            text,
        )
    for count in (3, 4, 3, 2):
        following()
        shown = page.locator("li").all_inner_texts()
        shown.remove("mine")
        assert shown == [f"item {i}" for i in range(count)]


def test_a_details_that_the_server_follows_closes_when_the_server_closes_it(show, page):
    following = show(
        lambda n: h.Details(h.ID("d"), h.Attr("open") if n == 1 else None, h.Summary(h.Text("s")))
    )
    page.click("summary")
    following()
    assert page.evaluate("document.querySelector('#d').open")
    following()
    assert not page.evaluate("document.querySelector('#d').open")


def test_content_that_a_custom_element_made_for_itself_stays(show, page):
    following = show(
        lambda n: h.Raw(f"<x-clock zone='{n}'></x-clock>"),
        head="customElements.define('x-clock', class extends HTMLElement {"
        "connectedCallback() { this.innerHTML = '<b>noon</b>'; this.classList.add('ready') }})",
    )
    for n in (1, 2):
        following()
        assert html(page, "x-clock") == f'<x-clock zone="{n}" class="ready"><b>noon</b></x-clock>'


def test_content_of_a_custom_element_follows_the_server_where_it_has_some(show, page):
    following = show(
        lambda n: h.Raw(f"<x-list>{'<i>a</i>' * (3 - n)}</x-list>"),
        head="customElements.define('x-list', class extends HTMLElement {})",
    )
    for n in (1, 2, 3):
        following()
        expect(page.locator("x-list > i")).to_have_count(3 - n)


def test_an_iframe_in_an_ignored_island_is_not_loaded_again(show, page):
    following = show(
        lambda n: [
            [h.P(h.Text(f"notice {i}")) for i in range(n)],
            h.Div(h.DataIgnoreMorph(), h.IFrame(h.Attr("srcdoc", "<p>map"))),
            h.P(h.Text(str(n))),
        ]
    )
    page.frame_locator("iframe").locator("p").wait_for()
    page.evaluate("document.querySelector('iframe').contentWindow.held = 1")
    for _ in range(3):
        following()
        assert page.evaluate("document.querySelector('iframe').contentWindow.held") == 1


def test_an_animation_that_a_class_started_goes_on(show, page):
    following = show(
        lambda n: [
            h.StyleEl(h.Raw("@keyframes k { to { width: 9px } } .run { animation: k 99s }")),
            h.Div(h.ID("x"), h.Class("box"), h.Data("n", str(n)), h.Text(str(n))),
        ]
    )
    page.evaluate("document.querySelector('#x').classList.add('run')")
    page.evaluate("window.animation = document.querySelector('#x').getAnimations()[0]")
    for _ in range(2):
        following()
        assert page.evaluate("document.querySelector('#x').getAnimations()[0] === animation")


def test_autofocus_of_what_an_update_brings_in(show, page):
    following = show(lambda n: [h.Input(h.ID("s")), n and h.Input(h.ID(f"f{n}"), h.AutoFocus())])
    following()
    assert page.evaluate("document.activeElement.id") == "f1"
    page.focus("#s")
    page.keyboard.type("a")
    following()
    assert page.evaluate("document.activeElement.id") == "s"


def test_scroll_positions_stay(show, page):
    following = show(
        lambda n: h.Div(
            h.ID("box"),
            h.Attr("style", "height: 100px; overflow: auto"),
            [h.P(h.Text(f"line {i} of {n}")) for i in range(50)],
        )
    )
    page.evaluate("document.querySelector('#box').scrollTop = 300")
    following()
    assert page.evaluate("document.querySelector('#box').scrollTop") == 300


def test_what_is_edited_in_place_stays_while_the_server_says_the_same(show, page):
    following = show(
        lambda n: h.Div(
            h.ID("note"), h.Attr("contenteditable"), h.Class(f"n{n}"), h.Text("a" if n < 3 else "b")
        )
    )
    page.focus("#note")
    page.keyboard.press("End")
    page.keyboard.type("xyz")
    following()
    page.keyboard.type("!")
    following()
    assert page.inner_text("#note") == "axyz!"
    following()
    assert page.inner_text("#note") == "b"


def test_a_page_that_is_built_anew_keeps_what_is_open(v, serve, page, console):
    console.allow("net::ERR_")

    @v.page("/")
    def counting(c: via.Context) -> None:
        n = 0

        @c.action
        def go() -> None:
            nonlocal n
            n += 1
            c.sync()

        c.view(
            lambda: h.Main(
                h.Details(h.Summary(h.Text("s")), h.P(h.Text(str(n)))),
                h.Dialog(h.Text(str(n))),
                h.Button(h.ID("go"), go.on_click()),
            )
        )

    server = serve(v)
    page.goto(server.url)
    page.evaluate("document.querySelector('details').open = true")
    page.evaluate("document.querySelector('dialog').showModal()")
    server.stop()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "reconnecting")
    server.start()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.evaluate(BUTTON)
    expect(page.locator("p")).to_have_text("1")
    assert page.evaluate("document.querySelector('details').open")
    assert page.evaluate("document.querySelector('dialog').matches(':modal')")
