"""What a visitor does while the server restarts, or while its tab moves to another process."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from support.server import Server, wait_until

import via
from via import h

STREAM_ALONE = "delete window.WebSocket; delete window.SharedWorker"


def notebook(ran: list[str], *, websocket: bool = True) -> via.V:
    v = via.new()
    v.config(via.Options(pubsub=via.MemoryPubSub(), document_title="Notes", websocket=websocket))

    @v.page("/")
    def page(c: via.Context) -> None:
        note = c.signal("")

        @c.action
        def add() -> None:
            ran.append(note.string())
            c.sync()

        c.view(
            lambda: h.Main(
                h.Input(h.ID("note"), note.bind()),
                h.Button(h.ID("add"), h.Text("Add"), add.on_click()),
                h.P(h.ID("ran"), h.Text(", ".join(ran))),
            )
        )

    return v


@pytest.mark.parametrize("websocket", [True, False])
def test_clicks_during_a_restart_are_run_once_when_the_server_is_back(
    websocket: bool, new_page: Callable[..., Page], console
) -> None:
    for said in ("net::ERR", "via: POST", "via: the stream", "status of 404", "status of 503"):
        console.allow(said)
    ran: list[str] = []
    server = Server(notebook(ran, websocket=websocket))
    server.start()
    page = new_page()
    page.goto(server.url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.fill("#note", "before")
    page.click("#add")
    expect(page.locator("#ran")).to_have_text("before")
    server.stop()
    expect(page.locator("html")).to_have_attribute("data-via-connection", "reconnecting")
    page.fill("#note", "during")
    page.click("#add")
    page.wait_for_event("requestfailed")
    server.app = notebook(ran, websocket=websocket)
    server.start()
    expect(page.locator("#ran")).to_have_text("before, during", timeout=20_000)
    assert page.input_value("#note") == "during"
    page.fill("#note", "after")
    page.click("#add")
    expect(page.locator("#ran")).to_have_text("before, during, after")
    server.stop()


def test_a_click_that_comes_before_the_new_stream_waits_for_it(
    new_page: Callable[..., Page], serve: Callable[..., Server], console
) -> None:
    console.allow("status of 404")
    console.allow("net::ERR")  # as the server ends
    ran: list[str] = []
    v = notebook(ran)
    page = new_page()
    page.add_init_script(STREAM_ALONE)
    page.goto(serve(v).url)
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    held: list[Route] = []
    page.route("**/_sse", lambda route: held.append(route))
    page.fill("#note", "early")
    registry = via.app.running(v).registry
    (tab,) = registry.tabs.values()
    tab.services.loop.call_soon_threadsafe(tab.dispose)
    wait_until(lambda: page.evaluate("1") and held, "the stream to be asked for")
    with page.expect_response(lambda response: response.status == 404):
        page.click("#add")
    assert ran == []
    held.pop().continue_()
    expect(page.locator("#ran")).to_have_text("early")
    assert ran == ["early"]


@pytest.mark.parametrize("retry", ["never", "auto"])
def test_an_action_that_the_page_does_not_have_is_not_asked_for_again(
    retry: str, new_page: Callable[..., Page], serve: Callable[..., Server], console
) -> None:
    console.allow("status of 404")
    console.allow("net::ERR")  # as the server ends
    console.allow("via: POST")
    page = new_page()
    page.add_init_script(STREAM_ALONE)
    page.goto(serve(notebook([])).url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """retry => {
            const button = document.createElement("button");
            button.id = "odd";
            button.setAttribute("data-on:click", `@post('/_action/nothing', {retry: '${retry}'})`);
            document.body.append(button);
        }""",
        retry,
    )
    with page.expect_response("**/_action/nothing"):
        page.click("#odd")
    page.fill("#note", "x")
    page.click("#add")
    expect(page.locator("#ran")).to_have_text("x")
    assert sum("nothing" in url for url in asked) == 1


def test_a_click_whose_answer_is_lost_is_run_once(
    new_page: Callable[..., Page], serve: Callable[..., Server], console
) -> None:
    console.allow("net::ERR")
    console.allow("via: POST")
    ran: list[str] = []
    page = new_page()
    page.add_init_script(STREAM_ALONE)
    page.goto(serve(notebook(ran)).url)
    answers: list[int] = []

    def lose_first(route: Route) -> None:
        answers.append(route.fetch().status)
        if len(answers) == 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/_action/*", lose_first)
    page.fill("#note", "one")
    page.click("#add")
    wait_until(lambda: page.evaluate("1") and len(answers) == 2, "it to be sent again")
    page.fill("#note", "two")
    page.click("#add")
    expect(page.locator("#ran")).to_have_text("one, two")
    assert ran == ["one", "two"]
    assert answers == [204, 204, 204]
