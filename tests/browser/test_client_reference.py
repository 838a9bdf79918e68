"""Every row of the table of Datastar's reference, in Chromium; docs/datastar.md shows the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page
from support.client_desk import Desk
from support.reference.row import Row
from support.reference.table import ROWS
from support.server import Server, wait_until

LOOK = "(() => {{ const q = s => document.querySelector(s); return {}; }})()"
SIGNALS = "JSON.parse(q('#s').textContent)"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    made = Desk()
    server = Server(made.app())
    server.start()
    made.url = server.url
    yield made
    server.stop()


@pytest.fixture(scope="module")
def kept(_chromium: Any) -> Iterator[dict[bool, Page]]:
    """What `pages` has made: a context for each row would take most of the time."""
    made: dict[bool, Page] = {}
    yield made
    _chromium.enter()
    for page in made.values():
        page.context.close()
    _chromium.leave()


@pytest.fixture
def pages(browser: Browser, kept: dict[bool, Page]) -> dict[bool, Page]:
    """A page whose time goes on, and one whose time stands still."""
    if not kept:
        kept.update((is_still, browser.new_page()) for is_still in (False, True))
        for page in kept.values():
            page.set_default_timeout(5_000)
        kept[True].clock.install(time=0)
        kept[True].clock.pause_at(1000)
    return kept


def name(row: Row) -> str:
    return f"{row.section}, {row.item} {row.what}"


def look(row: Row, page: Page, desk: Desk) -> object:
    if callable(row.then):
        return row.then(page, desk)
    try:
        return page.evaluate(LOOK.format(row.then or SIGNALS))
    except Error as error:  # what it looks at may not be there yet
        return str(error)


@pytest.mark.parametrize("row", ROWS, ids=map(name, ROWS))
def test_a_row_of_the_reference(row: Row, pages: dict[bool, Page], desk: Desk) -> None:
    page, said = pages[row.clock], []
    desk.seen.clear()
    desk.answers = row.answers
    desk.page(row.html, row.signals, row.stream)

    def hear(message) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", hear)
    page.once("framenavigated", lambda _: said.clear())  # the row before may speak until then
    try:
        page.goto(desk.url)
        if row.stream:
            page.wait_for_selector("html[data-via-connection=open]")
        for step in row.do:
            step(page, desk) if callable(step) else page.evaluate(LOOK.format(step))
        if row.then or not row.says:
            wait_until(lambda: look(row, page, desk) == row.gives, f"{row.gives!r}")
        if row.says:
            wait_until(
                lambda: page.evaluate("1") and any(row.says in text for text in said), row.says
            )
        else:
            assert not said
    except AssertionError as error:
        pytest.fail(
            f"{error}; there is {look(row, page, desk)!r}; the console says {said}", pytrace=False
        )
    finally:
        page.remove_listener("console", hear)


def test_the_table_is_long() -> None:
    assert len(ROWS) >= 250
