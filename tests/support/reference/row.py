"""How the rows of the table of Datastar's reference are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page
from starlette.responses import HTMLResponse, Response

from ..client_desk import Desk

Step = str | Callable[[Page, Desk], object]
"""What is done on the page: JavaScript, in which `q` finds an element, or a call."""

SIGNALS = "<pre id=s data-json-signals__terse></pre>"


@dataclass(frozen=True)
class Row:
    """One thing that Datastar's reference says, as a page, and what must come of it."""

    section: str
    """The heading in the reference."""
    item: str
    """The attribute, modifier, action, option or event."""
    what: str
    """What it does, in a few words of our own."""
    html: str
    then: str | Callable[[Page, Desk], object] = ""
    """What is looked at: JavaScript or a call; by default all signals of the page."""
    gives: Any = None
    signals: dict[str, Any] = field(default_factory=dict)
    do: tuple[Step, ...] = ()
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    stream: bool = False
    clock: bool = False
    """Whether the page's time stands still, to be moved on by `tick`."""
    says: str = ""
    """What the console says: for what is not supported, and for mistakes."""
    differs: str = ""
    """Why the client does not do what Datastar's does."""


class Section:
    """Makes the rows of one section; they are gathered in `rows`."""

    def __init__(self, name: str, rows: list[Row]) -> None:
        self.name = name
        self.rows = rows

    def __call__(self, item: str, what: str, html: str, **more: Any) -> None:
        do = more.pop("do", ())
        steps = do if isinstance(do, tuple) else (do,)
        # Without another question the signals are looked at; a fault may be all there is to see.
        if more.pop("shows_signals", "then" not in more and not more.get("says")):
            html += SIGNALS
        self.rows.append(Row(self.name, item, what, html, do=steps, **more))


def tick(milliseconds: int) -> Step:
    """Let the page's time go on."""
    return lambda page, desk: page.clock.run_for(milliseconds)


def click(selector: str = "button") -> Step:
    """A click as a visitor makes it."""
    return lambda page, desk: page.click(selector)


def fill(text: str, selector: str = "input") -> Step:
    """Type in a field."""
    return lambda page, desk: page.fill(selector, text)


def push(text: str) -> Step:
    """Send events over the page's stream."""
    return lambda page, desk: desk.push(text)


def seen(*parts: str) -> Callable[[Page, Desk], object]:
    """The parts of the requests that came in, such as "method" or "signals"; of each if several."""

    def look(page: Page, desk: Desk) -> object:
        page.evaluate("1")  # lets events come in
        found = [[getattr(one, part) for part in parts] for one in desk.seen]
        return [part[0] if len(parts) == 1 else part for part in found]

    return look


def out(expression: str) -> str:
    """An element that shows what an expression gives."""
    quoted = expression.replace("&", "&amp;").replace('"', "&quot;")
    return f'<b id=o data-text="{quoted}"></b>'


SHOWN = "q('#o').textContent"


def button(expression: str, more: str = "") -> str:
    quoted = expression.replace("&", "&amp;").replace('"', "&quot;")
    return f'<button type=button data-on:click="{quoted}" {more}>go</button>'


def events(text: str) -> Any:
    return lambda: Response(text, media_type="text/event-stream")


def html(text: str, **headers: str) -> Any:
    names = {f"datastar-{name.replace('_', '-')}": value for name, value in headers.items()}
    return lambda: HTMLResponse(text, headers=names)
