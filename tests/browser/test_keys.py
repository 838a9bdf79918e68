"""Keys: what is a shortcut, and what belongs to typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import via
from via import h


@pytest.fixture
def keys(v: via.V, serve, page: Page) -> Callable[..., list[str]]:
    """Open a page with shortcuts; gives the list of those that were called."""

    def open_page(*shortcuts: str, options: tuple[Any, ...] = ()) -> list[str]:
        called: list[str] = []

        @v.page("/")
        def page_of_keys(c: via.Context) -> None:
            def bind(key: str) -> via.KeyBinding:
                return via.key_bind(key, c.action(lambda: called.append(key)), *options)

            c.view(
                lambda: h.Main(
                    via.on_key_down_map(*map(bind, shortcuts)),
                    h.Input(h.ID("text")),
                    h.Input(h.ID("box"), h.Type("checkbox")),
                    h.Textarea(h.ID("area")),
                    h.Select(h.ID("choice"), h.Option(h.Text("s"))),
                    h.Div(h.ID("note"), h.Attr("contenteditable"), h.B(h.ID("bold"), h.Text("x"))),
                    h.Button(h.ID("button"), h.Text("b")),
                )
            )

        v.config(via.Options(action_rate_limit=via.RateLimitConfig(-1, 1)))
        page.goto(serve(v).url)
        expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
        called.clear()
        return called

    return open_page


def press(page: Page, key: str, focus: str = "#button") -> None:
    """Press the key there; all that it calls has been called afterwards."""
    page.focus(focus)
    page.keyboard.press(key)


@pytest.mark.parametrize("field", ["#text", "#area", "#choice", "#note"])
def test_shortcuts_are_quiet_while_typing(keys, page, wait_until, field):
    called = keys("s", "ArrowUp", "Escape", "Ctrl+k")
    for key in ("s", "ArrowUp", "Escape", "Control+k"):
        press(page, key, field)
    press(page, "s")
    wait_until(lambda: called == ["Escape", "Ctrl+k", "s"], "the keys")


@pytest.mark.parametrize("place", ["#box", "#button"])
def test_what_takes_no_text_hears_shortcuts(keys, page, wait_until, place):
    called = keys("s")
    press(page, "s", place)
    wait_until(lambda: called == ["s"], "the key")


def test_a_key_that_is_held_with_others_is_another_key(keys, page, wait_until):
    called = keys("s", "Ctrl+s", "Ctrl+Shift+s", "Alt+s", "?")
    for key in ("Control+s", "Control+Shift+S", "Alt+s", "Meta+s", "Shift+?", "s"):
        press(page, key)
    wait_until(lambda: called == ["Ctrl+s", "Ctrl+Shift+s", "Alt+s", "?", "s"], str(called))


def test_with_typing_keys_are_heard_in_fields_too(keys, page, wait_until):
    called = keys("s", options=(via.with_typing(),))
    press(page, "s", "#text")
    wait_until(lambda: called == ["s"], "the key")


def test_the_plus_key_is_a_key(keys, page, wait_until):
    called = keys("+", "Ctrl++")
    press(page, "+")
    press(page, "Control++")
    wait_until(lambda: called == ["+", "Ctrl++"], str(called))


def test_maps_may_be_empty_and_bindings_may_depend(v, serve, page, wait_until):
    called: list[str] = []

    @v.page("/")
    def conditional(c: via.Context) -> None:
        is_editor = c.get_path_param("nothing") != ""
        save = c.action(lambda: called.append("s"))
        find = c.action(lambda: called.append("f"))
        c.view(
            lambda: h.Main(
                via.on_key_down_map(),
                via.on_key_down_map(None, is_editor and via.key_bind("s", save)),
                h.P(via.on_key_down_map(None, via.key_bind("f", find)), h.Text("x")),
            )
        )

    page.goto(serve(v).url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.keyboard.press("s")
    page.keyboard.press("f")
    wait_until(lambda: called == ["f"], "the key")


@pytest.mark.parametrize(
    "told",
    [{"isComposing": True, "keyCode": 229}, {"isComposing": True}, {"keyCode": 229}],
    ids=["both", "composing", "the code alone, as some browsers do"],
)
def test_the_enter_that_ends_a_composition_is_no_enter(v, serve, page, wait_until, told):
    called: list[str] = []

    @v.page("/")
    def chat(c: via.Context) -> None:
        text = c.signal("")
        send = c.action(lambda: called.append(text.string()))
        find = c.action(lambda: called.append("window"))
        c.view(
            lambda: h.Main(
                h.Input(h.ID("i"), text.bind(), send.on_key_down("Enter")),
                h.P(find.on_key_down("Enter", via.with_window(), via.with_typing())),
            )
        )

    page.goto(serve(v).url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.fill("#i", "word")
    page.evaluate(
        """init => document.querySelector("#i").dispatchEvent(
          new KeyboardEvent("keydown", {key: "Enter", bubbles: true, ...init}))""",
        told,
    )
    page.keyboard.press("Enter")
    wait_until(lambda: sorted(called) == ["window", "word"], str(called))
