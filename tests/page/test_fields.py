"""Fields and their rules."""

from typing import Any

import pytest

import via

BLANK = ["", "   "]


@pytest.mark.parametrize(
    ("rule", "passing", "failing"),
    [
        (via.required(), ["x", 0, 1.5, True, [1]], [*BLANK, False, [], None]),
        (via.min_len(3), ["abc", "äöü", "   "], ["ab", "x", ""]),
        (via.max_len(3), ["abc", "", "äöü"], ["abcd"]),
        (via.min(18), ["18", 18, 20.0, " 19 "], ["17", 17.9, 20.5, "x", "nan", [20], *BLANK]),
        (via.max(99), ["99", 99, -5], ["100", 99.5, "x", "nan", ""]),
        (
            via.email(),
            ["a@b.cd", "first.last+tag@sub.example.org"],
            [
                "",
                "a",
                "a@b",
                "@b.cd",
                "a@.cd",
                "a b@c.de",
                "a@b..cd",
                "a@-b.cd",
                "a" * 250 + "@b.cd",
            ],
        ),
        (via.pattern(r"^[a-z]+$"), ["abc"], ["Abc", "a1", "", "abc\n"]),
        (via.custom(lambda v: None if v == "ok" else "not ok"), ["ok"], ["ko", ""]),
        (via.custom(lambda v: v == "ok"), ["ok"], ["ko", ""]),
        (via.custom(int), [], ["ko"]),
    ],
)
def test_each_rule_tells_right_from_wrong(rule, passing, failing) -> None:
    assert [value for value in passing if rule(value) is not None] == []
    assert [value for value in failing if not rule(value)] == []


@pytest.mark.parametrize(
    "rule",
    [
        via.required("no"),
        via.min_len(9, "no"),
        via.max_len(1, "no"),
        via.min(9, "no"),
        via.max(1, "no"),
        via.email("no"),
        via.pattern("^$", "no"),
        via.custom(lambda v: "otherwise", "no"),
    ],
)
def test_a_message_of_your_own_comes_last(rule) -> None:
    assert rule("55" if rule("55") else "  5") == "no" or rule("") == "no"


def test_a_rule_that_cannot_be_is_refused_where_it_is_made() -> None:
    with pytest.raises(via.ConfigError, match=r"via\.min_len needs a number of characters"):
        via.min_len("3")  # type: ignore[arg-type]
    with pytest.raises(via.ConfigError, match="not a regular expression"):
        via.pattern("(")
    with pytest.raises(via.ConfigError, match=r"via\.custom needs a function"):
        via.custom("x")  # type: ignore[arg-type]


def test_every_field_is_validated_and_reset(v, visitor) -> None:
    seen: dict[str, Any] = {}

    @v.page("/")
    def page(c: via.Context) -> None:
        name = c.field("", via.required(), via.min_len(3))
        age = c.field("20", via.min(18))

        @c.action
        def submit() -> None:
            seen["valid"] = c.validate_all(name, age)
            seen["errors"] = name.errors(), age.errors()
            seen["first"] = name.first_error(), name.has_error()
            name.add_error("taken")
            seen["added"] = name.errors()
            name.clear_errors()
            seen["cleared"] = name.has_error()
            c.reset_fields(name, age)
            seen["reset"] = name.string(), age.string(), age.has_error()

        c.view(lambda: via.h.Form(submit.on_submit(), via.h.Input(name.bind())))

    someone = visitor(v)
    someone.visit()
    assert someone.act(s1="", s2="3").status_code == 204
    assert seen == {
        "valid": False,
        "errors": (
            ["This field is required", "Must be at least 3 characters"],
            ["Must be at least 18"],
        ),
        "first": ("This field is required", True),
        "added": ["This field is required", "Must be at least 3 characters", "taken"],
        "cleared": False,
        "reset": ("", "20", False),
    }
