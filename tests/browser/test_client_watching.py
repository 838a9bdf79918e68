"""data-on-intersect, data-on-interval, data-on-signal-patch and data-json-signals."""

import json

import pytest
from playwright.sync_api import expect

FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
COUNT = '<b id=n data-text="$n"></b>'


@pytest.mark.parametrize(
    ("modifiers", "seen"),
    [("", [1, 2]), ("__once", [1, 1]), ("__full", [1, 2]), ("__half", [1, 2]), ("__exit", [1, 2])],
)
def test_an_element_that_comes_into_view_runs_its_expression(show, page, modifiers, seen):
    page.set_viewport_size({"width": 400, "height": 400})
    show(
        f"""<div style="height: 900px">{COUNT}</div>
        <p id=p style="height: 50px" data-on-intersect{modifiers}="$n++"></p>
        <div style="height: 900px"></div>""",
        {"n": 0},
    )
    is_exit = modifiers == "__exit"
    expect(page.locator("#n")).to_have_text("1" if is_exit else "0")
    for times in seen:
        page.evaluate("document.querySelector('#p').scrollIntoView({block: 'center'})")
        page.evaluate(FRAMES)
        expect(page.locator("#n")).to_have_text(str(times))
        page.evaluate("scrollTo(0, 0)")
        page.evaluate(FRAMES)
        if is_exit:
            expect(page.locator("#n")).to_have_text(str(times + 1))


def test_an_element_counts_as_seen_from_its_threshold_on(show, page):
    page.set_viewport_size({"width": 400, "height": 400})
    show(
        f"""{COUNT}<div style="height: 350px"></div>
        <p style="height: 1000px; margin: 0" data-on-intersect__threshold.25="$n++"></p>""",
        {"n": 0},
    )
    page.evaluate("scrollTo(0, 100)")
    page.evaluate(FRAMES)
    expect(page.locator("#n")).to_have_text("0")
    page.evaluate("scrollTo(0, 400)")
    expect(page.locator("#n")).to_have_text("1")


@pytest.mark.parametrize(
    ("modifiers", "after"),
    [("", 3), ("__duration.500ms", 6), ("__duration.1s.leading", 4), ("__duration.2s", 1)],
)
def test_an_interval_runs_its_expression_again_and_again(show, page, modifiers, after):
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    show(f'<p id=p data-on-interval{modifiers}="$n++"></p>{COUNT}', {"n": 0})
    page.clock.run_for(3010)
    expect(page.locator("#n")).to_have_text(str(after))
    page.evaluate("document.querySelector('#p').remove()")
    page.clock.run_for(3000)
    expect(page.locator("#n")).to_have_text(str(after))


def test_a_patch_of_signals_runs_an_expression_that_sees_it(show):
    page = show(
        """<p id=p data-on-signal-patch="el.textContent = JSON.stringify(patch)"></p>
        <button data-on:click="$a.b = 2; $c = 3">x</button>""",
        {"a": {"b": 1}, "c": 0},
    )
    page.click("button")
    expect(page.locator("#p")).to_have_text('{"a":{"b":2},"c":3}')


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("{include: /^c$/}", '{"c":3}'),
        ("{include: 'a.b'}", '{"a":{"b":2}}'),
        ("{exclude: /^a/}", '{"c":3,"done":1}'),
        ("{include: /^none$/}", ""),
    ],
)
def test_a_filter_picks_what_of_a_patch_counts(show, wanted, told):
    page = show(
        f"""<p id=p data-on-signal-patch="el.textContent = JSON.stringify(patch)"
        data-on-signal-patch-filter="{wanted}"></p>
        <button data-on:click="$a.b = 2; $c = 3; $done = 1">x</button><b data-text="$done"></b>""",
        {"a": {"b": 1}, "c": 0, "done": 0},
    )
    page.click("button")
    expect(page.locator("b")).to_have_text("1")
    expect(page.locator("#p")).to_have_text(told)


@pytest.mark.parametrize(("modifiers", "indent"), [("", 2), ("__terse", None)])
def test_signals_are_shown_as_json(show, modifiers, indent):
    page = show(
        f"""<pre id=p data-json-signals{modifiers}></pre>
        <pre id=q data-json-signals__terse="{{include: /^b/}}"></pre>
        <button data-on:click="$b.c = 'x'">x</button>""",
        {"a": 1, "b": {"c": True}},
    )
    separators = None if indent else (",", ":")
    for value in (True, "x"):
        shown = json.dumps(
            {"a": 1, "b": {"c": value}}, indent=indent, separators=separators or (",", ": ")
        )
        expect(page.locator("#p")).to_have_text(shown)
        expect(page.locator("#q")).to_have_text('{"b":{"c":' + json.dumps(value) + "}}")
        page.click("button")
