"""The documented context, signals, actions, fields and components, row by row."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from support.server import wait_until

import via
from via import h


@pytest.fixture
def on_page(v, visitor):
    """`with on_page(page) as (tab, stream)`: a tab with an open stream on a page function."""

    @contextmanager
    def open_page(page, route="/", path="/"):
        v.page(route, page)
        tab = visitor(v)
        tab.tree = tab.visit(path)
        with tab.listen() as stream:
            yield tab, stream

    return open_page


def attributes(*nodes):
    return str(h.P(*nodes))


def inside(v, use):
    """Call `use(c)` in a page function and give back what it returns."""
    got = []

    def page(c):
        got.append(use(c))
        c.view(lambda: h.P())

    v.page("/", page)
    return got[0]


def test_view_is_a_function_or_a_decorator(v, visitor):
    def page(c):
        @c.view
        def view():
            return h.P(h.Text("decorated"))

        assert str(view()) == "<p>decorated</p>"

    v.page("/", page)
    assert "decorated" in visitor(v).visit().text()


# Signals


def test_a_signal_has_an_id_and_binds_and_shows_itself(v):
    def use(c):
        signal = c.signal("a<b")
        name = signal.id()
        assert attributes(signal.bind()) == f'<p data-bind="{name}"></p>'
        assert str(signal.text()) == f'<span data-text="${name}">a&lt;b</span>'

    inside(v, use)


@pytest.mark.parametrize(
    ("method", "value", "expected"),
    [
        ("string", 3, "3"),
        ("bool", "true", True),
        ("int", "42", 42),
        ("int64", "9223372036854775807", 2**63 - 1),
        ("float", "2.5", 2.5),
        ("bytes", "é", "é".encode()),
    ],
)
def test_a_signal_is_read_as_any_type(v, method, value, expected):
    assert inside(v, lambda c: getattr(c.signal(value), method)()) == expected


@pytest.mark.parametrize(
    ("method", "zero"), [("int", 0), ("int64", 0), ("float", 0.0), ("bool", False)]
)
def test_what_cannot_be_read_is_zero_and_err_says_why(v, method, zero):
    def use(c):
        signal = c.signal("none of it")
        assert signal.err() is None
        assert getattr(signal, method)() == zero
        assert (signal.err() is None) == (method == "bool")

    inside(v, use)


def test_a_value_of_the_server_reaches_the_browser_with_a_sync(on_page):
    def page(c):
        signal = c.signal("old")

        @c.action
        def change():
            signal.set_value("new")
            c.sync()

        c.view(lambda: h.P(change.on_click(), h.Text(signal.string())))

    with on_page(page) as (tab, stream):
        tab.act()
        assert "s1" in stream.wait_for('"new"').signals()


def test_a_computed_signal_is_sent_only_when_it_changes(on_page):
    def page(c):
        count = c.signal(1)
        double = c.computed(lambda: count.int() * 2)
        assert (double.int(), double.string(), double.bool()) == (2, "2", False)
        assert f"${double.id()}" in str(double.text())
        more = c.action(lambda: (count.set_value(count.int() + 1), c.sync()))
        again = c.action(c.sync)
        c.view(lambda: h.P(more.on_click(), again.on_click(), double.text()))

    with on_page(page) as (tab, stream):
        tab.act("a1")
        assert stream.wait_for('"s2":4')
        tab.act("a2", s1=2)
        tab.act("a1", s1=2)
        stream.wait_for('"s2":6')
        sent = [e.signals() for e in stream.events if e.kind.endswith("signals")]
        assert [values["s2"] for values in sent if "s2" in values] == [4, 6]


# Actions


EVENTS = {
    "on_click": "click",
    "on_dbl_click": "dblclick",
    "on_change": "change__debounce.200ms",
    "on_input": "input",
    "on_submit": "submit__prevent",
    "on_key_down": "keydown",
    "on_focus": "focus",
    "on_blur": "blur",
    "on_mouse_enter": "mouseenter",
    "on_mouse_leave": "mouseleave",
    "on_scroll": "scroll",
}


@pytest.mark.parametrize("method", EVENTS)
def test_a_trigger_posts_to_its_action_on_its_event(v, method):
    def use(c):
        action = c.action(lambda: None)
        expected = f"<p data-on:{EVENTS[method]}=\"@post('/_action/a1')\"></p>"
        assert attributes(getattr(action, method)()).replace("&#39;", "'") == expected

    inside(v, use)


def test_a_key_calls_its_action_alone(v):
    found = inside(v, lambda c: attributes(c.action(lambda: None).on_key_down("Enter")))
    assert "keydown" in found
    assert "evt.key" in found
    assert "Enter" in found


@pytest.mark.parametrize(
    ("option", "parts"),
    [
        (lambda signal: via.with_signal(signal, "up"), ["$s1=", "up"]),
        (lambda signal: via.with_signal_int(signal, 7), ["$s1=7"]),
        (lambda signal: via.with_window(), ["__window"]),
        (lambda signal: via.with_prevent_default(), ["__prevent"]),
    ],
    ids=["with_signal", "with_signal_int", "with_window", "with_prevent_default"],
)
def test_a_trigger_option(v, option, parts):
    def use(c):
        return attributes(c.action(lambda: None).on_click(option(c.signal("x"))))

    found = inside(v, use)
    for part in parts:
        assert part in found


def test_a_map_of_keys_listens_on_the_window(v):
    def use(c):
        up, down = c.action(lambda: None), c.action(lambda: None)
        binding = via.key_bind("ArrowUp", up, via.with_prevent_default())
        assert isinstance(binding, via.KeyBinding)
        return attributes(via.on_key_down_map(binding, via.key_bind("ArrowDown", down)))

    found = inside(v, use)
    for part in ("__window", "ArrowUp", "ArrowDown", "/_action/a1", "/_action/a2", "prevent"):
        assert part in found


def test_an_action_with_a_rate_limit_of_its_own(on_page):
    def page(c):
        @c.action(via.with_rate_limit(0.001, 1))
        def rare():
            pass

        c.view(lambda: h.P(rare.on_click()))

    with on_page(page) as (tab, _):
        assert [tab.act().status_code for _ in range(2)] == [204, 429]


def test_an_action_inside_of_middleware_of_its_own(on_page):
    ran = []

    def page(c):
        def only_with_s1(c, next):
            ran.append("middleware")
            if allowed.bool():
                next()

        allowed = c.signal(False)
        action = c.action(lambda: ran.append("action"), via.with_middleware(only_with_s1))
        c.view(lambda: h.P(action.on_click()))

    with on_page(page) as (tab, _):
        tab.act(s1=False)
        tab.act(s1=True)
    assert ran == ["middleware", "middleware", "action"]


# What is sent


SENT = {
    "sync": (lambda c: c.sync(), "the view shows changed"),
    "sync_signals": (lambda c: c.sync_signals(), '"s1":"changed"'),
    "sync_elements": (lambda c: c.sync_elements(h.P(h.ID("part"), h.Text("a part"))), "a part"),
    "exec_script": (lambda c: c.exec_script("alert(7)"), "alert(7)"),
    "redirect": (lambda c: c.redirect("/there"), 'window.location.href="/there"'),
    "redirectf": (lambda c: c.redirectf("/there/%d", 7), 'window.location.href="/there/7"'),
    "redirect_view": (lambda c: c.redirect_view("/there"), 'window.location.href="/there"'),
    "replace_url": (lambda c: c.replace_url("/shown"), "/shown"),
    "replace_urlf": (lambda c: c.replace_urlf("/shown/%s", "x"), "/shown/x"),
    "navigate": (lambda c: c.navigate("/?again", False), "pushState"),
    "title": (lambda c: c.title("Renamed"), "Renamed"),
}


@pytest.mark.parametrize("method", SENT)
def test_what_an_action_sends(on_page, method):
    send, expected = SENT[method]

    def page(c):
        signal = c.signal("first")

        @c.action
        def act():
            signal.set_value("changed")
            send(c)

        c.view(lambda: h.P(act.on_click(), h.Text(f"the view shows {signal.string()}")))

    with on_page(page) as (tab, stream):
        assert tab.act().status_code == 204
        stream.wait_for(expected)


def test_a_step_back_adds_nothing_to_the_history(on_page):
    def page(c):
        act = c.action(lambda: c.navigate("/", True))
        c.view(lambda: h.P(act.on_click(), h.Text("arrived")))

    with on_page(page) as (tab, stream):
        tab.act()
        assert "pushState" not in stream.wait_for("via-navigated").elements()


# Components, fields, intervals, parameters


def test_components_nest_and_have_a_state_per_instance(on_page):
    def leaf(c):
        count = 0

        def more():
            nonlocal count
            count += 1
            c.sync()

        action = c.action(more)
        c.view(lambda: h.B(action.on_click(), h.Textf("leaf %d", count)))

    def branch(c):
        first, second = c.component(leaf), c.component(leaf)
        c.view(lambda: h.Div(first(), second()))

    def page(c):
        tree = c.component(branch)
        c.view(lambda: h.Main(h.Text("page"), tree()))

    with on_page(page) as (tab, stream):
        assert [b.text() for b in tab.tree.css("b")] == ["leaf 0", "leaf 0"]
        tab.act("a2")
        patch = stream.wait_for("leaf 1").elements()
        assert "page" not in patch
        assert "leaf 0" not in patch


def test_a_field_validates_reports_and_resets(v):
    def use(c):
        field = c.field("", via.required("needed"), via.custom(lambda value: "odd", "again"))
        assert isinstance(field, via.Signal)
        assert not field.has_error()
        assert not field.validate()
        assert field.has_error()
        assert field.first_error() == "needed"
        field.add_error("third")
        assert field.errors() == ["needed", "again", "third"]
        field.clear_errors()
        assert (field.errors(), field.first_error()) == ([], "")
        field.set_value("x")
        field.add_error("x")
        field.reset()
        assert (field.string(), field.has_error()) == ("", False)

    inside(v, use)


RULES = {
    "required": (via.required(), "x", " "),
    "min_len": (via.min_len(3), "abc", "ab"),
    "max_len": (via.max_len(3), "abc", "abcd"),
    "min": (via.min(3), "3", "2.9"),
    "max": (via.max(3), 3, 4),
    "email": (via.email(), "a@b.example", "a@b"),
    "pattern": (via.pattern("^a+$"), "aaa", "aab"),
    "custom": (via.custom(lambda value: value == "x"), "x", "y"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule(v, rule):
    check, right, wrong = RULES[rule]

    def use(c):
        field = c.field(right, check)
        assert field.validate()
        field.set_value(wrong)
        assert not field.validate()
        assert field.first_error()

    inside(v, use)


def test_validate_all_checks_every_field_and_reset_fields_resets_all(v):
    def use(c):
        fields = [c.field("", via.required()) for _ in range(3)]
        fields[1].set_value("fine")
        assert not c.validate_all(*fields)
        assert [field.has_error() for field in fields] == [True, False, True]
        c.reset_fields(*fields)
        assert [field.string() for field in fields] == ["", "", ""]
        assert not any(field.has_error() for field in fields)

    inside(v, use)


@pytest.mark.parametrize("period", [0.01, timedelta(milliseconds=10)])
def test_an_interval_ticks_until_it_is_stopped(on_page, period):
    ticks = []

    def page(c):
        stop = c.on_interval(period, lambda: ticks.append(1))
        halt = c.action(stop)
        c.view(lambda: h.P(halt.on_click()))

    with on_page(page) as (tab, _):
        wait_until(lambda: len(ticks) > 2, "the interval to tick")
        tab.act()
        stopped = len(ticks)
        tab.act()  # another turn of the loop
        assert len(ticks) == stopped


def test_a_path_parameter_is_read_by_name_and_absent_ones_are_empty(on_page):
    def page(c):
        name, other = c.get_path_param("name"), c.get_path_param("other")
        c.view(lambda: h.P(h.Textf("%q %q", name, other)))

    with on_page(page, "/u/{name}", "/u/ada%20l") as (tab, _):
        assert tab.tree.css_first("p").text() == '"ada l" ""'


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_every_handler_may_be_def_or_async_def(v, visitor, kind):
    ran = []

    def note(name):
        def plain(*args):
            ran.append(name)

        async def coroutine(*args):
            ran.append(name)

        return plain if kind == "def" else coroutine

    if kind == "def":

        def middleware(c, next):
            ran.append("middleware")
            next()

        def page(c):
            set_up(c)
    else:

        async def middleware(c, next):  # type: ignore[misc]
            ran.append("middleware")
            await next()

        async def page(c):  # type: ignore[misc]
            set_up(c)

    def set_up(c):
        action = c.action(note("action"))
        c.on_interval(0.01, note("interval"))
        via.subscribe[str](c, "s", note("subscription"))
        c.view(lambda: h.P(action.on_click()))

    v.use(middleware)
    v.page("/", page)
    tab = visitor(v)
    tab.visit()
    tab.act()
    via.publish(v, "s", "x")
    wanted = {"middleware", "action", "interval", "subscription"}
    wait_until(lambda: wanted <= set(ran), f"all of {wanted}")


def test_signals_that_the_page_declares(v, visitor):
    v.page("/", lambda c: (c.signal([1, {"a": "b"}]), c.view(lambda: h.P())))
    assert visitor(v).visit() is not None
    tab = visitor(v)
    tab.visit()
    assert tab.signals["s1"] == [1, {"a": "b"}]
    assert json.dumps(tab.signals["via_csrf"])
