"""The stream of events: however its bytes are cut, and whatever becomes of it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.sync_api import expect
from starlette.responses import StreamingResponse
from support.client_desk import patch, signals
from support.server import wait_until

BODY = "<p id=a>-</p><p id=b data-text=$n></p><ul id=l></ul>"
EVENTS = (
    ": a comment\n\n"
    + patch("<p id=a>é→😀\n<i>two</i></p>")
    + ": another\n"
    + signals(n="ü")
    + "event: unknown\ndata: x\n\n"
    + patch("<li>1</li>", selector="#l", mode="append")
    + "id: 7\nretry: 10\n"
    + patch("<li>2</li>", selector="#l", mode="append")
).encode()


def as_parts(parts: list[bytes]) -> StreamingResponse:
    async def send() -> AsyncIterator[bytes]:
        for part in parts:
            yield part
            await asyncio.sleep(0)
        await asyncio.Event().wait()

    return StreamingResponse(send(), media_type="text/event-stream")


@pytest.mark.parametrize("size", [len(EVENTS), 1, 2, 7])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_events_are_the_same_however_they_are_cut(desk, page, size, newline):
    data = EVENTS.replace(b"\n", newline)
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    desk.stream_answer = lambda: as_parts(parts)
    desk.page(BODY, {"n": ""}, stream=True)
    page.goto(desk.url)
    expect(page.locator("li")).to_have_text(["1", "2"])
    assert page.inner_html("#a") == "é→😀\n<i>two</i>"
    expect(page.locator("#b")).to_have_text("ü")


NOTE_STATES = """() => {
    window.states = [];
    const html = document.documentElement;
    new MutationObserver(() => window.states.push(html.dataset.viaConnection))
        .observe(html, { attributeFilter: ["data-via-connection"] });
}"""


def test_a_stream_that_ends_is_opened_again_with_the_signals_of_now(show, desk):
    page = show(BODY + "<input data-bind:n>", {"n": ""}, stream=True)
    page.fill("input", "typed")
    desk.push("id: 5\nretry: 10\n" + patch("<p id=a>first</p>"))
    expect(page.locator("#a")).to_have_text("first")
    page.evaluate(NOTE_STATES)
    desk.end_streams()
    wait_until(lambda: page.evaluate("window.states.length") == 2, "the stream to be opened again")
    assert page.evaluate("window.states") == ["reconnecting", "open"]
    first, again = desk.streams
    assert "last-event-id" not in first.headers
    assert again.headers["last-event-id"] == "5"
    assert again.headers["via-location"] == "/"
    assert again.headers["via-nonce"]
    assert again.signals == {"n": "typed"}
