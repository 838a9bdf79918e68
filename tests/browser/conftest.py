"""Fixtures for tests in a real browser: Chromium, pages that watch their console."""

import asyncio
import importlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)
from support.client_desk import Desk
from support.server import Server, wait_until

import via

expect.set_options(timeout=20_000)

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class ConsoleLog:
    """What the pages of one test report: console errors and uncaught exceptions.

    An error that no pattern expects fails the test, and so does an expected one that never comes.
    """

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self._expected: list[str] = []
        self._allowed: list[str] = []
        self._pages: list[Page] = []

    def expect(self, pattern: str) -> None:
        """Declare an error that this test provokes (regular expression, searched)."""
        self._expected.append(pattern)

    def allow(self, pattern: str) -> None:
        """Declare an error that may or may not come: `net::ERR_` where a server is stopped."""
        self._allowed.append(pattern)

    def watch(self, page: Page) -> None:
        self._pages.append(page)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if str(message.location.get("url", "")).endswith("/favicon.ico"):
            return
        if message.type == "error":
            self.errors.append(message.text)
        elif message.type == "warning":
            self.warnings.append(message.text)

    def verify(self) -> None:
        self._fetch()
        patterns = self._expected + self._allowed
        surprises = [e for e in self.errors if not any(_is_in(p, e) for p in patterns)]
        assert not surprises, f"errors in the browser's console: {surprises}"
        deadline = time.monotonic() + 5
        while (missing := self._missing()) and time.monotonic() < deadline:
            self._fetch()
        assert not missing, f"expected in the console, never seen: {missing}; seen: {self.errors}"

    def _fetch(self) -> None:
        for page in self._pages:
            with suppress(Error):  # it is closed, or goes elsewhere
                page.evaluate("0")  # reports that are under way come with the answer

    def _missing(self) -> list[str]:
        return [p for p in self._expected if not any(_is_in(p, e) for e in self.errors)]


def _is_in(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.DOTALL) is not None


class _Chromium:
    """One browser for all tests of a run.

    Playwright's sync interface leaves its event loop marked as running in this thread, which keeps
    others from calling `asyncio.run`; the mark is therefore set during browser tests only.
    """

    def __init__(self) -> None:
        self._driver = sync_playwright().start()
        self.browser: Browser = self._driver.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS
        )
        self._loop = asyncio._get_running_loop()

    def enter(self) -> None:
        asyncio._set_running_loop(self._loop)

    def leave(self) -> None:
        asyncio._set_running_loop(None)

    def close(self) -> None:
        self.enter()
        self.browser.close()
        self._driver.stop()
        self.leave()


@pytest.fixture(scope="session")
def _chromium() -> Iterator[_Chromium]:
    chromium = _Chromium()
    chromium.leave()
    yield chromium
    chromium.close()


@pytest.fixture
def browser(_chromium: _Chromium) -> Iterator[Browser]:
    """The run's headless Chromium."""
    _chromium.enter()
    yield _chromium.browser
    _chromium.leave()


@pytest.fixture
def console() -> ConsoleLog:
    """The console of all pages of the test; declare expected errors on it."""
    return ConsoleLog()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts (separate cookies, as of another user)."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def new_page(
    new_context: Callable[..., BrowserContext], console: ConsoleLog
) -> Iterator[Callable[..., Page]]:
    """Make pages, each in a context of its own unless `context` is given."""

    def make(context: BrowserContext | None = None, **options: Any) -> Page:
        page = (context or new_context(**options)).new_page()
        console.watch(page)
        return page

    yield make
    console.verify()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page in a fresh context; the test fails on console errors that it did not declare."""
    return new_page()


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[..., None]:
    """`wait_until(condition, what)`: poll until `condition()` is true, else fail naming `what`."""
    return wait_until


@pytest.fixture
def desk(serve: Callable[[Any], Server]) -> Desk:
    """A scripted server that serves one page and the client, for tests of the client alone."""
    made = Desk()
    made.url = serve(made.app()).url
    return made


@pytest.fixture
def show(desk: Desk, page: Page) -> Callable[..., Page]:
    """`show(body, signals, stream=…)`: open the page with this body; gives the browser's page."""

    def open_page(body: str, signals: dict[str, Any] | None = None, stream: bool = False) -> Page:
        desk.page(body, signals, stream)
        page.goto(desk.url)
        if stream:
            expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
            wait_until(lambda: desk.open_streams, "the stream to be open")
        return page

    return open_page


@pytest.fixture
def example(serve: Callable[[Any], Server]) -> Callable[..., Server]:
    """`example(name, **options)`: serve a fresh instance of an example, its rate unlimited."""

    def start(name: str, **options: Any) -> Server:
        module = importlib.import_module(f"via.examples.{name}")
        app = importlib.reload(module).v
        app.config(via.Options(action_rate_limit=via.RateLimitConfig(rate=-1), **options))
        return serve(app)

    return start
