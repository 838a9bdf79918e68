"""Attributes that make and show signals, and those that keep the client's hands off."""

import pytest
from playwright.sync_api import expect

SHOW_ALL = '<pre id=all data-on:look__window="el.textContent = JSON.stringify($)"></pre>'


def signals_of(page) -> str:
    page.evaluate("window.dispatchEvent(new Event('look'))")
    return page.text_content("#all")


@pytest.mark.parametrize(
    ("attributes", "made"),
    [
        ('data-signals=\'{"a": 1, "b": {"c": [1]}}\'', '{"a":1,"b":{"c":[1]}}'),
        ("data-signals=\"{a: 1 + 1, b: 'x'}\"", '{"a":2,"b":"x"}'),
        ("data-signals:first-name=\"'Ada'\"", '{"firstName":"Ada"}'),
        ("data-signals:first-name__case.kebab='1'", '{"first-name":1}'),
        ("data-signals:first-name__case.snake='1'", '{"first_name":1}'),
        ("data-signals:first-name__case.pascal='1'", '{"FirstName":1}'),
        ("data-signals:user.nick-name='1'", '{"user":{"nickName":1}}'),
        ("data-signals:a", '{"a":""}'),
        ("data-signals='{\"a\": 1}' data-signals:a__ifmissing='2'", '{"a":1}'),
        ("data-signals='{\"a\": 1, \"b\": 2}' data-signals:a='null'", '{"b":2}'),
        ("data-signals='{\"a\": 2}' data-computed:twice='$a * 2'", '{"a":2,"twice":4}'),
        ("data-signals='{\"a\": 2}' data-computed='{x: () => $a + 1}'", '{"a":2,"x":3}'),
    ],
)
def test_signals_are_made(show, attributes, made):
    page = show(f"<p {attributes}></p>{SHOW_ALL}")
    assert signals_of(page) == made


def test_a_computed_signal_follows_and_cannot_be_set(show, console):
    page = show(
        """<p data-computed:twice="$n * 2"></p><b data-text="$twice"></b>
        <button data-on:click="$n++; $twice = 0"></button>""",
        {"n": 1},
    )
    expect(page.locator("b")).to_have_text("2")
    page.click("button")
    expect(page.locator("b")).to_have_text("4")
    assert any("$twice is computed" in warning for warning in console.warnings)


def test_text_is_text(show):
    page = show('<p data-text="$html">old</p>', {"html": "<b>&</b>"})
    expect(page.locator("p")).to_have_text("<b>&</b>")


def test_show_hides_and_gives_the_display_back(show):
    page = show(
        """<p id=a style="display: flex" data-show="$on"></p><p id=b style="display: none"
        data-show="!$on"></p><button data-on:click="$on = !$on">x</button>""",
        {"on": True},
    )
    expect(page.locator("#a")).to_have_css("display", "flex")
    expect(page.locator("#b")).to_have_css("display", "none")
    page.click("button")
    expect(page.locator("#a")).to_have_css("display", "none")
    expect(page.locator("#b")).to_have_css("display", "block")
    page.click("button")
    expect(page.locator("#a")).not_to_have_css("display", "none")


def test_classes_by_key_and_by_object(show):
    page = show(
        """<p id=a class=own data-class:font-bold="$on"></p>
        <p id=b class=own data-class="{'x y': $on, z: !$on}"></p>
        <p id=c data-class:font-bold__case.camel="$on"></p>
        <button data-on:click="$on = !$on">x</button>""",
        {"on": True},
    )
    expect(page.locator("#a")).to_have_class("own font-bold")
    expect(page.locator("#b")).to_have_class("own x y")
    expect(page.locator("#c")).to_have_class("fontBold")
    page.click("button")
    expect(page.locator("#a")).to_have_class("own")
    expect(page.locator("#b")).to_have_class("own z")


def test_attributes_by_key_and_by_object(show):
    page = show(
        """<input id=a data-attr:disabled="$on" data-attr:aria-label="$label">
        <a id=b data-attr="{href: '/x/' + $label, title: null, hidden: !$on, 'data-j': {a: 1}}"></a>
        <button data-on:click="$on = !$on; $label = 'new'">x</button>""",
        {"on": True, "label": "old"},
    )
    a, b = page.locator("#a"), page.locator("#b")
    expect(a).to_have_attribute("disabled", "")
    expect(a).to_have_attribute("aria-label", "old")
    expect(b).to_have_attribute("href", "/x/old")
    expect(b).to_have_attribute("data-j", '{"a":1}')
    expect(b).not_to_have_attribute("title", "")
    page.click("button")
    expect(a).not_to_have_attribute("disabled", "")
    expect(a).to_have_attribute("aria-label", "new")
    expect(b).to_have_attribute("hidden", "")


