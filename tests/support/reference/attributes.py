"""The attributes of Datastar's reference and their modifiers."""

from __future__ import annotations

from typing import Any

from ..client_desk import patch
from .row import SHOWN, Row, Section, button, click, fill, out, push, tick

ROWS: list[Row] = []


def section(name: str) -> Section:
    return Section(name, ROWS)


r = section("data-attr")
r(
    "data-attr:NAME",
    "keeps an attribute at an expression's value",
    '<p id=o data-attr:title="$a"></p>',
    signals={"a": "x"},
    do="q('#s')",
    then="q('#o').title",
    gives="x",
)
r(
    "data-attr:NAME",
    "follows the signal",
    f'<p id=o data-attr:title="$a"></p>{button("$a = 2")}',
    signals={"a": 1},
    do=click(),
    then="q('#o').title",
    gives="2",
)
r(
    "data-attr",
    "takes an object of names and values",
    """<p id=o data-attr="{'aria-label': $a, hidden: $b}"></p>""",
    signals={"a": "x", "b": True},
    then="q('#o').outerHTML.includes('aria-label=\"x\"') && q('#o').hidden",
    gives=True,
)
r(
    "data-attr",
    "removes what is false or null",
    '<p id=o title=x lang=y data-attr="{title: false, lang: null}"></p>',
    then="[q('#o').hasAttribute('title'), q('#o').hasAttribute('lang')]",
    gives=[False, False],
)
r(
    "data-attr",
    "sets true as an empty attribute",
    '<button id=o data-attr:disabled="true"></button>',
    then="q('#o').getAttribute('disabled')",
    gives="",
)

r = section("data-bind")
for tag, attributes in [
    ("input", ""),
    ("textarea", ""),
    ("input", "type=search"),
    ("input", "type=email"),
    ("input", "type=password"),
    ("input", "type=url"),
    ("input", "type=tel"),
]:
    kind = attributes.removeprefix("type=") or ("text" if tag == "input" else tag)
    r(
        f"data-bind ({kind})",
        "ties the field and the signal",
        f"<{tag} {attributes} data-bind:foo></{tag}>",
        do=fill("x@y.z", tag),
        gives={"foo": "x@y.z"},
    )
