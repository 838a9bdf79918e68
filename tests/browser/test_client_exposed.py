"""Functions that a page makes known to expressions, and what foreign markup cannot reach."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import via
from via import h

SHOWN = '<b id=o data-text="$out"></b>'


def test_a_page_exposes_functions_from_its_first_script_on(v, serve, page):
    v.append_to_head(h.Script(h.Raw("via.expose({initials: name => name[0] + '.'})")))

    @v.page("/")
    def show(c: via.Context) -> None:
        name = c.signal("Ann")
        c.view(
            lambda: h.Main(
                h.Input(name.bind()), h.B(h.ID("o"), h.Data("text", f"initials(${name.id()})"))
            )
        )

    page.goto(serve(v).url)
    expect(page.locator("#o")).to_have_text("A.")
    page.fill("input", "Bob")
    expect(page.locator("#o")).to_have_text("B.")


def test_what_waited_for_a_function_runs_once_it_is_there(show, page, console):
    console.expect("late is not known here")
    show('<b id=o data-text="late($a)"></b>', {"a": 2})
    page.evaluate("via.expose({late: x => x * 2})")
    expect(page.locator("#o")).to_have_text("4")


@pytest.mark.parametrize(
    ("exposed", "what"),
    [("{a: 1}", "a is not a function"), ("{a: Function}", "compiling code"), ("{a: eval}", "code")],
)
def test_only_functions_are_exposed_and_none_that_compile_code(show, page, exposed, what):
    show("")
    said = page.evaluate(
        f"() => {{ try {{ via.expose({exposed}) }} catch (e) {{ return `${{e}}` }} }}"
    )
    assert what in said


def test_an_element_called_via_exposes_nothing(show, page, console):
    console.expect("is not known here")
    show('<form id=via><input name=exposed></form><b data-init="exposed()"></b>')
    assert page.evaluate("typeof via.expose") == "function"


ESCAPES = [
    "window.eval('1')",
    "eval('1')",
    "Function('return 1')()",
    "new Function('return 1')",
    "globalThis.document",
    "self.document",
    "top.document",
    "parent.document",
    "frames[0]",
    "fetch('/x')",
    "new XMLHttpRequest()",
    "new WebSocket('ws://x')",
    "new Worker('/x')",
    "importScripts('/x')",
    "import('/x')",
    "[].constructor.constructor('return 1')()",
    "''['constructor']['constructor']('return 1')()",
    "(() => 1).constructor('return 1')()",
    "el.constructor",
    "({}).__proto__",
    "({})['__proto__']",
    "({['__proto__']: 1})",
    "Object.prototype",
    "({}).__defineGetter__('a', () => 1)",
    "({}).__lookupGetter__('a')",
    "const p = 'con' + 'structor'; el[p]",
    "let f = [].map; f['constructor']",
    "const f = x => { return x.constructor }; f(1)",
    "if (el) { el.constructor }",
    "delete Object.prototype.toString",
    "delete el['__proto__']",
    "setTimeout('$out = 1')",
    "Reflect.get(el, 'constructor')",
    "new Proxy({}, {})",
    "Symbol.iterator",
    "window.setTimeout = 1",
    "document = 1",
    "const [x] = el",
    "via.expose({f: () => 1})",
    "`${(() => 1)['constructor']('return 1')()}`",
    "[1].map(Function)",
    "[1].map(eval)",
    "Object.getOwnPropertyDescriptor(el, 'x').get.constructor",
    "evt.view.eval('1')",
    "evt.view.secret()",
    "document.defaultView.secret()",
    "el.ownerDocument.defaultView.secret()",
    "document.defaultView.fetch('/x')",
    "[document].map(x => x.defaultView)[0].secret()",
    "document.querySelector('iframe').contentWindow.fetch('/x')",
    "document.querySelector('iframe').contentDocument.defaultView.eval('1')",
    "const { defaultView } = document; defaultView.secret()",
    "(x => x.secret())(document.defaultView)",
    "Object.values({w: document.defaultView})[0].secret()",
    "document.defaultView.open('/x')",
    "el.ownerDocument.defaultView.Function('1')",
    "for (;;) {}",
    "while (true) {}",
    "async () => 1",
    "function f() {}",
    "class A {}",
    "with (el) {}",
    "this.eval",
    "super.x",
]


@pytest.mark.parametrize("attempt", ESCAPES)
def test_foreign_markup_reaches_no_more_than_it_may(show, page, console, attempt):
    console.allow("")
    show(
        f"<button data-on:click=\"{attempt}; $out = 'reached'\">x</button>{SHOWN}<iframe></iframe>"
        "<button id=next data-on:click=\"$done = 'next'\">y</button><b id=d data-text=$done></b>",
        {"out": "", "done": ""},
    )
    page.evaluate("() => { window.secret = () => 1 }")
    page.click("button")
    page.click("#next")
    expect(page.locator("#d")).to_have_text("next")
    expect(page.locator("#o")).to_have_text("")
