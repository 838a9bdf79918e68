"""What visitors and their browsers do all day, while the server updates the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import via
from via import h

SIZES = pytest.mark.parametrize("around", [0, 2000], ids=["a small view", "a large view"])


@pytest.fixture
def ticking(v: via.V, serve, page: Page) -> Callable[..., Callable[[], None]]:
    """Open a page with the view of a number; gives what brings the next number's view."""

    def open_page(view: Callable[[int], Any], around: int) -> Callable[[], None]:
        contexts: list[Callable[[], None]] = []

        @v.page("/")
        def counting(c: via.Context) -> None:
            n = 0

            def following() -> None:
                nonlocal n
                n += 1
                c.sync()

            contexts.append(following)
            c.view(
                lambda: h.Main(
                    h.P(h.ID("n"), h.Text(str(n))), view(n), h.P(h.Text("much text " * around))
                )
            )

        page.goto(serve(v).url)
        expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
        shown = 0

        def next_view() -> None:
            nonlocal shown
            shown += 1
            contexts[-1]()
            expect(page.locator("#n")).to_have_text(str(shown))

        return next_view

    return open_page


@SIZES
@pytest.mark.parametrize("changes", ["around it", "itself"])
def test_a_select_keeps_its_choice_and_focus(ticking, page, around, changes):
    following = ticking(
        lambda n: h.Select(
            h.Name("s"),
            h.Class(f"odd{n % 2}" if changes == "itself" else "k"),
            [h.Option(h.Text(x)) for x in "ABCD"],
        ),
        around,
    )
    page.evaluate(
        """{window.blurs = 0; window.select = document.querySelector("select");
        select.addEventListener("blur", () => blurs++)}"""
    )
    page.focus("select")
    page.keyboard.press("c")
    for _ in range(5):
        following()
    assert page.evaluate("[select.value, document.activeElement === select, blurs]") == [
        "C", True, 0,
    ]  # fmt: skip


@SIZES
def test_a_selection_of_text_stays(ticking, page, around):
    following = ticking(
        lambda n: [
            [h.I(h.Text(str(i))) for i in range(n % 4)],
            h.P(h.ID("p"), h.Text("select some of this text please")),
        ],
        around,
    )
    page.evaluate(
        """{const text = document.querySelector("#p").firstChild;
        getSelection().setBaseAndExtent(text, 7, text, 19)}"""
    )
    for _ in range(5):
        following()
        assert page.evaluate("getSelection().toString()") == "some of this"


@SIZES
def test_a_page_that_the_browser_translated_follows_the_server(ticking, page, around):
    following = ticking(
        lambda n: [
            h.P(h.Class("x"), h.Text("before "), h.B(h.Text(str(n))), h.Text(" after")),
            h.Ul([h.Li(h.Text(f"item {i}")) for i in range(n, n + 2)]),
        ],
        around,
    )
    page.evaluate(
        """{const walker = document.createTreeWalker(document.querySelector("main"), 4);
        const texts = [];
        while (walker.nextNode()) texts.push(walker.currentNode);
        for (const text of texts) {
          const outer = document.createElement("font"), inner = document.createElement("font");
          inner.textContent = text.data;
          outer.append(inner);
          text.replaceWith(outer);
        }}"""
    )
    for n in range(1, 6):
        following()
        expect(page.locator(".x")).to_have_text(f"before {n} after")
        expect(page.locator("li")).to_have_text([f"item {n}", f"item {n + 1}"])


@SIZES
def test_a_widget_beside_its_element_lives_on_in_an_island(ticking, page, around):
    following = ticking(
        lambda n: [
            [h.P(h.Text(f"row {i}")) for i in range(n)],
            h.Div(h.DataIgnoreMorph(), h.Select(h.Option(h.Text("A")))),
        ],
        around,
    )
    page.evaluate(
        """{const select = document.querySelector("select");
        select.classList.add("rich");
        window.widget = document.createElement("div");
        select.after(widget)}"""
    )
    for _ in range(3):
        following()
        assert page.evaluate("widget.isConnected && !!document.querySelector('select.rich')")


@SIZES
def test_text_that_begins_with_a_newline_is_shown_with_it(ticking, page, around):
    def text(n: int) -> str:
        return f"\n\u2028 \U0001f600 e\u0301 \u202eabc\u202c {n}"

    following = ticking(
        lambda n: [
            h.Textarea(h.ID("t"), h.Text(text(n))),
            h.Pre(h.ID("p"), h.Text(text(n)), h.Attr("title", text(n))),
        ],
        around,
    )
    for n in range(3):
        assert page.input_value("#t") == text(n)
        assert page.evaluate("document.querySelector('#p').textContent") == text(n)
        assert page.get_attribute("#p", "title") == text(n)
        following()


