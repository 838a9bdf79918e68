"""The events of a stream that Datastar's reference names."""

from __future__ import annotations

from ..client_desk import patch, signals
from .row import Row, Section, push

ROWS: list[Row] = []


def section(name: str) -> Section:
    return Section(name, ROWS)


r = section("datastar-patch-elements")
LIST = "<ul id=l><li id=a>a</li><li id=b>b</li></ul>"
for mode, selector, elements, given in [
    ("outer", "", "<li id=b>B</li>", '<li id="a">a</li><li id="b">B</li>'),
    ("outer", "#b", "<li id=b>B</li>", '<li id="a">a</li><li id="b">B</li>'),
    ("inner", "#b", "<i>B</i>", '<li id="a">a</li><li id="b"><i>B</i></li>'),
    ("replace", "#b", "<li>B</li>", '<li id="a">a</li><li>B</li>'),
    ("replace", "", "<li id=b>B</li>", '<li id="a">a</li><li id="b">B</li>'),
    ("prepend", "#l", "<li>n</li>", '<li>n</li><li id="a">a</li><li id="b">b</li>'),
    ("append", "#l", "<li>n</li>", '<li id="a">a</li><li id="b">b</li><li>n</li>'),
    ("before", "#b", "<li>n</li>", '<li id="a">a</li><li>n</li><li id="b">b</li>'),
    ("after", "#a", "<li>n</li>", '<li id="a">a</li><li>n</li><li id="b">b</li>'),
    ("remove", "#a", "", '<li id="b">b</li>'),
    ("remove", "", "<li id=b></li>", '<li id="a">a</li>'),
    ("append", "li", "<i></i>", '<li id="a">a<i></i></li><li id="b">b<i></i></li>'),
]:
    arguments = {"mode": mode, **({"selector": selector} if selector else {})}
    r(
        f"mode {mode}",
        "of the elements that a selector finds" if selector else "of elements by their ids",
        LIST,
        stream=True,
        do=push(patch(elements, **arguments)),
        then="q('#l').innerHTML",
        gives=given,
    )
r(
    "elements",
    "may be several",
    LIST,
    stream=True,
    do=push(patch("<li id=a>A</li><li id=b>B</li>")),
    then="q('#l').textContent",
    gives="AB",
)
r(
    "elements",
    "may have several lines",
    LIST,
    stream=True,
    do=push(patch("<li id=a>\nA\n</li>")),
    then="q('#a').textContent",
    gives="\nA\n",
)
r(
    "elements",
    "run their scripts, where the policy lets them",
    LIST,
    stream=True,
    do=push(
        patch(
            '<script nonce="n0nce">document.title = "ran"</script>', selector="body", mode="append"
        )
    ),
    then="document.title",
    gives="ran",
)
for namespace, parent, tag in [("svg", "svg", "circle"), ("mathml", "math", "mi")]:
    r(
        f"namespace {namespace}",
        "makes elements of that namespace",
        f"<{parent} id=g></{parent}>",
        stream=True,
        do=push(patch(f"<{tag} id=c></{tag}>", selector="#g", mode="append", namespace=namespace)),
        then="q('#c').namespaceURI === q('#g').namespaceURI && q('#c').localName",
        gives=tag,
    )
r(
    "useViewTransition",
    "wraps the patch in a view transition",
    LIST,
    stream=True,
    do=push(patch("<li id=a>A</li>", useViewTransition="true")),
    then="q('#a').textContent",
    gives="A",
)
r(
    "viewTransitionSelector",
    "is where the transition is",
    LIST,
    stream=True,
    do=push(patch("<li id=a>A</li>", useViewTransition="true", viewTransitionSelector="#l")),
    then="q('#a').textContent",
    gives="A",
)
r(
    "selector",
    "that finds nothing is told in the console",
    LIST,
    stream=True,
    do=push(patch("<i></i>", selector="#none")),
    says="no element matches the selector #none",
)

r = section("datastar-patch-signals")
r(
    "signals",
    "are merged",
    "",
    signals={"a": {"b": 1}},
    stream=True,
    do=push(signals(a={"c": 2})),
    gives={"a": {"b": 1, "c": 2}},
)
r(
    "signals",
    "that are null are removed",
    "",
    signals={"a": 1, "b": 2},
    stream=True,
    do=push(signals(a=None)),
    gives={"b": 2},
)
r(
    "signals",
    "may be written as JavaScript writes objects",
    "",
    stream=True,
    do=push("event: datastar-patch-signals\ndata: signals {a: 1, b: [2, 'x'],}\n\n"),
    gives={"a": 1, "b": [2, "x"]},
)
r(
    "signals",
    "may have several lines",
    "",
    stream=True,
    do=push('event: datastar-patch-signals\ndata: signals {\ndata: signals "a": 1}\n\n'),
    gives={"a": 1},
)
r(
    "onlyIfMissing",
    "leaves what is there",
    "",
    signals={"a": 1},
    stream=True,
    do=push(signals(only_if_missing=True, a=2, b=2)),
    gives={"a": 1, "b": 2},
)

r = section("Streams")
r(
    "comments",
    "are left aside",
    "",
    stream=True,
    do=push(": a comment\n\n" + signals(a=1)),
    gives={"a": 1},
)
r(
    "CRLF",
    "ends lines as well",
    "",
    stream=True,
    do=push(signals(a=1).replace("\n", "\r\n")),
    gives={"a": 1},
)
r(
    "other events",
    "are left to whoever listens for them",
    "",
    stream=True,
    do=push("event: else\ndata: x\n\n" + signals(a=1)),
    gives={"a": 1},
)
