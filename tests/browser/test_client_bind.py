"""data-bind: each kind of input, both ways."""

import pytest
from playwright.sync_api import expect

FOLLOW = '<pre id=value data-text="JSON.stringify($v)"></pre>'


def setter(value: str) -> str:
    return f'<button id=set data-on:click="$v = {value}">set</button>'


@pytest.mark.parametrize("attribute", ["data-bind:v", 'data-bind="v"'])
@pytest.mark.parametrize(
    "element",
    [
        "<input {} value=start>",
        "<textarea {}>start</textarea>",
        "<input type=search {} value=start>",
    ],
)
def test_text(show, element, attribute):
    page = show(element.format(f"id=i {attribute}") + FOLLOW + setter("'set'"))
    expect(page.locator("#value")).to_have_text('"start"')
    page.fill("#i", "typed")
    expect(page.locator("#value")).to_have_text('"typed"')
    page.click("#set")
    expect(page.locator("#i")).to_have_value("set")


def test_the_signal_wins_over_the_element_where_it_is_there_first(show):
    page = show("<input id=i data-bind:v value=start>" + FOLLOW, {"v": "signal"})
    expect(page.locator("#i")).to_have_value("signal")


@pytest.mark.parametrize(
    ("attributes", "key", "signal"),
    [
        ("data-bind:first-name", "firstName", "Ada"),
        ("data-bind:first-name__case.snake", "first_name", "Ada"),
        ('data-bind="first-name"', "first-name", "Ada"),
        ('data-bind="user.name"', "user", {"name": "Ada"}),
        ("data-bind:user.name", "user", {"name": "Ada"}),
    ],
)
def test_names_of_bound_signals(show, attributes, key, signal):
    page = show(f"<input id=i {attributes}>", {key: signal})
    expect(page.locator("#i")).to_have_value("Ada")


@pytest.mark.parametrize("kind", ["number", "range"])
def test_numbers_are_numbers(show, kind):
    page = show(f"<input type={kind} id=i data-bind:v value=3>" + FOLLOW + setter("$v + 1"))
    expect(page.locator("#value")).to_have_text("3")
    page.fill("#i", "7")
    expect(page.locator("#value")).to_have_text("7")
    page.click("#set")
    expect(page.locator("#i")).to_have_value("8")


def test_a_number_signal_stays_a_number_in_a_text_field(show):
    page = show("<input id=i data-bind:v>" + FOLLOW, {"v": 1})
    page.fill("#i", "12")
    expect(page.locator("#value")).to_have_text("12")


def test_an_emptied_number_field_is_left_empty(show):
    page = show("<input type=number id=i data-bind:v>" + FOLLOW, {"v": 1})
    page.fill("#i", "")
    expect(page.locator("#value")).to_have_text('""')
    expect(page.locator("#i")).to_have_value("")
    page.fill("#i", "7")
    expect(page.locator("#value")).to_have_text("7")


def test_letters_in_the_text_field_of_a_number_are_no_number(show):
    page = show("<input id=i data-bind:v><input id=j data-bind:v>" + FOLLOW, {"v": 5})
    page.fill("#i", "abc")
    expect(page.locator("#value")).to_have_text('"abc"')
    page.fill("#j", "12")
    expect(page.locator("#value")).to_have_text("12")
    expect(page.locator("#i")).to_have_value("12")


LONG = ["12345678901234567890", "-9007199254740993"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *[("number", text) for text in LONG],
        *[("text", text) for text in [*LONG, "1e400", "Infinity", "0x10", "1_000", "-"]],
    ],
)
def test_what_no_number_can_hold_stays_a_text(show, kind, text):
    page = show(f"<input type={kind} id=i data-bind:v>" + FOLLOW, {"v": 5})
    page.focus("#i")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    expect(page.locator("#value")).to_have_text(f'"{text}"')


def test_a_number_field_is_not_written_to_while_a_number_is_being_typed(show):
    page = show("<input type=number step=any id=i data-bind:v>" + FOLLOW, {"v": 0})
    for text, number in [("1.05", "1.05"), ("-5", "-5"), ("1e3", "1000"), ("007", "7")]:
        page.fill("#i", "")
        page.locator("#i").press_sequentially(text)
        expect(page.locator("#value")).to_have_text(number)
        expect(page.locator("#i")).to_have_value(text)


def test_a_checkbox_is_a_boolean(show):
    page = show("<input type=checkbox id=i data-bind:v>" + FOLLOW + setter("!$v"))
    expect(page.locator("#value")).to_have_text("false")
    page.check("#i")
    expect(page.locator("#value")).to_have_text("true")
    page.click("#set")
    expect(page.locator("#i")).not_to_be_checked()


