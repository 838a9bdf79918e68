"""The request actions: what goes to the server, what comes back, and what the page is told."""

import json
import re

import pytest
from playwright.sync_api import expect
from starlette.responses import HTMLResponse, JSONResponse, Response
from support.client_desk import patch, signals
from support.server import wait_until

TOLD = (
    "<pre id=told data-on:datastar-fetch=\"el.textContent += evt.detail.type + ' '\"></pre>"
    '<pre id=of data-on:datastar-fetch="el.textContent = evt.detail.el.id"></pre>'
)


def click(page, name: str = "x") -> None:
    with page.expect_response(f"**/do/{name}*"):
        page.click("button")


def button(expression: str) -> str:
    return f'<button id=b data-on:click="{expression}">x</button>'


def test_a_get_carries_the_signals_in_its_query(show, desk):
    page = show(button("@get('/do/x?own=1#part')"), {"a": "é&=", "b": {"c": [1, None]}})
    click(page)
    (seen,) = desk.seen
    assert (seen.method, seen.body) == ("GET", b"")
    assert seen.headers["datastar-request"] == "true"
    assert seen.query["own"] == "1"
    assert seen.signals == {"a": "é&=", "b": {"c": [1, None]}}


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_other_methods_carry_them_as_json(show, desk, method):
    page = show(button(f"$a = 2; @{method}('/do/x'); $a = 3"), {"a": 1, "b": "é"})
    click(page)
    (seen,) = desk.seen
    assert seen.method == method.upper()
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["datastar-request"] == "true"
    assert seen.query == {}
    assert seen.signals == {"a": 2, "b": "é"}


def test_a_delete_has_no_body(show, desk):
    page = show(button("@delete('/do/x')"), {"a": 1})
    click(page)
    (seen,) = desk.seen
    assert (seen.method, seen.body, seen.signals) == ("DELETE", b"", {"a": 1})
    assert "content-type" not in seen.headers


def test_private_signals_and_elements_stay_in_the_browser(show, desk):
    page = show(
        "<p data-ref:element></p>" + button("@post('/do/x')"),
        {"_a": 1, "b": {"_c": 1, "d": 2}, "_e": {"f": 1}, "g_": 1},
    )
    click(page)
    assert desk.seen[0].signals == {"b": {"d": 2}, "g_": 1}


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ("{filterSignals: {include: /^b/}}", {"b": {"d": 2}}),
        ("{filterSignals: {include: 'a', exclude: '^$'}}", {"_a": 1}),
        ("{filterSignals: {exclude: /d$/}}", {"_a": 1}),
        ("{payload: {own: $b.d}}", {"own": 2}),
    ],
)
def test_what_is_sent_can_be_chosen(show, desk, options, sent):
    page = show(button(f"@post('/do/x', {options})"), {"_a": 1, "b": {"d": 2}})
    click(page)
    assert desk.seen[0].signals == sent


def test_headers_are_added(show, desk):
    page = show(button("@post('/do/x', {headers: {'X-Own': 'yes'}})"))
    click(page)
    assert desk.seen[0].headers["x-own"] == "yes"
    assert desk.seen[0].headers["datastar-request"] == "true"


FORM = """
<form id=f {0}><input name=a value=1><input name=b required id=needed>
<button name=how value=fast id=b {1}>x</button></form>
"""


@pytest.mark.parametrize(
    ("form", "inside", "kind", "body"),
    [
        ("data-on:submit=\"@post('/do/x', {contentType: 'form'})\"", "",
         "application/x-www-form-urlencoded", "a=1&b=two&how=fast"),
        ("enctype=multipart/form-data data-on:submit=\"@post('/do/x', {contentType: 'form'})\"", "",
         "multipart/form-data", 'name="how"'),
        ("", "type=button data-on:click=\"@post('/do/x', {contentType: 'form'})\"",
         "application/x-www-form-urlencoded", "a=1&b=two&how=fast"),
        ("", "type=button data-on:click=\"@post('/do/x', {contentType: 'form', selector: '#f'})\"",
         "application/x-www-form-urlencoded", "a=1&b=two&how=fast"),
    ],
)  # fmt: skip
def test_a_form_is_sent_as_forms_are(show, desk, form, inside, kind, body):
    page = show(FORM.format(form, inside), {"signal": 1})
    page.fill("#needed", "two")
    click(page)
    (seen,) = desk.seen
    assert seen.headers["content-type"].startswith(kind)
    assert body in seen.body.decode()