r(
    "data-bind",
    "takes the signal's name as its value",
    "<input data-bind=foo value=x>",
    gives={"foo": "x"},
)
r(
    "data-bind",
    "makes the signal of what the field has",
    "<input data-bind:foo value=x>",
    gives={"foo": "x"},
)
r(
    "data-bind",
    "shows a signal that is there first",
    "<input data-bind:foo value=x>",
    signals={"foo": "y"},
    then="q('input').value",
    gives="y",
)
r(
    "data-bind",
    "keeps a number's type",
    "<input data-bind:foo>",
    signals={"foo": 1},
    do=fill("12"),
    gives={"foo": 12},
)
r(
    "data-bind (number)",
    "gives numbers",
    "<input type=number data-bind:foo value=3>",
    do=fill("4.5"),
    gives={"foo": 4.5},
)
r(
    "data-bind (range)",
    "gives numbers",
    "<input type=range data-bind:foo value=3>",
    do="(q('input').value = 7, q('input').dispatchEvent(new Event('input')))",
    gives={"foo": 7},
)
r(
    "data-bind (date)",
    "gives the text",
    "<input type=date data-bind:foo>",
    do=fill("2026-01-02"),
    gives={"foo": "2026-01-02"},
)
r(
    "data-bind (color)",
    "gives the text",
    "<input type=color data-bind:foo value=#010203>",
    gives={"foo": "#010203"},
)
r(
    "data-bind (checkbox)",
    "is a boolean",
    "<input type=checkbox data-bind:foo>",
    do=click("input"),
    gives={"foo": True},
)
r(
    "data-bind (checkbox)",
    "with a value is that value or empty",
    "<input type=checkbox value=x data-bind:foo>",
    do=click("input"),
    gives={"foo": "x"},
)
r(
    "data-bind (checkbox)",
    "unchecked with a value is empty",
    "<input type=checkbox value=x checked data-bind:foo>",
    do=click("input"),
    gives={"foo": ""},
)
r(
    "data-bind (checkboxes)",
    "that share an array of booleans have one each",
    "<input type=checkbox data-bind:foo><input id=b type=checkbox data-bind:foo>",
    signals={"foo": [False, False]},
    do=click("#b"),
    gives={"foo": [False, True]},
)
r(
    "data-bind (checkboxes)",
    "that share an array of texts hold those of the checked ones",
    "<input type=checkbox value=x data-bind:foo><input id=b type=checkbox value=y data-bind:foo>",
    signals={"foo": []},
    do=click("#b"),
    gives={"foo": ["y"]},
    differs="Datastar keeps an empty text for each that is not checked, as an array with holes; ours "
    "is the list that a server wants",
)
r(
    "data-bind (radio)",
    "is the checked one's value",
    "<input type=radio value=x data-bind:foo><input id=b type=radio value=y data-bind:foo>",
    do=click("#b"),
    gives={"foo": "y"},
)
r(
    "data-bind (radio)",
    "names radios that have no name",
    "<input type=radio value=x data-bind:foo>",
    then="q('input').name",
    gives="foo",
)
r(
    "data-bind (radio)",
    "begins with the checked one",
    "<input type=radio value=x data-bind:foo><input type=radio value=y checked data-bind:foo>",
    gives={"foo": "y"},
)
r(
    "data-bind (select)",
    "is the chosen option",
    "<select data-bind:foo><option>x<option>y</select>",
    do=lambda page, desk: page.select_option("select", "y"),
    gives={"foo": "y"},
)
r(
    "data-bind (select multiple)",
    "is the list of the chosen options",
    "<select multiple data-bind:foo><option>x<option>y<option>z</select>",
    do=lambda page, desk: page.select_option("select", ["x", "z"]),
    gives={"foo": ["x", "z"]},
)
r(
    "data-bind (select)",
    "shows the signal",
    "<select data-bind:foo><option>x<option>y</select>",
    signals={"foo": "y"},
    then="q('select').value",
    gives="y",
)
r(
    "data-bind (file)",
    "holds name, contents (base64) and MIME type of each file",
    "<input type=file data-bind:foo>",
    do=lambda page, desk: page.set_input_files(
        "input", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}
    ),
    gives={"foo": [{"name": "a.txt", "contents": "aGVsbG8=", "mime": "text/plain"}]},
)
r(
    "data-bind (file)",
    "takes several files",
    "<input type=file multiple data-bind:foo>",
    do=lambda page, desk: page.set_input_files(
        "input", [{"name": name, "mimeType": "text/plain", "buffer": b"x"} for name in ("a", "b")]
    ),
    gives={
        "foo": [{"name": name, "contents": "eA==", "mime": "text/plain"} for name in ("a", "b")]
    },
)
r(
    "data-bind (custom element)",
    "binds the value of a web component",
    "<x-field value=x data-bind:foo></x-field>",
    do="(q('x-field').value = 'z', q('x-field').dispatchEvent(new Event('change')))",
    gives={"foo": "z"},
)
r(
    "__prop",
    "binds a property",
    "<input type=checkbox data-bind:foo__prop.indeterminate>",
    signals={"foo": True},
    then="q('input').indeterminate",
    gives=True,
)
r(
    "__prop",
    "writes the signal of the property",
    "<input data-bind:foo__prop.value-as-number type=number>",
    do=fill("5"),
    gives={"foo": 5},
)
r(
    "__event",
    "names the event that writes the signal",
    "<input data-bind:foo__event.change>",
    signals={"foo": ""},
    do=(fill("x"), "q('input').value"),
    gives={"foo": ""},
)
r(
    "__event",
    "hears that event",
    "<input data-bind:foo__event.my-done>",
    signals={"foo": ""},
    do=(fill("x"), "q('input').dispatchEvent(new Event('my-done'))"),
    gives={"foo": "x"},
)
r(
    "__event",
    "takes several",
    "<input data-bind:foo__event.change.blur>",
    signals={"foo": ""},
    do=(fill("x"), "q('input').blur()"),
    gives={"foo": "x"},
)