def test_a_select_of_several_takes_turns_with_the_server(v, serve, page, wait_until):
    held: dict[str, Any] = {}

    @v.page("/")
    def choosing(c: via.Context) -> None:
        chosen = held["chosen"] = c.signal(["1", "2"])
        options = held["options"] = ["1", "2", "3", "4"]
        held["sync"] = c.sync
        send = c.action(c.sync)
        c.view(
            lambda: h.Main(
                h.Select(
                    h.Attr("multiple"), chosen.bind(), [h.Option(h.Value(o), o) for o in options]
                ),
                h.Button(h.ID("b"), send.on_click()),
            )
        )

    def shows(*values: str) -> None:
        read = "[...document.querySelector('select').selectedOptions].map(o => o.value)"
        wait_until(lambda: page.evaluate(read) == list(values), f"{values} to be chosen")

    page.goto(serve(v).url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    shows("1", "2")
    page.select_option("select", ["4", "1"])
    page.click("#b")
    wait_until(lambda: sorted(held["chosen"].value) == ["1", "4"], "the choice to arrive")
    held["chosen"].set_value(["3", "4"])
    held["sync"]()
    shows("3", "4")
    held["options"].append("5")
    held["chosen"].set_value(["5", "1"])
    held["sync"]()
    shows("1", "5")


def test_a_field_that_went_before_its_change_was_sent_may_come_back(v, serve, page, wait_until):
    calls: list[str] = []

    @v.page("/")
    def coming_and_going(c: via.Context) -> None:
        is_shown = True
        text = c.signal("")
        changed = c.action(lambda: calls.append(text.string()))

        @c.action
        def toggle() -> None:
            nonlocal is_shown
            is_shown = not is_shown
            c.sync()

        c.view(
            lambda: h.Main(
                h.If(is_shown, h.Input(h.ID("i"), text.bind(), changed.on_change())),
                h.Button(h.ID("b"), toggle.on_click()),
            )
        )

    page.goto(serve(v).url)
    page.focus("#i")
    page.keyboard.type("123")
    page.evaluate("document.querySelector('#b').click()")
    expect(page.locator("#i")).to_have_count(0)
    page.click("#b")
    expect(page.locator("#i")).to_have_value("123")
    page.focus("#i")
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    wait_until(lambda: calls and calls[-1] == "1234", "the change")


def test_a_form_with_two_buttons_says_which_was_pressed(v, serve, page, wait_until):
    got: list[tuple[str, str]] = []

    @v.page("/")
    def form(c: via.Context) -> None:
        text, which = c.signal(""), c.signal("")
        save = c.action(lambda: got.append((which.string(), text.string())))

        def button(name: str) -> h.H:
            return h.Button(h.ID(name), h.Data("on:click", f"${which.id()}='{name}'"), h.Text(name))

        c.view(
            lambda: h.Form(
                save.on_submit(),
                h.Input(h.ID("t"), text.bind(), h.Required()),
                button("add"),
                button("delete"),
            )
        )

    page.goto(serve(v).url)
    page.fill("#t", "x")
    page.click("#delete")
    wait_until(lambda: got == [("delete", "x")], "the first")
    page.focus("#t")
    page.keyboard.press("Enter")
    wait_until(lambda: got == [("delete", "x"), ("add", "x")], "the second")


def test_a_double_click_on_what_is_under_way_does_it_once(v, serve, page, wait_until):
    calls: list[str] = []
    running = asyncio.Event()

    @v.page("/")
    def saving(c: via.Context) -> None:
        @c.action
        async def save() -> None:
            calls.append("save")
            await running.wait()

        c.view(
            lambda: h.Button(
                save.on_click(),
                h.Data("indicator", "saving"),
                h.Data("attr:disabled", "$saving"),
            )
        )

    page.goto(serve(v).url)
    page.evaluate("for (let i = 0; i < 3; i++) document.querySelector('button').click()")
    wait_until(lambda: calls, "the call")
    expect(page.locator("button")).to_be_disabled()
    assert calls == ["save"]
    via.app.running(v).services.loop.call_soon_threadsafe(running.set)
    expect(page.locator("button")).to_be_enabled()


@SIZES
def test_elements_that_share_an_id_are_shown_all_the_same(ticking, page, around, caplog):
    following = ticking(
        lambda n: [
            h.P(h.ID("x"), h.Text(f"one {n}")),
            h.P(h.ID("x"), h.Text(f"two {n}")),
            [h.P(h.ID("x"), h.Text(f"more {i}")) for i in range(n)],
        ],
        around,
    )
    for n in (1, 2, 3):
        following()
        more = [f"more {i}" for i in range(n)]
        expect(page.locator("#x")).to_have_text([f"one {n}", f"two {n}", *more])
    assert "two elements have the id 'x'" in caplog.text