def test_styles_by_key_and_by_object_give_back_what_was_there(show):
    page = show(
        """<p id=a style="color: rgb(1, 2, 3)" data-style:color="$on && 'rgb(9, 9, 9)'"></p>
        <p id=b data-style="{backgroundColor: $on ? 'rgb(9, 9, 9)' : null, '--size': $size}"></p>
        <button data-on:click="$on = !$on">x</button>""",
        {"on": True, "size": "3px"},
    )
    expect(page.locator("#a")).to_have_css("color", "rgb(9, 9, 9)")
    expect(page.locator("#b")).to_have_css("background-color", "rgb(9, 9, 9)")
    assert page.eval_on_selector("#b", "el => el.style.getPropertyValue('--size')") == "3px"
    page.click("button")
    expect(page.locator("#a")).to_have_css("color", "rgb(1, 2, 3)")
    expect(page.locator("#b")).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_an_effect_runs_again_when_a_signal_that_it_read_changes(show):
    page = show(
        """<p id=a data-effect="$n; $m; el.title += 'x'"></p>
        <button id=n data-on:click="$n++">n</button><button id=o data-on:click="$o++">o</button>""",
        {"n": 0, "m": 0, "o": 0},
    )
    a = page.locator("#a")
    expect(a).to_have_attribute("title", "x")
    page.click("#o")
    page.click("#n")
    expect(a).to_have_attribute("title", "xx")


def test_a_signal_that_comes_later_reaches_those_who_asked_for_it(show):
    page = show(
        """<p data-text="`[${$late}|${$user.name ?? ''}]`"></p>
        <button data-on:click="$late = 1; $user.name = 'Ada'">x</button>"""
    )
    expect(page.locator("p")).to_have_text("[|]")
    page.click("button")
    expect(page.locator("p")).to_have_text("[1|Ada]")


def test_arrays_are_reactive(show):
    page = show(
        """<p data-text="$list.join()"></p>
        <button data-on:click="$list.push(3); $list[0] = 9">x</button>""",
        {"list": [1, 2]},
    )
    page.click("button")
    expect(page.locator("p")).to_have_text("9,2,3")


def test_a_ref_is_the_element(show, desk):
    page = show(
        """<input id=i data-ref:field><input data-ref="other">
        <button data-on:click="$field.value = 'set'; $other.value = 'too'">x</button>"""
    )
    page.click("button")
    expect(page.locator("#i")).to_have_value("set")
    expect(page.locator("input").nth(1)).to_have_value("too")


def test_ignored_elements_are_left_alone(show):
    page = show(
        """<div data-ignore><p id=a data-text="1">own</p></div>
        <div id=b data-ignore__self data-text="1"><p id=c data-text="2">own</p></div>
        """
    )
    page.evaluate("document.getElementById('a').setAttribute('data-text', '5')")
    expect(page.locator("#a")).to_have_text("own")
    expect(page.locator("#c")).to_have_text("2")


def test_what_scripts_add_change_or_remove_is_bound_again(show):
    page = show('<div id=a data-text="$n"></div>', {"n": 1, "m": 2})
    a = page.locator("#a")
    page.evaluate("document.getElementById('a').setAttribute('data-text', '$m')")
    expect(a).to_have_text("2")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b data-text=\"$n + 1\"></b>')")
    expect(page.locator("b")).to_have_text("2")
    page.evaluate(
        """document.body.insertAdjacentHTML("beforeend",
             '<i data-init="$k = 7" data-on:click__window="$n = 9"></i><u data-text="$k"></u>');
           document.getElementById("a").removeAttribute("data-text")"""
    )
    expect(page.locator("u")).to_have_text("7")
    page.evaluate("document.querySelector('i').remove()")
    page.evaluate("document.body.click()")
    expect(page.locator("b")).to_have_text("2")
    expect(a).to_have_text("2")


def test_changes_of_signals_are_announced(show):
    page = show(
        """<p data-on:datastar-signal-patch="el.textContent += JSON.stringify(evt.detail)"></p>
        <button data-on:click="$a = 1; $user.name = 'x'; $a = 2">x</button>"""
    )
    page.evaluate("document.querySelector('p').textContent = ''")
    page.click("button")
    expect(page.locator("p")).to_have_text('{"user":{"name":"x"},"a":2}')
