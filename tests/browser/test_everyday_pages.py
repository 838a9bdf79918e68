"""The everyday pages of Datastar's examples: on a server made with datastar-py, and as via's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect
from support import pages_datastar, pages_via
from support.server import wait_until

import via

Open = Callable[[str], Page]


@pytest.fixture(params=["datastar-py", "via"])
def open_page(request: pytest.FixtureRequest, serve, v: via.V, page: Page) -> Open:
    """Open the page of a task."""
    if request.param == "via":
        v.append_to_head(
            via.h.Script(via.h.Src("/sortable/Sortable.min.js")),
            via.h.Script(via.h.Raw(pages_datastar.SCRIPT)),
        )
        v.http_serve_mux().add_route("/form", pages_via.answer_form, methods=["GET", "POST"])
        v.static("/sortable", str(pages_datastar.CLIENT / "node_modules" / "sortablejs"))
        for made in pages_via.PAGES:
            v.page(f"/pages/{made.__name__}", made)
    url = serve(v if request.param == "via" else pages_datastar.app()).url

    def open_page(name: str) -> Page:
        page.goto(f"{url}/pages/{name}")
        if request.param == "via":
            expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
        return page

    return open_page


def texts(page: Page, selector: str, expected: list[str]) -> None:
    expect(page.locator(selector)).to_have_text(expected)


def test_active_search(open_page: Open) -> None:
    page = open_page("active_search")
    page.locator("#q").press_sequentially("ann")
    texts(page, "#results li", ["Ann", "Anna"])
    page.fill("#q", "")
    texts(page, "#results li", ["Ann", "Anna", "Bob", "Cid"])


def test_bulk_update(open_page: Open) -> None:
    page = open_page("bulk_update")
    boxes = page.locator("[type=checkbox]")
    boxes.nth(1).check()
    boxes.nth(3).check()
    page.click("#on")
    texts(page, ".state", ["inactive", "active", "inactive", "active"])
    expect(boxes.nth(1)).not_to_be_checked()
    boxes.nth(1).check()
    page.click("#off")
    texts(page, ".state", ["inactive", "inactive", "inactive", "active"])


def test_click_to_edit(open_page: Open) -> None:
    page = open_page("click_to_edit")
    page.click("#edit")
    expect(page.locator("#name")).to_have_value("Ann")
    page.fill("#name", "Ada <b>")
    page.click("#save")
    expect(page.locator("#shown")).to_have_text("Ada <b>")
    page.click("#edit")
    page.fill("#name", "nobody")
    page.click("#cancel")
    expect(page.locator("#shown")).to_have_text("Ada <b>")


def test_delete_row(open_page: Open) -> None:
    page = open_page("edit_row")
    page.locator(".delete").nth(1).click()
    texts(page, ".name", ["Ann", "Bob", "Cid"])
    page.locator(".delete").nth(0).click()
    texts(page, ".name", ["Bob", "Cid"])


def test_edit_row(open_page: Open) -> None:
    page = open_page("edit_row")
    page.locator(".edit").nth(2).click()
    expect(page.locator("#name")).to_have_value("Bob")
    page.fill("#name", "Bea")
    page.click("#save")
    texts(page, ".name", ["Ann", "Anna", "Bea", "Cid"])


def test_file_upload(open_page: Open) -> None:
    page = open_page("file_upload")
    files: list[FilePayload] = [
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"},
        {"name": "b.bin", "mimeType": "application/x-b", "buffer": b"\0\xff"},
    ]
    page.set_input_files("#file", files)
    page.click("#upload")  # at once: the click waits for the files
    expect(page.locator("#told")).to_have_text(
        "a.txt text/plain aGVsbG8=, b.bin application/x-b AP8="
    )


def test_infinite_scroll(open_page: Open) -> None:
    page = open_page("infinite_scroll")
    page.set_viewport_size({"width": 400, "height": 300})
    items = page.locator("#feed li")
    expect(items).to_have_count(10)
    for count in (20, 30):
        page.mouse.wheel(0, 5000)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(items).to_have_count(count)
    texts(page, "#more", ["the end"])
    expect(items.last).to_have_text("item 29")


def test_inline_validation(open_page: Open) -> None:
    page = open_page("inline_validation")
    page.locator("#email").press_sequentially("ann")
    expect(page.locator("#error")).to_have_text("no address")
    expect(page.locator("#send")).to_be_disabled()
    page.locator("#email").press_sequentially("@x.y")
    expect(page.locator("#error")).to_have_text("")
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("#email")).to_have_value("ann@x.y")


def test_lazy_load(open_page: Open) -> None:
    page = open_page("lazy_load")
    expect(page.locator("#late")).to_have_text("here it is")


def test_lazy_tabs(open_page: Open) -> None:
    page = open_page("lazy_tabs")
    for i in (2, 0, 1):
        page.click(f"#tab{i}")
        expect(page.locator("#panel")).to_have_text(f"panel {i}")
        expect(page.locator(".on")).to_have_text(f"Tab {i}")


def test_polling(open_page: Open) -> None:
    page = open_page("polling")
    for least in (2, 4, 6):
        wait_until(lambda: int(page.inner_text("#polled")) >= least, f"{least} polls")  # noqa: B023


def test_progress(open_page: Open) -> None:
    page = open_page("progress")
    page.evaluate("""() => {
      window.seen = [];
      new MutationObserver(() => {
        const bar = document.querySelector("#job progress");
        if (bar) seen.push(bar.getAttribute("value"));
      }).observe(document.body, {subtree: true, childList: true, attributes: true});
    }""")
    page.click("#start")
    expect(page.locator("#job")).to_have_text("done")
    assert list(dict.fromkeys(page.evaluate("seen"))) == ["0", "50", "100"]


def test_sortable_with_a_library(open_page: Open) -> None:
    page = open_page("sortable")
    first = page.locator("[data-sortable] li").first.bounding_box()
    last = page.locator("[data-sortable] li").last.bounding_box()
    assert first
    assert last
    page.mouse.move(first["x"] + 20, first["y"] + 5)
    page.mouse.down()
    page.mouse.move(last["x"] + 20, last["y"] + 2, steps=8)
    page.mouse.move(last["x"] + 20, last["y"] + last["height"] - 2, steps=8)
    page.mouse.up()
    expect(page.locator("#told")).to_have_text("b,c,a")
    texts(page, "[data-sortable] li", ["b", "c", "a"])


def test_to_do_list(open_page: Open) -> None:
    page = open_page("todo")
    for text in ("one", "two", "three"):
        page.fill("#new", text)
        page.press("#new", "Enter")
        expect(page.locator("li").last).to_contain_text(text)
        expect(page.locator("#new")).to_have_value("")
    page.locator(".toggle").nth(1).click()
    texts(page, ".done span", ["two"])
    expect(page.locator("#left")).to_have_text("2")
    page.locator(".delete").nth(0).click()
    texts(page, "li span", ["two", "three"])
    expect(page.locator("#left")).to_have_text("1")


def test_custom_events(open_page: Open) -> None:
    page = open_page("custom_events")
    for times in (1, 2):
        page.click("#ring")
        expect(page.locator("#told")).to_have_text(f"ding {times}")


def test_form_data(open_page: Open) -> None:
    page = open_page("form_data")
    page.click("#post")
    expect(page.locator("#told")).to_have_text("POST n=a c=y b=w")
    page.locator("[value=x]").check()
    page.click("#get")
    expect(page.locator("#told")).to_have_text("GET n=a c=x c=y")
    assert page.url.endswith("/form_data")
