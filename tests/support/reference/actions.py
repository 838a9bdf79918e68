"""The actions of Datastar's reference, their options, and what is done with answers."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from ..client_desk import patch, signals
from .row import SHOWN, Row, Section, button, click, events, html, out, seen

ROWS: list[Row] = []


def section(name: str) -> Section:
    return Section(name, ROWS)


r = section("@peek()")
r(
    "@peek",
    "reads without following",
    out("$a + @peek(() => $b)") + button("$b = 5"),
    signals={"a": 1, "b": 1},
    do=click(),
    then=SHOWN,
    gives="2",
)
r = section("@setAll()")
r(
    "@setAll",
    "sets all",
    button("@setAll(0)"),
    signals={"a": 1, "b": {"c": 2}},
    do=click(),
    gives={"a": 0, "b": {"c": 0}},
)
r(
    "include",
    "sets those that match",
    button("@setAll(0, {include: /^b\\./})"),
    signals={"a": 1, "b": {"c": 2}},
    do=click(),
    gives={"a": 1, "b": {"c": 0}},
)
r(
    "exclude",
    "leaves those that match",
    button("@setAll(0, {exclude: /^b\\./})"),
    signals={"a": 1, "b": {"c": 2}},
    do=click(),
    gives={"a": 0, "b": {"c": 2}},
)
r = section("@toggleAll()")
r(
    "@toggleAll",
    "toggles all",
    button("@toggleAll()"),
    signals={"a": True, "b": {"c": False}},
    do=click(),
    gives={"a": False, "b": {"c": True}},
)
r(
    "include",
    "toggles those that match",
    button("@toggleAll({include: /^b\\./})"),
    signals={"a": True, "b": {"c": False}},
    do=click(),
    gives={"a": True, "b": {"c": True}},
)

METHODS = ("get", "post", "put", "patch", "delete")
FORM = "<form><input name=n value=v><input name=m value=w>{}</form>"
for method in METHODS:
    r = section(f"@{method}()")
    name = method.upper()
    bare = method in ("get", "delete")
    r(
        f"@{method}",
        "sends the signals " + ("in the query" if bare else "as JSON"),
        button(f"@{method}('/do/x')"),
        signals={"a": 1},
        do=click(),
        then=seen("method", "signals"),
        gives=[[name, {"a": 1}]],
    )
    r(
        f"@{method}",
        "leaves signals out whose names begin with an underscore",
        button(f"@{method}('/do/x')"),
        signals={"a": 1, "_b": 2, "c": {"_d": 3}},
        do=click(),
        then=seen("signals"),
        gives=[{"a": 1}],
    )
    r(
        "Datastar-Request",
        "is a header of each request",
        button(f"@{method}('/do/x')"),
        do=click(),
        then=lambda page, desk: [
            one.headers.get("datastar-request") for one in (page.evaluate("1"), desk.seen)[1]
        ],
        gives=["true"],
    )
    r(
        "contentType: 'form'",
        "sends the form " + ("in the query" if bare else "as forms are sent"),
        FORM.format(button(f"@{method}('/do/x', {{contentType: 'form'}})")),
        do=click(),
        then=seen("query") if bare else seen("body"),
        gives=[{"n": "v", "m": "w"}] if bare else [b"n=v&m=w"],
    )
    r(
        "contentType: 'form'",
        "keeps a button from sending the form as well",
        FORM.format(
            f"<button id=send data-on:click=\"@{method}('/do/x', {{contentType: 'form'}})\">x</button>"
        ),
        do=click("#send"),
        then=lambda page, desk: [len(desk.seen), page.evaluate("location.search")],
        gives=[1, ""],
    )
    r(
        "selector",
        "names the form",
        "<form id=f><input name=n value=v></form>"
        + button(f"@{method}('/do/x', {{contentType: 'form', selector: '#f'}})"),
        do=click(),
        then=seen("query") if bare else seen("body"),
        gives=[{"n": "v"}] if bare else [b"n=v"],
    )
    r(
        "filterSignals",
        "says which signals go along",
        button(f"@{method}('/do/x', {{filterSignals: {{include: /^a/, exclude: /2$/}}}})"),
        signals={"a1": 1, "a2": 2, "b": 3},
        do=click(),
        then=seen("signals"),
        gives=[{"a1": 1}],
    )
    r(
        "payload",
        "goes in place of the signals",
        button(f"@{method}('/do/x', {{payload: {{p: 1}}}})"),
        signals={"a": 1},
        do=click(),
        then=seen("signals"),
        gives=[{"p": 1}],
    )
    r(
        "headers",
        "adds headers",
        button(f"@{method}('/do/x', {{headers: {{'X-Own': 'y'}}}})"),
        do=click(),
        then=lambda page, desk: [
            one.headers.get("x-own") for one in (page.evaluate("1"), desk.seen)[1]
        ],
        gives=["y"],
    )
    r(
        "promise",
        "resolves when the answer is there",
        button(f"@{method}('/do/x').then(() => $a = 1)"),
        do=click(),
        gives={"a": 1},
    )
    r(
        "retry: 'never'",
        "does not try again",
        button(f"@{method}('/do/x', {{retry: 'never'}})") + out("$_n"),
        do=click(),
        answers={"x": lambda: Response(status_code=503)},
        then=seen("method"),
        gives=[name],
        says="was answered with status 503",
    )
    r(
        "retry: 'error'",
        "tries again after an error's status",
        button(f"@{method}('/do/x', {{retry: 'error', retryInterval: 1, retryMaxCount: 2}})"),
        do=click(),
        answers={"x": lambda: Response(status_code=503)},
        then=seen("method"),
        gives=[name] * 3,
        says="was answered with status 503",
    )

r = section("Options")
r(
    "openWhenHidden",
    "keeps a request going while the page is hidden",
    button("@get('/do/x', {openWhenHidden: true})"),
    do=click(),
    then=seen("method"),
    gives=["GET"],
)
r(
    "retryScaler and retryMaxWait",
    "say how the waits grow",
    button(
        "@get('/do/x', {retry: 'error', retryInterval: 1, retryScaler: 1000, retryMaxWait: 2, retryMaxCount: 4})"
    ),
    do=click(),
    answers={"x": lambda: Response(status_code=503)},
    then=seen("method"),
    gives=["GET"] * 5,
    says="was answered with status 503",
)
r(
    "retryMaxWaitMs",
    "was the name of retryMaxWait before 1.0",
    button(
        "@get('/do/x', {retry: 'error', retryInterval: 1, retryScaler: 1000, retryMaxWaitMs: 2, retryMaxCount: 4})"
    ),
    do=click(),
    answers={"x": lambda: Response(status_code=503)},
    then=seen("method"),
    gives=["GET"] * 5,
    says="was answered with status 503",
    differs="ours knows the old name as well",
)
r(
    "requestCancellation: 'auto'",
    "cancels the request before to the same address",
    button("@get('/do/slow').then(() => $_n += 1)") + out("$_n"),
    signals={"_n": ""},
    do=(click(), click()),
    then=lambda page, desk: page.evaluate("document.querySelector('#o').textContent"),
    gives="11",
)
r(
    "requestCancellation: 'auto'",
    "leaves requests to other addresses alone",
    button("@get('/do/x'); @get('/do/y')"),
    do=click(),
    then=lambda page, desk: sorted(one.path for one in (page.evaluate("1"), desk.seen)[1]),
    gives=["/do/x", "/do/y"],
)
r(
    "requestCancellation: 'auto'",
    "is what posts have unasked",
    button("@post('/do/x')"),
    do=(click(), click(), click()),
    then=seen("method"),
    gives=["POST"] * 3,
    differs="ours cancels reads only: a click is not lost to the next one",
)
r(
    "requestCancellation: 'disabled'",
    "cancels nothing",
    button("@get('/do/x', {requestCancellation: 'disabled'})"),
    do=(click(), click()),
    then=seen("method"),
    gives=["GET"] * 2,
)
r(
    "requestCancellation: 'cleanup'",
    "cancels when the element goes",
    button("@get('/do/x', {requestCancellation: 'cleanup'})"),
    do=click(),
    then=seen("method"),
    gives=["GET"],
)
r(
    "requestCancellation: AbortController",
    "is the page's own way to cancel",
    "<p></p>",
    then="typeof AbortController",
    gives="function",
    differs="expressions cannot make one; a function of the page's can give it",
)

r = section("Response handling")
r(
    "text/event-stream",
    "is applied event by event",
    button("@get('/do/x')") + "<p id=p></p>",
    do=click(),
    answers={"x": events(patch("<p id=p>new</p>") + signals(a=1))},
    then="q('#p').textContent",
    gives="new",
)
r(
    "text/html",
    "patches elements",
    button("@get('/do/x')") + "<p id=p></p>",
    do=click(),
    answers={"x": html("<p id=p>new</p>")},
    then="q('#p').textContent",
    gives="new",
)
r(
    "datastar-selector",
    "says where",
    button("@get('/do/x')") + "<p class=p></p>",
    do=click(),
    answers={"x": html("<b>new</b>", selector=".p", mode="inner")},
    then="q('.p').innerHTML",
    gives="<b>new</b>",
)
for mode, given in [
    ("append", "<i></i><b></b>"),
    ("prepend", "<b></b><i></i>"),
    ("inner", "<b></b>"),
]:
    r(
        "datastar-mode",
        f"says how: {mode}",
        button("@get('/do/x')") + "<p class=p><i></i></p>",
        do=click(),
        answers={"x": html("<b></b>", selector=".p", mode=mode)},
        then="q('.p').innerHTML",
        gives=given,
    )
r(
    "application/json",
    "patches signals",
    button("@get('/do/x')"),
    do=click(),
    answers={"x": lambda: JSONResponse({"a": 1})},
    gives={"a": 1},
)
r(
    "datastar-only-if-missing",
    "patches only what is missing",
    button("@get('/do/x')"),
    signals={"a": 1},
    do=click(),
    answers={
        "x": lambda: JSONResponse({"a": 2, "b": 2}, headers={"datastar-only-if-missing": "true"})
    },
    gives={"a": 1, "b": 2},
)
r(
    "text/javascript",
    "is run as a script",
    button("@get('/do/x')"),
    do=click(),
    answers={"x": lambda: Response("document.title = 'ran'", media_type="text/javascript")},
    then="document.title",
    gives="test",
    says="Content Security Policy",
    differs="under via's policy it does not run: a nonce is missing. A page with a wider policy runs it",
)
r("204", "does nothing", button("@get('/do/x').then(() => $a = 1)"), do=click(), gives={"a": 1})

r = section("Fetch events")
TELL = (
    "<p data-on:datastar-fetch=\"evt.detail.type === '{0}' && ($a = evt.detail.el.localName)\"></p>"
)
for kind in ("started", "finished"):
    r(
        kind,
        "is told of each request",
        TELL.format(kind) + button("@get('/do/x')"),
        do=click(),
        gives={"a": "button"},
    )
for kind in ("error", "retrying", "retries-failed"):
    r(
        kind,
        "is told of requests that fail",
        TELL.format(kind)
        + button("@get('/do/x', {retry: 'error', retryInterval: 1, retryMaxCount: 1})"),
        do=click(),
        answers={"x": lambda: Response(status_code=500)},
        gives={"a": "button"},
        shows_signals=True,
        says="was answered with status 500",
    )
r(
    "datastar-signal-patch",
    "is an event of the document",
    '<p data-on:datastar-signal-patch="$_a = evt.detail.b || $_a"></p>'
    + button("$b = 5")
    + out("$_a"),
    do=click(),
    then=SHOWN,
    gives="5",
)

r = section("Pro actions")
for name in ("clipboard", "fit", "intl"):
    r(
        f"@{name}",
        "is of Datastar Pro",
        button(f"@{name}(1)"),
        do=click(),
        says=f"there is no action @{name}",
        differs="not supported: it is not part of the free client either; the console says so",
    )