def test_a_checkbox_with_a_value_is_that_value(show):
    page = show("<input type=checkbox id=i data-bind:v value=yes>" + FOLLOW + setter("'yes'"))
    expect(page.locator("#value")).to_have_text('""')
    page.check("#i")
    expect(page.locator("#value")).to_have_text('"yes"')
    page.uncheck("#i")
    expect(page.locator("#value")).to_have_text('""')
    page.click("#set")
    expect(page.locator("#i")).to_be_checked()


def test_checkboxes_share_an_array(show):
    page = show(
        """<input type=checkbox id=a data-bind:v value=a>
        <input type=checkbox id=b data-bind:v value=b>
        <input type=checkbox id=c data-bind:v value=c>"""
        + FOLLOW
        + setter("['c']"),
        {"v": ["b"]},
    )
    expect(page.locator("#b")).to_be_checked()
    page.check("#a")
    expect(page.locator("#value")).to_have_text('["a","b"]')
    page.uncheck("#b")
    expect(page.locator("#value")).to_have_text('["a"]')
    page.click("#set")
    expect(page.locator("#a")).not_to_be_checked()
    expect(page.locator("#c")).to_be_checked()
    page.check("#b")
    expect(page.locator("#c")).to_be_checked()
    expect(page.locator("#b")).to_be_checked()


def test_checkboxes_share_an_array_of_booleans(show):
    page = show(
        "".join(f"<input type=checkbox id={name} data-bind:v>" for name in "abc") + FOLLOW,
        {"v": [False, True, False]},
    )
    expect(page.locator("#b")).to_be_checked()
    expect(page.locator("#a")).not_to_be_checked()
    page.check("#c")
    expect(page.locator("#value")).to_have_text("[false,true,true]")
    page.uncheck("#b")
    expect(page.locator("#value")).to_have_text("[false,false,true]")
    expect(page.locator("#a")).not_to_be_checked()


def test_checkboxes_keep_what_none_of_them_stands_for(show):
    page = show(
        "<input type=checkbox id=a data-bind:v value=1><input type=checkbox data-bind:v value=2>"
        + FOLLOW,
        {"v": [9, 2]},
    )
    page.check("#a")
    expect(page.locator("#value")).to_have_text("[9,1,2]")


def test_checkboxes_of_numbers_give_numbers_again_once_all_were_off(show):
    page = show(
        "<input type=checkbox id=a data-bind:v value=1><input type=checkbox data-bind:v value=2>"
        + FOLLOW,
        {"v": [1]},
    )
    page.uncheck("#a")
    expect(page.locator("#value")).to_have_text("[]")
    page.check("#a")
    expect(page.locator("#value")).to_have_text("[1]")


def test_text_fields_share_an_array(show):
    page = show(
        "<input id=a data-bind:v><input id=b data-bind:v>" + FOLLOW + setter("['x', 'y']"),
        {"v": ["1"]},
    )
    expect(page.locator("#a")).to_have_value("1")
    page.fill("#b", "2")
    expect(page.locator("#value")).to_have_text('["1","2"]')
    page.click("#set")
    expect(page.locator("#b")).to_have_value("y")


def test_radios(show):
    page = show(
        """<input type=radio id=a data-bind:v value=a>
        <input type=radio id=b data-bind:v value=b checked>"""
        + FOLLOW
        + setter("'a'")
    )
    expect(page.locator("#value")).to_have_text('"b"')
    page.check("#a")
    expect(page.locator("#value")).to_have_text('"a"')
    expect(page.locator("#b")).not_to_be_checked()
    page.check("#b")
    page.click("#set")
    expect(page.locator("#a")).to_be_checked()


def test_radios_of_a_number(show):
    page = show(
        "<input type=radio id=a data-bind:v value=1><input type=radio id=b data-bind:v value=2>"
        + FOLLOW,
        {"v": 2},
    )
    expect(page.locator("#b")).to_be_checked()
    page.check("#a")
    expect(page.locator("#value")).to_have_text("1")


def test_a_select(show):
    page = show(
        "<select id=i data-bind:v><option>a<option selected>b<option>c</select>"
        + FOLLOW
        + setter("'a'")
    )
    expect(page.locator("#value")).to_have_text('"b"')
    page.select_option("#i", "c")
    expect(page.locator("#value")).to_have_text('"c"')
    page.click("#set")
    expect(page.locator("#i")).to_have_value("a")


def test_a_select_of_several(show):
    page = show(
        "<select multiple id=i data-bind:v><option>a<option selected>b<option>c</select>"
        + FOLLOW
        + setter("['a', 'c']")
    )
    expect(page.locator("#value")).to_have_text('["b"]')
    page.select_option("#i", ["b", "c"])
    expect(page.locator("#value")).to_have_text('["b","c"]')
    page.click("#set")
    expect(page.locator("#i")).to_have_values(["a", "c"])


def test_inputs_of_one_signal_follow_each_other(show):
    page = show("<input id=a data-bind:v><input id=b data-bind:v>")
    page.fill("#a", "both")
    expect(page.locator("#b")).to_have_value("both")