r = section("data-class")
r(
    "data-class:NAME",
    "adds the class",
    '<p id=o data-class:big="$a"></p>',
    signals={"a": True},
    then="q('#o').className",
    gives="big",
)
r(
    "data-class:NAME",
    "removes it",
    f'<p id=o data-class:big="$a"></p>{button("$a = false")}',
    signals={"a": True},
    do=click(),
    then="q('#o').className",
    gives="",
)
r(
    "data-class:NAME",
    "keeps hyphens",
    '<p id=o data-class:font-bold="$a"></p>',
    signals={"a": True},
    then="q('#o').className",
    gives="font-bold",
)
r(
    "data-class",
    "takes an object",
    """<p id=o class=own data-class="{a: $a, 'b c': !$a, d: $a}"></p>""",
    signals={"a": True},
    then="q('#o').className",
    gives="own a d",
)

r = section("data-computed")
r(
    "data-computed:NAME",
    "is a signal that follows others",
    '<p data-computed:sum="$a + $b"></p>' + out("$sum"),
    signals={"a": 1, "b": 2},
    then=SHOWN,
    gives="3",
)
r(
    "data-computed:NAME",
    "follows",
    f'<p data-computed:sum="$a + 1"></p>{button("$a = 5")}' + out("$sum"),
    signals={"a": 1},
    do=click(),
    then=SHOWN,
    gives="6",
)
r(
    "data-computed",
    "takes an object of functions",
    '<p data-computed="{sum: () => $a + 1}"></p>' + out("$sum"),
    signals={"a": 1},
    then=SHOWN,
    gives="2",
)

r = section("data-effect")
r(
    "data-effect",
    "runs at once",
    '<p data-effect="$b = $a + 1"></p>',
    signals={"a": 1, "b": 0},
    gives={"a": 1, "b": 2},
)
r(
    "data-effect",
    "runs when a signal in it changes",
    f'<p data-effect="$b = $a + 1"></p>{button("$a = 5")}',
    signals={"a": 1, "b": 0},
    do=click(),
    gives={"a": 5, "b": 6},
)

r = section("data-ignore")
r(
    "data-ignore",
    "leaves the element and what is in it alone",
    '<p data-ignore data-text="$a"><b data-text="$a">x</b></p>',
    signals={"a": "y"},
    then="q('p').innerHTML",
    gives='<b data-text="$a">x</b>',
)
r(
    "__self",
    "leaves the element alone and not what is in it",
    '<p data-ignore__self data-class:z="true"><b data-text="$a">x</b></p>',
    signals={"a": "y"},
    then="[q('p').className, q('b').textContent]",
    gives=["", "y"],
)

r = section("data-ignore-morph")
r(
    "data-ignore-morph",
    "keeps an element through patches",
    "<div id=d data-ignore-morph>old</div><p id=p>old</p>",
    stream=True,
    do=push(patch("<div id=d data-ignore-morph>new</div>") + patch("<p id=p>new</p>")),
    then="[q('#d').textContent, q('#p').textContent]",
    gives=["old", "new"],
)

r = section("data-indicator")
r(
    "data-indicator:NAME",
    "is true while a request runs",
    button("@post('/do/x')", "data-indicator:busy")
    + '<p data-on-signal-patch="$_log += patch.busy + \' \'" data-on-signal-patch-filter="{include: /busy/}"></p>'
    + out("$_log"),
    signals={"_log": ""},
    do=click(),
    then=SHOWN,
    gives="true false ",
    differs="",
)
r(
    "data-indicator",
    "takes the signal's name as its value",
    button("@post('/do/x')", "data-indicator=busy"),
    do=(click(),),
    gives={"busy": False},
)
r(
    "data-indicator",
    "begins as false",
    button("@post('/do/x')", "data-indicator:busy"),
    gives={"busy": False},
)