def test_a_form_by_get_is_a_query(show, desk):
    page = show(FORM.format("data-on:submit=\"@get('/do/x', {contentType: 'form'})\"", ""))
    page.fill("#needed", "two")
    click(page)
    assert desk.seen[0].query == {"a": "1", "b": "two", "how": "fast"}


def test_an_invalid_form_is_not_sent(show, desk):
    page = show(
        FORM.format("novalidate data-on:keydown=\"@post('/do/x', {contentType: 'form'})\"", "")
        + FORM.replace("id=f", "id=g").replace("id=b", "id=c").replace("id=needed", "id=empty")
        .format("", "type=button data-on:click=\"$n = 1; @post('/do/y', {contentType: 'form'})\"")
        + "<p data-text=$n></p>"
    )  # fmt: skip
    page.click("#c")
    expect(page.locator("p")).to_have_text("1")
    with page.expect_response("**/do/x"):
        page.locator("#needed").press("a")
    assert [seen.path for seen in desk.seen] == ["/do/x"]


def test_a_form_that_is_not_there_is_reported(show, console):
    console.expect("there is no form to send")
    page = show(button("@post('/do/x', {contentType: 'form'})"))
    page.click("button")


def test_an_action_without_an_address_is_reported(show, console):
    console.expect("an address is missing")
    page = show(button("@post()"))
    page.click("button")


# Responses


@pytest.mark.parametrize(
    ("headers", "result"),
    [
        ({}, "new"),
        ({"datastar-selector": "#c", "datastar-mode": "inner"}, "<b>new</b>"),
        ({"datastar-selector": "#c", "datastar-use-view-transition": "true"}, "new"),
    ],
)
def test_an_html_response_patches_elements(show, desk, headers, result):
    page = show("<p id=c>old</p>" + button("@get('/do/x')"))
    html = "<b>new</b>" if "datastar-mode" in headers else "<p id=c>new</p>"
    desk.answers["x"] = lambda: HTMLResponse(html, headers=headers)
    click(page)
    expect(page.locator("#c")).to_have_text("new")
    assert page.inner_html("#c") == result


def test_a_json_response_patches_signals(show, desk):
    page = show("<p data-text='$a + $b'></p>" + button("@get('/do/x')"), {"a": 1, "b": 1})
    desk.answers["x"] = lambda: JSONResponse({"a": 10})
    click(page)
    expect(page.locator("p")).to_have_text("11")
    desk.answers["x"] = lambda: JSONResponse(
        {"a": 5, "c": 7}, headers={"datastar-only-if-missing": "true"}
    )
    page.eval_on_selector("p", "el => el.setAttribute('data-text', '$a + $b + $c')")
    click(page)
    expect(page.locator("p")).to_have_text("18")


def test_a_script_response_needs_a_policy_that_lets_it_run(show, desk, console):
    console.expect("Content Security Policy")
    page = show(button("@get('/do/x')"))
    desk.answers["x"] = lambda: Response("document.title = 'bad'", media_type="text/javascript")
    click(page)
    expect(page).to_have_title("test")


def test_a_stream_of_events_is_applied_event_by_event(show, desk):
    page = show("<p id=c>old</p><b data-text=$a></b>" + button("@post('/do/x')") + TOLD)
    desk.answers["x"] = lambda: Response(
        patch("<p id=c>new</p>") + signals(a=1), media_type="text/event-stream"
    )
    click(page)
    expect(page.locator("#c")).to_have_text("new")
    expect(page.locator("b")).to_have_text("1")
    expect(page.locator("#told")).to_have_text(
        "started datastar-patch-elements datastar-patch-signals finished "
    )
    expect(page.locator("#of")).to_have_text("b")


# Failures


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_answered_request_is_never_sent_again(show, desk, console, page, method, status):
    console.expect(f"status of {status}")
    page.clock.install()
    show(button(f"@{method}('/do/x')") + TOLD)
    desk.answers["x"] = lambda: HTMLResponse("<p id=b>error page</p>", status)
    click(page)
    expect(page.locator("#told")).to_have_text("started error finished ")
    page.clock.run_for(60_000)
    assert len(desk.seen) == 1
    assert any(
        re.search(f"{method.upper()} http://.*/do/x.* was answered with status {status}", warning)
        for warning in console.warnings
    )
    expect(page.locator("#b")).to_have_text("x")


