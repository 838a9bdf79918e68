"""data-on, data-init, data-indicator and the modifiers; time is the browser's mocked clock."""

import pytest
from playwright.sync_api import expect
from starlette.responses import Response

COUNT = '<b id=n data-text="$n"></b>'


@pytest.fixture
def clock(page):
    """Time that moves only when the test says so."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    return page.clock


def count(page) -> str:
    return page.text_content("#n")


def test_an_event_runs_its_expression_with_evt_and_el(show):
    page = show('<button id=x data-on:click="$s = evt.type + el.id">x</button><b data-text=$s></b>')
    page.click("#x")
    expect(page.locator("b")).to_have_text("clickx")


def test_event_names_and_their_case(show):
    page = show(
        """<p id=p data-on:my-event="$n++" data-on:my-event__case.camel="$n += 10"
        data-on:my-event__case.pascal="$n += 100"></p>"""
        + COUNT,
        {"n": 0},
    )
    for name in ("my-event", "myEvent", "MyEvent"):
        page.dispatch_event("#p", name)
    expect(page.locator("#n")).to_have_text("111")


def test_window_outside_stop_once_and_capture(show):
    page = show(
        """<div id=outer data-on:click="$log += 'o'" data-on:click__capture="$log += 'c'">
          <button id=b data-on:click__stop="$log += 's'"
            data-on:click__once="$log += '1'">b</button>
          <button id=x data-on:click__outside="$log += 'x'">x</button>
        </div><p data-on:click__window="$log += 'w'" data-text="$log">&nbsp;</p>""",
        {"log": ""},
    )
    log = page.locator("p")
    page.click("#b")
    expect(log).to_have_text("cs1")
    page.click("#b")
    expect(log).to_have_text("cs1cs")
    page.click("#x")
    expect(log).to_have_text("cs1cscow")
    log.click()
    expect(log).to_have_text("cs1cscowxw")


def test_prevent_and_passive(show, desk):
    page = show(
        """<a id=a href=/elsewhere data-on:click__prevent="$n++">a</a>
        <p id=p data-on:wheel__passive="evt.preventDefault(); $n = evt.defaultPrevented">p</p>
        <form data-on:submit="$n++"><button id=f>send</button></form>"""
        + COUNT,
        {"n": 0},
    )
    page.click("#a")
    page.click("#f")
    expect(page.locator("#n")).to_have_text("2")
    assert page.url == desk.url + "/"


def test_delay(show, page, clock):
    show('<button data-on:click__delay.500ms="$n++">x</button>' + COUNT, {"n": 0})
    page.click("button")
    clock.run_for(499)
    assert count(page) == "0"
    clock.run_for(1)
    assert count(page) == "1"


@pytest.mark.parametrize(
    ("modifier", "steps"),
    [
        # Clicks at 0 and 100 ms; the count after them, and 100 ms later.
        ("debounce.100ms", ("0", "1")),
        ("debounce.100ms.leading", ("1", "2")),
        ("debounce.100ms.leading.notrailing", ("1", "1")),
        ("debounce.100ms.notrailing", ("0", "0")),
        ("debounce.1s", ("0", "0")),
    ],
)
def test_debounce(show, page, clock, modifier, steps):
    show(f'<button data-on:click__{modifier}="$n++">x</button>' + COUNT, {"n": 0})
    page.click("button")
    clock.run_for(99)
    page.click("button")
    assert count(page) == steps[0]
    clock.run_for(99)
    assert count(page) == steps[0]
    clock.run_for(1)
    assert count(page) == steps[1]


@pytest.mark.parametrize(
    ("modifier", "steps"),
    [
        # Clicks at 0 and 50 ms, the count then and at 100 ms; one more click, the count.
        ("throttle.100ms", ("1", "1", "2")),
        ("throttle.100ms.trailing", ("1", "2", "2")),
        ("throttle.100ms.noleading.trailing", ("0", "1", "1")),
    ],
)
def test_throttle(show, page, clock, modifier, steps):
    show(f'<button data-on:click__{modifier}="$n++">x</button>' + COUNT, {"n": 0})
    page.click("button")
    clock.run_for(50)
    page.click("button")
    assert count(page) == steps[0]
    clock.run_for(50)
    assert count(page) == steps[1]
    page.click("button")
    assert count(page) == steps[2]


def test_what_still_waits_when_its_element_goes_never_runs(show, page, clock):
    show(
        """<i id=gone data-on:x__delay.1s="$n++" data-on:y__debounce.1s="$n++"
        data-on:z__throttle.1s.noleading.trailing="$n++"></i>"""
        + COUNT,
        {"n": 0},
    )
    for event in "xyz":
        page.dispatch_event("#gone", event, {"bubbles": False})
    page.evaluate("document.getElementById('gone').remove()")
    clock.run_for(2000)
    assert count(page) == "0"


def test_a_view_transition_wraps_the_expression(show):
    page = show('<button data-on:click__viewtransition="$n++">x</button>' + COUNT, {"n": 0})
    page.evaluate(
        """() => {
          const start = document.startViewTransition.bind(document);
          document.startViewTransition = change => { window.began = true; return start(change); };
        }"""
    )
    page.click("button")
    expect(page.locator("#n")).to_have_text("1")
    assert page.evaluate("window.began")


def test_init_runs_once_at_once_or_later(show, page, clock):
    show('<p data-init="$n++"></p><p data-init__delay.1s="$n += 10"></p>' + COUNT, {"n": 0})
    expect(page.locator("#n")).to_have_text("1")
    clock.run_for(1000)
    expect(page.locator("#n")).to_have_text("11")


def test_an_indicator_is_true_while_its_element_fetches(show, desk):
    page = show(
        """<button id=a data-indicator:busy data-on:click="@post('/do/a')">a</button>
        <button id=b data-on:click="@post('/do/b')">b</button>
        <p data-effect="el.textContent += $busy + ' '"></p>"""
    )
    expect(page.locator("p")).to_have_text("false")
    page.click("#a")
    expect(page.locator("p")).to_have_text("false true false")
    desk.answers["b"] = lambda: Response("event: x\n\n", media_type="text/event-stream")
    with page.expect_response("**/do/b"):
        page.click("#b")
    expect(page.locator("p")).to_have_text("false true false")