r = section("data-init")
r("data-init", "runs when the attribute is there", '<p data-init="$a = 1"></p>', gives={"a": 1})
r(
    "data-init",
    "runs for what a patch brings",
    "<p id=p></p>",
    stream=True,
    do=push(patch('<p id=p data-init="$a = 2"></p>')),
    gives={"a": 2},
)
r(
    "__delay",
    "runs later",
    '<p data-init__delay.500ms="$a = 1"></p>',
    signals={"a": 0},
    clock=True,
    do=(tick(499), tick(1)),
    gives={"a": 1},
)
r(
    "__delay",
    "and not before",
    '<p data-init__delay.500ms="$a = 1"></p>',
    signals={"a": 0},
    clock=True,
    do=tick(499),
    gives={"a": 0},
)
r(
    "__viewtransition",
    "wraps it in a view transition",
    '<p data-init__viewtransition="$a = 1"></p>',
    gives={"a": 1},
)

r = section("data-json-signals")
r(
    "data-json-signals",
    "shows all signals",
    "<pre id=o data-json-signals></pre>",
    signals={"a": 1},
    then=SHOWN,
    gives='{\n  "a": 1\n}',
)
r(
    "data-json-signals",
    "takes a filter",
    '<pre id=o data-json-signals="{include: /^a/}"></pre>',
    signals={"a": 1, "b": 2},
    then="JSON.parse(q('#o').textContent)",
    gives={"a": 1},
)
r(
    "data-json-signals",
    "excludes by a filter",
    '<pre id=o data-json-signals="{exclude: /^a/}"></pre>',
    signals={"a": 1, "b": 2},
    then="JSON.parse(q('#o').textContent)",
    gives={"b": 2},
)
r(
    "__terse",
    "writes it on one line",
    "<pre id=o data-json-signals__terse></pre>",
    signals={"a": 1},
    then=SHOWN,
    gives='{"a":1}',
)

r = section("data-on")
r(
    "data-on:EVENT",
    "runs an expression",
    button("$a++"),
    signals={"a": 1},
    do=click(),
    gives={"a": 2},
)
r("evt", "is the event", button("$a = evt.type"), do=click(), gives={"a": "click"})
r("el", "is the element", button("$a = el.localName"), do=click(), gives={"a": "button"})
r(
    "data-on:EVENT",
    "hears custom events",
    '<p data-on:my-event="$a = evt.detail"></p>',
    do="q('p').dispatchEvent(new CustomEvent('my-event', {detail: 5}))",
    gives={"a": 5},
)
r(
    "data-on:submit",
    "keeps the browser from sending the form",
    '<form action=/elsewhere data-on:submit="$a = 1"><button id=send>x</button></form>',
    do=click("#send"),
    gives={"a": 1},
)
r(
    "__once",
    "runs once",
    '<button data-on:click__once="$a++">x</button>',
    signals={"a": 0},
    do=(click(), click()),
    gives={"a": 1},
)
r(
    "__passive",
    "cannot prevent",
    '<button data-on:click__passive="evt.preventDefault(); $a = evt.defaultPrevented">x</button>',
    do=click(),
    gives={"a": False},
    says="passive",
    shows_signals=True,
)
r(
    "__capture",
    "hears before what is inside",
    '<p data-on:click__capture="$a += 1"><button data-on:click="$a += 2">x</button></p>',
    signals={"a": ""},
    do=click(),
    gives={"a": "12"},
)
r(
    "__window",
    "listens on the window",
    '<p data-on:my-event__window="$a = 1"></p>',
    do="dispatchEvent(new Event('my-event'))",
    gives={"a": 1},
)
r(
    "__document",
    "listens on the document",
    '<p data-on:my-event__document="$a = 1"></p>',
    do="document.dispatchEvent(new Event('my-event'))",
    gives={"a": 1},
)
r(
    "__outside",
    "hears what happens elsewhere",
    '<p data-on:click__outside="$a++"><i>in</i></p><button>x</button>',
    signals={"a": 0},
    do=(click("i"), click("button")),
    gives={"a": 1},
)
r(
    "__prevent",
    "prevents the default",
    '<a href="/elsewhere" data-on:click__prevent="$a = evt.defaultPrevented">x</a>',
    do=click("a"),
    gives={"a": True},
)
r(
    "__stop",
    "stops the propagation",
    '<p data-on:click="$a = 1"><button data-on:click__stop="$b = 1">x</button></p>',
    signals={"a": 0},
    do=click(),
    gives={"a": 0, "b": 1},
)
r(
    "__viewtransition",
    "wraps it in a view transition",
    '<button data-on:click__viewtransition="$a = 1">x</button>',
    do=click(),
    gives={"a": 1},
)
r(
    "__trusted",
    "runs for events that scripts make, too",
    '<button data-on:click__trusted="$a = evt.isTrusted">x</button>',
    do="q('button').click()",
    gives={"a": False},
    differs="ours runs for them without it",
)

