"""Actions and signals, over real sockets: what the browser sends and what comes back."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from selectolax.lexbor import LexborHTMLParser
from support.server import wait_until

import via
from via import h
from via.page.literals import js_literal


@pytest.fixture
def counter(v):
    @v.page("/")
    def page(c):
        count = 0
        step = c.signal(1)

        @c.action
        def increment():
            nonlocal count
            count += step.int()
            c.sync()

        @c.action
        def fail():
            raise RuntimeError("on purpose")

        @c.view
        def view():
            return h.Div(h.P(h.ID("count"), count), h.Input(step.bind()))

    return v


def test_an_action_changes_state_and_pushes_the_view(counter, visitor):
    someone = visitor(counter)
    someone.visit()
    with someone.listen() as stream:
        assert someone.act("a1", s1=5).status_code == 204
        assert stream.wait_for('id="count">5<').kind == "datastar-patch-elements"
        assert someone.act("a1", s1="2").status_code == 204
        stream.wait_for('id="count">7<')


def test_two_tabs_have_their_own_state(counter, visitor):
    one = visitor(counter)
    two = visitor(counter)
    one.visit()
    two.visit()
    with one.listen() as first, two.listen() as second:
        one.act("a1", s1=10)
        two.act("a1", s1=1)
        first.wait_for('id="count">10<')
        second.wait_for('id="count">1<')
        assert len(second.events) == 1


def test_a_failing_action_is_logged_with_its_line_and_the_tab_lives_on(counter, visitor, caplog):
    someone = visitor(counter)
    someone.visit()
    with someone.listen() as stream:
        assert someone.act("a2").status_code == 500
        someone.act("a1")
        stream.wait_for('id="count">1<')
    assert "raised RuntimeError: on purpose" in caplog.text
    assert 'raise RuntimeError("on purpose")' in caplog.text


def refused(caplog):
    return [r for r in caplog.records if r.getMessage().startswith("refused")]


def test_an_unknown_action_is_refused(counter, visitor, caplog):
    someone = visitor(counter)
    someone.visit()
    answer = someone.act("a99")
    assert answer.status_code == 404
    assert "no action 'a99'" in answer.text
    assert [record.levelname for record in refused(caplog)] == ["WARNING"]


@pytest.mark.parametrize("csrf", ["", "A" * 22, "é", 7, None])
def test_a_wrong_csrf_token_is_refused_everywhere(counter, visitor, caplog, csrf):
    someone = visitor(counter)
    someone.visit()
    right = someone.signals["via_csrf"]
    someone.signals["via_csrf"] = csrf
    assert someone.act("a1").status_code == 403
    assert someone.close().status_code == 403
    assert len(refused(caplog)) == 2
    someone.signals["via_csrf"] = right
    assert someone.act("a1").status_code == 204


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"\xff", b"[" * 100_000])
def test_malformed_signals_are_refused(counter, visitor, caplog, body):
    someone = visitor(counter)
    someone.visit()
    answer = someone.http.post("/_action/a1", content=body)
    assert answer.status_code == 400
    assert "not a JSON object" in answer.text
    assert len(refused(caplog)) == 1
    assert someone.act("a1").status_code == 204


def test_an_oversized_body_is_refused(counter, visitor, caplog):
    someone = visitor(counter)
    someone.visit()
    answer = someone.act("a1", junk="x" * 1_100_000)
    assert answer.status_code == 413
    assert len(refused(caplog)) == 1
    assert someone.act("a1").status_code == 204


def test_an_action_is_never_a_get(counter, visitor, caplog):
    someone = visitor(counter)
    someone.visit()
    assert someone.http.get("/_action/a1").status_code == 405


def test_signals_of_an_unknown_page_are_refused(counter, visitor, caplog):
    someone = visitor(counter)
    someone.visit()
    someone.signals["via_ctx"] = "A" * 22
    assert someone.act("a1").status_code == 404


def test_an_async_action_is_awaited_and_each_sync_is_seen(v, visitor):
    release = asyncio.Event()

    @v.page("/")
    def page(c):
        state = "idle"

        @c.action
        async def work():
            nonlocal state
            state = "working"
            c.sync()
            await release.wait()
            state = "done"
            c.sync()

        @c.action
        def unblock():
            release.set()

        c.view(lambda: h.P(state))

    someone = visitor(v)
    someone.visit()
    other = visitor(v)
    with someone.listen() as stream:
        worker = threading.Thread(target=someone.act, args=["a1"])
        worker.start()
        stream.wait_for("working")
        other.visit()
        other.act("a2")
        worker.join(10)
        stream.wait_for("done")


def test_handlers_of_one_tab_never_overlap(v, visitor):
    running = []
    overlaps = []

    @v.page("/")
    def page(c):
        @c.action
        async def work():
            overlaps.append(len(running))
            running.append(1)
            for _ in range(20):
                await asyncio.sleep(0)
            running.pop()

        c.view(lambda: h.P("x"))

    someone = visitor(v)
    someone.visit()
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: someone.act("a1").status_code, range(40)))
    assert codes == [204] * 40
    assert overlaps == [0] * 40


def test_a_sync_from_another_thread_reaches_the_browser(v, visitor):
    @v.page("/")
    def page(c):
        state = ["before"]

        def work():
            state[0] = "after"
            c.sync()

        @c.action
        def begin():
            threading.Thread(target=work).start()

        c.view(lambda: h.P(state[0]))

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        someone.act("a1")
        stream.wait_for("after")


def test_many_syncs_in_one_turn_are_one_rendering(v, visitor):
    renderings = []

    @v.page("/")
    def page(c):
        @c.action
        def burst():
            for _ in range(100):
                c.sync()

        @c.view
        def view():
            renderings.append(1)
            return h.P(len(renderings))

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        before = len(renderings)
        someone.act("a1")
        stream.wait_for(f">{before + 1}</p>")
        assert len(renderings) == before + 1


def test_signals_scripts_and_elements_travel_in_order(v, visitor):
    @v.page("/")
    def page(c):
        name = c.signal("ada")

        @c.action
        def change():
            name.set_value("grace")
            c.sync_elements(h.P(h.ID("one"), "1"), h.P(h.ID("two"), "2"))
            c.exec_script("console.log('</script>')")
            c.redirect("/next?a=1&b=2")
            c.sync_signals()

        c.view(lambda: h.Div(h.P(h.ID("one")), h.P(h.ID("two")), name.text()))

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        someone.act("a1", s1="typed")
        last = stream.wait_for("location")
        assert stream.events[0].signals() == {"s1": "grace"}
        assert 'id="one">1' in stream.events[1].elements()
        assert "console.log" in stream.events[2].elements()
        assert last is stream.events[3]
        assert someone.nonce in last.elements()


@pytest.mark.parametrize(
    ("value", "string", "boolean", "integer", "number"),
    [
        ("text", "text", False, 0, 0.0),
        ("7", "7", False, 7, 7.0),
        (" 2.9 ", " 2.9 ", False, 0, 2.9),
        ("on", "on", True, 0, 0.0),
        (True, "true", True, 0, 1.0),
        (3, "3", False, 3, 3.0),
        (2.0, "2", False, 2, 2.0),
        (2.5, "2.5", False, 0, 2.5),
        ([1, "a"], '[1,"a"]', False, 0, 0.0),
        ({"a": 1}, '{"a":1}', False, 0, 0.0),
    ],
)
def test_typed_reads_of_a_signal(v, value, string, boolean, integer, number):
    def page(c):
        signal = c.signal(value)
        assert signal.string() == string
        assert signal.bytes() == string.encode()
        assert signal.bool() is boolean
        assert signal.int() == signal.int64() == integer
        assert signal.float() == number
        c.view(lambda: signal.text())

    v.page("/", page)


def test_a_failed_typed_read_says_why(v):
    def page(c):
        signal = c.signal("seven")
        assert signal.err() is None
        assert signal.int() == 0
        assert "'seven' is not a whole number" in str(signal.err())
        signal.set_value(str(2**70))
        assert signal.err() is None
        assert signal.int64() == 0
        assert "64 bits" in str(signal.err())
        c.view(lambda: signal.text())

    v.page("/", page)


@pytest.mark.parametrize("value", [None, object(), {1, 2}.__iter__()])
def test_a_signal_that_is_not_json_is_refused(v, value):
    with pytest.raises(via.PageError, match="SignalError"):
        v.page("/", lambda c: c.signal(value))


def test_triggers_and_their_options(v):
    def page(c):
        way = c.signal("")

        @c.action
        def go():
            pass

        url = "@post('/_action/a1')"
        plain = {
            go.on_click(): ("data-on:click", url),
            go.on_dbl_click(): ("data-on:dblclick", url),
            go.on_change(): ("data-on:change__debounce.200ms", url),
            go.on_input(): ("data-on:input", url),
            go.on_submit(): ("data-on:submit__prevent", url),
            go.on_focus(): ("data-on:focus", url),
            go.on_blur(): ("data-on:blur", url),
            go.on_mouse_enter(): ("data-on:mouseenter", url),
            go.on_mouse_leave(): ("data-on:mouseleave", url),
            go.on_scroll(): ("data-on:scroll", url),
            go.on_key_down(): ("data-on:keydown", url),
            go.on_key_down("Enter"): ("data-on:keydown", f'evt.key==="Enter"&&({url})'),
            go.on_click(via.with_signal(way, "a;b")): ("data-on:click", f'$s1="a;b";{url}'),
            go.on_click(via.with_signal_int(way, 3)): ("data-on:click", f"$s1=3;{url}"),
            go.on_key_down(
                "w", via.with_window(), via.with_prevent_default(), via.with_signal(way, "up;")
            ): (
                "data-on:keydown__window",
                'evt.key==="w"&&evt.ctrlKey==evt.altKey&&!evt.metaKey&&!evt.target.closest?.('
                "'input:not([type=button],[type=checkbox],[type=radio],[type=reset],[type=submit]),"
                f'textarea,select,[contenteditable]\')&&(evt.preventDefault(),$s1="up;",{url})',
            ),
        }
        for attribute, (name, value) in plain.items():
            tree = LexborHTMLParser(str(h.B(attribute)))
            assert tree.css_first("b").attributes == {name: value}
        c.view(lambda: h.P())

    v.page("/", page)


def test_elements_whose_id_finds_nothing_leave_the_next_view_whole(v, visitor):
    def page(c):
        shown = [h.P(h.ID("a b"), "before"), h.P("much text " * 60)]

        @c.action
        def act():
            shown[0] = h.P(h.ID("c d"), "after")
            c.sync_elements(shown[0])
            c.sync()

        c.view(lambda: h.Div(shown))

    v.page("/", page)
    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        assert someone.act().status_code == 204
        view = stream.wait_for('<div id="via-view">').elements()
    assert '<p id="c d">after</p>' in view


def test_a_stream_that_another_takes_the_place_of_ends_in_order(counter, visitor, caplog):
    someone = visitor(counter)
    someone.visit()
    with someone.listen() as first, someone.listen() as second:
        wait_until(lambda: first.ended, "the first stream to end")
        someone.act("a1", s1=5)
        second.wait_for('id="count">5<')
    assert caplog.text == ""


def test_texts_in_expressions_hold_no_name_that_a_client_would_replace():
    """The official client replaces `$name` and `@name(` inside of strings, too."""
    literal = js_literal("$s1 @post('/x') \"")
    assert "$" not in literal
    assert "@" not in literal
    assert json.loads(literal) == "$s1 @post('/x') \""