def test_a_failed_status_is_tried_again_where_the_page_asks_for_it(
    show, desk, console, page, wait_until
):
    console.expect("status of 503")
    page.clock.install()
    show(button("@post('/do/x', {retry: 'error', retryInterval: 50, retryMaxCount: 2})") + TOLD)
    desk.answers["x"] = lambda: Response(status_code=503)
    click(page)

    def tried_again() -> bool:
        page.clock.run_for(200)
        return len(desk.seen) == 3

    wait_until(tried_again, "two more tries")
    expect(page.locator("#told")).to_have_text(
        "started error retrying error retrying error retries-failed finished "
    )
    assert len(desk.seen) == 3


def test_a_request_that_reaches_no_server_is_retried(show, desk, console, page):
    console.expect("net::ERR_")
    aborted = []

    def fail_once(route) -> None:
        if aborted:
            route.continue_()
        else:
            aborted.append(route.request.url)
            route.abort("connectionrefused")

    page.route("**/do/x", fail_once)
    show(button("@post('/do/x', {retryInterval: 10})") + TOLD, {"a": 1})
    click(page)
    expect(page.locator("#told")).to_have_text("started error retrying finished ")
    assert [seen.signals for seen in desk.seen] == [{"a": 1}]


@pytest.mark.parametrize("method", ["get", "post"])
def test_never_is_never(show, console, page, method):
    console.expect("net::ERR_")
    page.route("**/do/x*", lambda route: route.abort("connectionrefused"))
    show(button(f"@{method}('/do/x', {{retry: 'never'}})") + TOLD)
    page.click("button")
    expect(page.locator("#told")).to_have_text("started error finished ")


# Cancellation


def test_a_new_get_of_an_element_takes_the_place_of_its_last(show, desk, page):
    held = []
    page.route("**/do/x*", lambda route: held.append(route))
    show(button("@get('/do/x')") + "<p id=c></p>" + TOLD)
    page.click("button")
    wait_until(lambda: page.evaluate("1") and len(held) == 1, "the first request")
    page.click("button")
    wait_until(lambda: page.evaluate("1") and len(held) == 2, "the second request")
    held[1].fulfill(body="<p id=c>second</p>", content_type="text/html")
    expect(page.locator("#c")).to_have_text("second")
    expect(page.locator("#told")).to_have_text("started started finished finished ")


def test_clicks_are_not_lost_to_each_other(show, desk, page):
    held = []
    page.route("**/do/x", lambda route: held.append(route))
    show(button("$n++; @post('/do/x')"), {"n": 0})
    for _ in range(3):
        page.click("button")
    wait_until(lambda: page.evaluate("1") and len(held) == 3, "three requests")
    for route in held:
        route.continue_()
    wait_until(lambda: page.evaluate("1") and len(desk.seen) == 3, "three actions")
    assert sorted(json.loads(seen.body)["n"] for seen in desk.seen) == [1, 2, 3]


def test_a_request_may_end_with_its_element(show, desk, page):
    held = []
    page.route("**/do/x", lambda route: held.append(route))
    show(button("@post('/do/x', {requestCancellation: 'cleanup'})") + TOLD)
    page.click("button")
    wait_until(lambda: page.evaluate("1") and len(held) == 1, "the request")
    page.evaluate("document.querySelector('button').remove()")
    expect(page.locator("#told")).to_have_text("started finished ")


# The other actions


def test_set_all_and_toggle_all(show):
    page = show(
        """<pre data-text="JSON.stringify($)"></pre>
        <button id=s data-on:click="@setAll('x', {include: /^u\\./, exclude: /_t$/})"></button>
        <button id=t data-on:click="@toggleAll({include: /^is/})"></button>
        <button id=a data-on:click="@setAll(0)"></button>""",
        {"u": {"a": 1, "b_t": 1}, "isA": True, "isB": False},
    )
    page.click("#s")
    expect(page.locator("pre")).to_have_text('{"u":{"a":"x","b_t":1},"isA":true,"isB":false}')
    page.click("#t")
    expect(page.locator("pre")).to_have_text('{"u":{"a":"x","b_t":1},"isA":false,"isB":true}')
    page.click("#a")
    expect(page.locator("pre")).to_have_text('{"u":{"a":0,"b_t":0},"isA":0,"isB":0}')


def test_peek_reads_without_following(show):
    page = show(
        """<p data-text="$a + @peek(() => $b)"></p>
        <button id=a data-on:click="$a++"></button><button id=b data-on:click="$b++"></button>""",
        {"a": 1, "b": 1},
    )
    page.click("#b")
    expect(page.locator("p")).to_have_text("2")
    page.click("#a")
    expect(page.locator("p")).to_have_text("4")