FIRE = {
    "data-on": (
        '<button data-on:my-event__{}="$a++">x</button>',
        "q('button').dispatchEvent(new Event('my-event'))",
    ),
    "data-on-signal-patch": (
        '<p data-on-signal-patch__{}="$a++" '
        'data-on-signal-patch-filter="{{include: /^b/}}"></p>'
        '<button data-on:click="$b++">x</button>',
        "q('button').click()",
    ),
}
# The modifier; what to do: fire (f) or wait; how often it ran.
TIMES: list[tuple[str, list[Any], int, str]] = [
    ("delay.100ms", ["f", 99], 0, "waits"),
    ("delay.100ms", ["f", 100], 1, "runs after that time"),
    ("delay.1s", ["f", 999], 0, "knows seconds"),
    ("debounce.100ms", ["f", 60, "f", 60], 0, "waits for quiet"),
    ("debounce.100ms", ["f", 60, "f", 100], 1, "runs once it is quiet"),
    ("debounce.100ms.leading", ["f"], 1, "runs at the beginning"),
    ("debounce.100ms.leading", ["f", 200], 1, "does not run once more for one event"),
    ("debounce.100ms.leading", ["f", 50, "f", 100], 2, "runs at the end for later ones"),
    ("debounce.100ms.leading.notrailing", ["f", 50, "f", 200], 1, "runs at the beginning only"),
    ("throttle.100ms", ["f", 50, "f", 100], 1, "runs at most once in that time"),
    ("throttle.100ms", ["f", 100, "f"], 2, "runs again after it"),
    ("throttle.100ms.noleading", ["f"], 0, "does not run at the beginning"),
    ("throttle.100ms.trailing", ["f", 50, "f", 50], 2, "runs at the end for what came"),
    ("throttle.100ms.noleading.trailing", ["f", 100], 1, "runs at the end only"),
]
for attribute, (page, fire) in FIRE.items():
    r = section(attribute) if attribute != "data-on" else r
    if attribute == "data-on-signal-patch":
        r(
            "data-on-signal-patch",
            "runs when signals change",
            f'<p data-on-signal-patch="$_a = 1"></p>{button("$b = 1")}' + out("$_a"),
            signals={"_a": 0, "b": 0},
            do=click(),
            then="Number(q('#o').textContent) > 0",
            gives=True,
        )
        r(
            "patch",
            "is what changed",
            f'<p data-on-signal-patch="$_c = patch.b || $_c"></p>{button("$b = 1")}' + out("$_c"),
            do=click(),
            then=SHOWN,
            gives="1",
        )
    for modifier, steps, times, what in TIMES:
        do = tuple(fire if step == "f" else tick(step) for step in steps)
        r(
            f"__{modifier}",
            what,
            page.format(modifier) + '<i id=n data-text="$a"></i>',
            signals={"a": 0, "b": 0},
            clock=True,
            do=do,
            then="JSON.parse(q('#n').textContent)",
            gives=times,
        )

