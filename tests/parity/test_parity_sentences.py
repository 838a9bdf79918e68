"""Sentences of the original's documentation, each with what it promises."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from support.server import wait_until

import via
from via import h


def test_validate_all_without_arguments_means_all_fields_of_the_page(v, visitor):
    seen: dict[str, Any] = {}

    @v.page("/")
    def page(c: via.Context) -> None:
        name = c.field("", via.required())

        def address(inner: via.Context) -> None:
            seen["town"] = inner.field("", via.min_len(2))
            inner.view(lambda: h.P(seen["town"].text()))

        shown = c.component(address)

        def save() -> None:
            seen["is_valid"] = c.validate_all()
            seen["errors"] = [name.has_error(), seen["town"].has_error()]

        c.action(save)
        c.action(c.reset_fields)
        c.view(lambda: h.Div(name.text(), shown()))

    one = visitor(v)
    one.visit()
    assert one.act("a1").status_code == 204
    assert (seen["is_valid"], seen["errors"]) == (False, [True, True])
    ids = [key for key in one.signals if not key.startswith("via_")]
    assert one.act("a1", **dict.fromkeys(ids, "London")).status_code == 204
    assert (seen["is_valid"], seen["errors"]) == (True, [False, False])
    assert one.act("a2", **dict.fromkeys(ids, "London")).status_code == 204
    assert seen["town"].string() == ""


def test_a_computed_value_read_in_a_handler_follows_from_what_the_browser_has_just_sent(v, visitor):
    orders: list[Any] = []

    @v.page("/")
    def page(c: via.Context) -> None:
        count = c.signal(1)
        total = c.computed(lambda: count.int() * 5)
        c.action(lambda: orders.append((total.int(), total.string(), total.bool())))
        c.view(lambda: h.P(total.text()))

    one = visitor(v)
    one.visit()
    id = next(key for key, value in one.signals.items() if value == 1)
    assert one.act(**{id: 3}).status_code == 204
    assert orders == [(15, "15", False)]


RULES = [
    (via.required(), "", False),
    (via.required(), " \n", False),
    (via.required(), "a", True),
    (via.min_len(3), "", False),
    (via.min_len(0), "", True),
    (via.min_len(2), "\u00e9\u00e9", True),
    (via.max_len(2), "", True),
    (via.max_len(2), "\u00e9\u00e9\u00e9", False),
    (via.min(5), "", False),
    (via.min(5), "5", True),
    (via.min(5), "4", False),
    (via.min(5), "5.5", False),
    (via.min(5), "many", False),
    (via.min(5), 6, True),
    (via.min(5), 6.5, False),
    (via.min(5), True, False),
    (via.max(5), "", False),
    (via.max(5), "-9", True),
    (via.max(5), "6", False),
    (via.max(5), float("nan"), False),
    (via.email(), "", False),
    (via.email(), "ada@example.com", True),
    (via.email(), "ada@example.com\n", False),
    (via.pattern("^[a-z]+$"), "", False),
    (via.pattern("^[a-z]*$"), "", True),
    (via.pattern("^[a-z]+$"), "abc", True),
    (via.pattern("^[a-z]+$"), "abc\n", False),
    (via.pattern("[$]$"), "5$", True),
    (via.pattern("[$]$"), "5$\n", False),
    (via.pattern(r"\$$"), "5$", True),
    (via.pattern(r"^[^\]$]+$"), "a", True),
    (via.pattern(r"^[^\]$]+$"), "a$", False),
    (via.pattern("a$|b"), "a\n", False),
    (via.pattern("a$|b"), "b\n", True),
]


@pytest.mark.parametrize(("rule", "value", "passes"), RULES)
def test_rules_try_the_empty_value_too_and_patterns_end_where_the_text_ends(rule, value, passes):
    assert (rule(value) is None) is passes


def test_navigate_with_popstate_replaces_the_browsers_url_without_an_entry(v, visitor):
    @v.page("/")
    def page(c: via.Context) -> None:
        c.action(lambda: c.navigate("/next", True))
        c.action(lambda: c.navigate("/next"))
        c.view(lambda: h.P())

    v.page("/next", lambda c: c.view(lambda: h.P("next")))
    for action, method in (("a1", "'replaceState':'replaceState'"), ("a2", "':'pushState'")):
        one = visitor(v)
        one.visit()
        with one.listen() as stream:
            assert one.act(action).status_code == 204
            script = stream.wait_for("via-navigated").elements()
            assert method in script.replace("&#39;", "'")


@pytest.mark.parametrize("way", ["called", "as a node"])
def test_the_layout_gets_content_to_call_and_as_a_node(v, visitor, way):
    @v.layout
    def layout(content: Any) -> h.H:
        return h.Main(h.H1("site"), content() if way == "called" else content)

    @v.page("/")
    def page(c: via.Context) -> None:
        count = c.signal(0)
        rows = [h.Li(h.ID(f"r{n}"), "row " * 20) for n in range(20)]

        def add() -> None:
            count.set_value(count.int() + 1)
            c.sync()

        c.action(add)
        c.view(lambda: h.Ul(h.Li(h.ID("n"), str(count.int())), rows))

    one = visitor(v)
    tree = one.visit()
    assert tree.css_first("main > h1 + ul > #n") is not None
    with one.listen() as stream:
        assert one.act().status_code == 204
        change = stream.wait_for('id="n"')
        assert "row" not in change.elements()  # the change alone


def test_a_rate_limit_of_zeros_means_the_default():
    assert via.RateLimitConfig(0, 0) == via.RateLimitConfig() == via.RateLimitConfig(10, 20)


def test_publish_takes_a_type_in_brackets(v, visitor):
    heard: list[int] = []

    @v.page("/")
    def page(c: via.Context) -> None:
        via.subscribe[int](c, "numbers", heard.append)
        c.action(lambda: via.publish[int](c, "numbers", 7))
        c.view(lambda: h.P())

    one = visitor(v)
    one.visit()
    assert one.act().status_code == 204
    wait_until(lambda: heard == [7], "the message")


def test_log_level_leaves_a_logger_of_the_users_alone(v):
    own = logging.getLogger("my.app")
    own.setLevel(logging.WARNING)
    v.config(via.Options(logger=own, log_level=via.LogLevelDebug))
    assert own.level == logging.WARNING


@pytest.mark.parametrize("wrong", ["nats://localhost", 5, object()])
def test_a_pubsub_is_checked_when_it_is_given(wrong):
    with pytest.raises(via.ConfigError, match=r"Options\.pubsub must be an object with"):
        via.Options(pubsub=wrong)


def inside(v: via.V, use: Any) -> Any:
    """What `use(c)` gives in a page function."""
    got: list[Any] = []

    def page(c: via.Context) -> None:
        got.append(use(c))
        c.view(h.P)

    v.page("/", page)
    return got[0]


@pytest.mark.parametrize("value", ["true", "1", "yes", "on", "TRUE", "On", True, 1])
def test_bool_reads_the_value_as_a_bool(v, value):
    assert inside(v, lambda c: c.signal(value).bool()) is True


@pytest.mark.parametrize("value", ["false", "0", "no", "off", "", "2", "maybe", False, 0, 2, 0.5])
def test_bool_returns_false_on_failure(v, value):
    assert inside(v, lambda c: c.signal(value).bool()) is False


@pytest.mark.parametrize(("value", "number"), [("7", 7), ("-7", -7), (7, 7), (7.0, 7), ("+7", 7)])
def test_int_reads_the_value_as_an_int(v, value, number):
    def use(c):
        signal = c.signal(value)
        return signal.int(), signal.int64(), signal.err()

    assert inside(v, use) == (number, number, None)


@pytest.mark.parametrize("value", ["", "seven", "7.5", 7.5, "1e3", "1_000", True, "0x7"])
def test_int_returns_0_on_failure(v, value):
    def use(c):
        signal = c.signal(value)
        return signal.int(), signal.int64(), type(signal.err())

    assert inside(v, use) == (0, 0, via.SignalError)