r = section("data-on-signal-patch-filter")
for name, filter, hears in [
    ("include", "{include: /^b/}", True),
    ("include", "{include: /^c/}", False),
    ("exclude", "{exclude: /^b/}", False),
    ("exclude", "{exclude: /^c/}", True),
]:
    r(
        name,
        "hears what passes" if hears else "does not hear what does not pass",
        f'<p data-on-signal-patch="$_a = 1" data-on-signal-patch-filter="{filter}"></p>{button("$b = 1")}'
        + out("$b + ' ' + $_a"),
        signals={"_a": 0, "b": 0},
        do=click(),
        then=SHOWN,
        gives="1 1" if hears else "1 0",
    )

r = section("data-on-intersect")
TALL = '<div style="height: 3000px"></div>'
SEE = "q('#p').scrollIntoView()"
P = f'{TALL}<p id=p style="height: 100px" data-on-intersect{{}}="$a++"></p>{TALL}'
r(
    "data-on-intersect",
    "runs when the element comes into view",
    P.format(""),
    signals={"a": 0},
    do=SEE,
    gives={"a": 1},
)
r("data-on-intersect", "and not before", P.format(""), signals={"a": 0}, gives={"a": 0})
for modifier in ("__once", "__half", "__full", "__threshold.25", "__viewtransition"):
    r(
        modifier,
        "runs when that much of it is seen"
        if modifier not in ("__once", "__viewtransition")
        else "runs once"
        if modifier == "__once"
        else "wraps it in a view transition",
        P.format(modifier),
        signals={"a": 0},
        do=SEE,
        gives={"a": 1},
    )
r(
    "__exit",
    "runs when it is out of view",
    f'<p id=p data-on-intersect__exit="$a++">x</p>{TALL}',
    signals={"a": 0},
    do=(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))",
        "scrollTo(0, 2000)",
    ),
    gives={"a": 1},
)
for modifier in ("__delay.1ms", "__debounce.1ms", "__throttle.1ms"):
    r(modifier, "as for data-on", P.format(modifier), signals={"a": 0}, do=SEE, gives={"a": 1})

r = section("data-on-interval")
r(
    "data-on-interval",
    "runs each second",
    '<p data-on-interval="$a++"></p>',
    signals={"a": 0},
    clock=True,
    do=tick(2000),
    gives={"a": 2},
)
r(
    "__duration",
    "takes another time",
    '<p data-on-interval__duration.500ms="$a++"></p>',
    signals={"a": 0},
    clock=True,
    do=tick(2000),
    gives={"a": 4},
)
r(
    "__duration.2s",
    "knows seconds",
    '<p data-on-interval__duration.2s="$a++"></p>',
    signals={"a": 0},
    clock=True,
    do=tick(2000),
    gives={"a": 1},
)
r(
    "__duration.1s.leading",
    "runs at once as well",
    '<p data-on-interval__duration.1s.leading="$a++"></p>',
    signals={"a": 0},
    clock=True,
    do=tick(1000),
    gives={"a": 2},
)
r(
    "__viewtransition",
    "wraps it in a view transition",
    '<p data-on-interval__duration.10ms__viewtransition="$a = 1"></p>',
    gives={"a": 1},
)

r = section("data-preserve-attr")
r(
    "data-preserve-attr",
    "keeps attributes through patches",
    '<details id=d open data-preserve-attr="open">x</details>',
    stream=True,
    do=push(patch('<details id=d data-preserve-attr="open">y</details>')),
    then="[q('#d').open, q('#d').textContent]",
    gives=[True, "y"],
)
r(
    "data-preserve-attr",
    "takes several",
    '<p id=d title=a lang=b data-preserve-attr="title lang">x</p>',
    stream=True,
    do=push(patch('<p id=d title=c lang=d data-preserve-attr="title lang">y</p>')),
    then="[q('#d').title, q('#d').lang, q('#d').textContent]",
    gives=["a", "b", "y"],
)

r = section("data-ref")
r(
    "data-ref:NAME",
    "is a signal that holds the element",
    "<p id=x data-ref:foo></p>" + out("$foo.id"),
    then=SHOWN,
    gives="x",
)
r(
    "data-ref",
    "takes the name as its value",
    "<p id=x data-ref=foo></p>" + out("$foo.id"),
    then=SHOWN,
    gives="x",
)

r = section("data-show")
r(
    "data-show",
    "hides",
    '<p id=o data-show="$a">x</p>',
    signals={"a": False},
    then="q('#o').style.display",
    gives="none",
)
r(
    "data-show",
    "shows what a style hid",
    '<p id=o data-show="$a" style="display: none">x</p>',
    signals={"a": True},
    then="q('#o').style.display",
    gives="",
)

r = section("data-signals")
r("data-signals:NAME", "makes a signal", '<p data-signals:foo="1"></p>', gives={"foo": 1})
r(
    "data-signals:NAME",
    "makes camels of hyphens",
    '<p data-signals:my-signal="1"></p>',
    gives={"mySignal": 1},
)
r(
    "data-signals:NAME",
    "nests at dots",
    '<p data-signals:foo.bar="1"></p>',
    gives={"foo": {"bar": 1}},
)
r("data-signals:NAME", "is empty without a value", "<p data-signals:foo></p>", gives={"foo": ""})
r(
    "data-signals",
    "takes an object",
    '<p data-signals="{foo: {bar: 1, baz: 2}}"></p>',
    gives={"foo": {"bar": 1, "baz": 2}},
)
r(
    "data-signals",
    "takes JSON",
    """<p data-signals='{"foo": [1, null]}'></p>""",
    gives={"foo": [1, None]},
)
r(
    "data-signals",
    "later ones override earlier ones",
    '<p data-signals:foo="1"></p><p data-signals:foo="2"></p>',
    gives={"foo": 2},
)
r(
    "data-signals",
    "null removes a signal",
    '<p data-signals="{foo: null}"></p>',
    signals={"foo": 1, "bar": 2},
    gives={"bar": 2},
)
r(
    "__ifmissing",
    "leaves what is there",
    '<p data-signals:foo__ifmissing="2"></p>',
    signals={"foo": 1},
    gives={"foo": 1},
)
r(
    "__ifmissing",
    "makes what is missing",
    '<p data-signals:foo__ifmissing="2"></p>',
    gives={"foo": 2},
)
r(
    "__ifmissing",
    "looks into objects",
    '<p data-signals__ifmissing="{foo: {a: 2, b: 3}}"></p>',
    signals={"foo": {"a": 1}},
    gives={"foo": {"a": 1, "b": 3}},
)

r = section("data-style")
r(
    "data-style:NAME",
    "sets a property",
    '<p id=o data-style:color="$a"></p>',
    signals={"a": "red"},
    then="q('#o').style.color",
    gives="red",
)
r(
    "data-style",
    "takes an object",
    """<p id=o data-style="{color: $a, 'font-weight': 'bold', marginTop: '1px'}"></p>""",
    signals={"a": "red"},
    then="q('#o').style.cssText",
    gives="color: red; font-weight: bold; margin-top: 1px;",
)
r(
    "data-style",
    "gives back what was there when it is empty",
    '<p id=o style="color: blue" data-style:color="$a"></p>' + button("$a = ''"),
    signals={"a": "red"},
    do=click(),
    then="q('#o').style.color",
    gives="blue",
)
r(
    "data-style",
    "knows custom properties",
    """<p id=o data-style="{'--x': 1}"></p>""",
    then="q('#o').style.getPropertyValue('--x')",
    gives="1",
)

r = section("data-text")
r(
    "data-text",
    "shows an expression as text",
    '<p id=o data-text="$a"></p>',
    signals={"a": "<b>"},
    then=SHOWN,
    gives="<b>",
)
r(
    "data-text",
    "follows",
    '<p id=o data-text="$a"></p>' + button("$a = 2"),
    signals={"a": 1},
    do=click(),
    then=SHOWN,
    gives="2",
)

r = section("Attribute casing")
CASES = {"camel": "mySignal", "kebab": "my-signal", "snake": "my_signal", "pascal": "MySignal"}
for case, name in CASES.items():
    r(
        f"__case.{case}",
        "of data-signals",
        f'<p data-signals:my-signal__case.{case}="1"></p>',
        gives={name: 1},
    )
    r(
        f"__case.{case}",
        "of data-bind",
        f"<input value=x data-bind:my-signal__case.{case}>",
        gives={name: "x"},
    )
    r(
        f"__case.{case}",
        "of data-indicator",
        f"<p data-indicator:my-signal__case.{case}></p>",
        gives={name: False},
    )
    shown = f"$['{name}']"
    r(
        f"__case.{case}",
        "of data-computed",
        f'<p data-computed:my-signal__case.{case}="1"></p>' + out(shown),
        then=SHOWN,
        gives="1",
    )
    r(
        f"__case.{case}",
        "of data-ref",
        f"<p id=x data-ref:my-signal__case.{case}></p>" + out(shown + ".id"),
        then=SHOWN,
        gives="x",
    )
    r(
        f"__case.{case}",
        "of data-class",
        f'<p id=o data-class:my-signal__case.{case}="true"></p>',
        then="q('#o').className",
        gives=name,
    )
    r(
        f"__case.{case}",
        "of data-on",
        f'<p data-on:my-signal__case.{case}="$a = 1"></p>',
        do=f"q('p').dispatchEvent(new Event('{name}'))",
        gives={"a": 1},
    )
r(
    "data-on",
    "keeps hyphens by itself",
    '<p data-on:my-event="$a = 1"></p>',
    do="q('p').dispatchEvent(new Event('my-event'))",
    gives={"a": 1},
)

r = section("Attribute evaluation order")
r(
    "order",
    "is that of the page: a signal is there for what comes after it",
    '<p data-signals:a="1"></p><p data-signals:b="$a + 1"></p>',
    gives={"a": 1, "b": 2},
)
r(
    "order",
    "is that of an element's attributes",
    '<p data-signals:a="1" data-init="$b = $a + 1"></p>',
    gives={"a": 1, "b": 2},
)

r = section("Aliasing attributes")
r(
    "data-star-*",
    "is a second name of all attributes, in a bundle of its own",
    '<p data-star-text="1"></p>',
    then="q('p').textContent",
    gives="",
    differs="ours has no such bundle: one client, one name",
)

r = section("Runtime errors")
r(
    "console",
    "says what is wrong, and where",
    '<p id=x data-text="$a.b.c()"></p>',
    signals={"a": {}},
    says='data-text="$a.b.c()" on <p id="x">',
)
r(
    "console",
    "names what is not known",
    '<p data-text="nothing"></p>',
    says="nothing is not known here",
)
r(
    "console",
    "tells of modifiers that there are not",
    '<p data-on:click__sometimes="1"></p>',
    says="there is no modifier __sometimes",
)
r(
    "data-on-EVENT",
    "was how data-on:EVENT was written before 1.0",
    '<p data-on-click="1"></p>',
    says="write data-on:click",
    differs="not supported, as in Datastar; ours says so",
)

r = section("Pro attributes")
for name in (
    "animate",
    "custom-validity",
    "match-media",
    "on-raf",
    "on-resize",
    "persist",
    "query-string",
    "replace-url",
    "scroll-into-view",
    "view-transition",
):
    r(
        f"data-{name}",
        "is of Datastar Pro",
        f'<p data-{name}="1"></p>',
        says="is not supported",
        differs="not supported: it is not part of the free client either; the console says so",
    )
