"""How a tab begins, loses its stream, comes back and ends."""

import asyncio
import logging
import threading

import pytest
from support.server import Visitor, wait_until

import via
from via import h
from via.app import running


@pytest.fixture
def app(v):
    v.config(via.Options(resume_grace=0.2))

    @v.page("/")
    def page(c):
        typed = c.signal("")
        lines = []

        @c.action
        def add():
            lines.append(typed.string())
            c.sync()

        def hear(data):
            lines.append(data.decode())
            c.sync()

        c.subscribe("news", hear)

        @c.view
        def view():
            return h.Div(h.Input(typed.bind()), h.P(h.ID("lines"), " ".join(lines)))

    return v


def tabs(app):
    return running(app).registry.tabs


def listeners(app):
    return running(app).messaging.hub.counts().listeners


def test_closing_a_tab_frees_its_context_and_subscriptions_at_once(app, visitor):
    someone = visitor(app)
    someone.visit()
    assert (len(tabs(app)), listeners(app)) == (1, 1)
    with someone.listen() as stream:
        assert someone.close().status_code == 204
        assert (len(tabs(app)), listeners(app)) == (0, 0)
        wait_until(lambda: stream.ended, "the stream to end")


def test_a_tab_that_never_opens_its_stream_is_reaped(app, visitor):
    app.config(via.Options(context_ttl=0.1))
    visitor(app).visit()
    wait_until(lambda: not tabs(app), "the reaper")
    assert listeners(app) == 0


def test_a_negative_ttl_disables_the_reaper(app, visitor):
    app.config(via.Options(context_ttl=-1))
    visitor(app).visit()
    [tab] = tabs(app).values()
    assert not tab.lifetime.is_waiting


def test_a_dropped_stream_may_come_back_to_the_same_state(app, visitor):
    app.config(via.Options(resume_grace=30))
    someone = visitor(app)
    someone.visit()
    with someone.listen() as stream:
        someone.act("a1", s1="kept")
        stream.wait_for(">kept<")
    with someone.listen() as again:
        again.wait_for(">kept<")
        someone.act("a1", s1="on")
        again.wait_for(">kept on<")


def test_after_the_grace_period_the_context_is_gone(app, visitor):
    someone = visitor(app)
    someone.visit()
    with someone.listen():
        wait_until(lambda: tabs(app), "the tab")
    wait_until(lambda: not tabs(app), "the end of the grace period")
    assert listeners(app) == 0


def test_a_forgotten_tab_is_rebuilt_with_what_its_inputs_hold(app, visitor):
    someone = visitor(app)
    someone.visit()
    someone.close()
    old = dict(someone.signals)
    someone.signals["s1"] = "half-typ"
    with someone.listen() as stream:
        identity = stream.wait_for("via_ctx").signals()
        assert identity["via_ctx"] != old["via_ctx"]
        assert identity["via_csrf"] != old["via_csrf"]
        stream.wait_for('id="lines"')
        someone.signals |= identity
        someone.act("a1")
        assert someone.nonce in someone.html
        stream.wait_for(">half-typ<")


def test_a_forgotten_tab_whose_page_now_redirects_is_sent_elsewhere(v, visitor):
    is_open = True

    @v.page("/")
    def page(c):
        if is_open:
            c.view(lambda: h.P("open"))
        else:
            c.redirect("/login")

    someone = visitor(v)
    someone.visit()
    someone.close()
    is_open = False
    with someone.listen() as stream:
        stream.wait_for("/login")


@pytest.mark.parametrize(
    ("location", "nonce"),
    [("", ""), ("/", "x"), ("//evil.example/", "A" * 22), ("/nowhere", "A" * 22)],
)
def test_a_forgotten_tab_without_a_page_is_refused(app, visitor, location, nonce):
    someone = visitor(app)
    answer = someone.http.post(
        "/_sse",
        json={"via_ctx": "A" * 22},
        headers={"via-location": location, "via-nonce": nonce},
    )
    assert answer.status_code == 404
    assert not tabs(app)


def test_a_new_stream_replaces_the_old_one(app, visitor):
    someone = visitor(app)
    someone.visit()
    with someone.listen() as first, someone.listen() as second:
        wait_until(lambda: first.ended, "the first stream to end")
        someone.act("a1", s1="x")
        second.wait_for(">x<")
        assert len(tabs(app)) == 1


def test_messages_reach_every_tab(app, visitor):
    one, two = visitor(app), visitor(app)
    one.visit()
    two.visit()
    with one.listen() as first, two.listen() as second:
        running(app).messaging.hub.publish("news", b"extra")
        first.wait_for("extra")
        second.wait_for("extra")


def test_a_stream_that_overflows_starts_over_with_the_whole_view(v, visitor, caplog):
    @v.page("/")
    def page(c):
        state = ["calm"]

        @c.action
        def flood():
            state[0] = "flooded"
            for number in range(1001):
                c.exec_script(f"console.log({number})")

        c.view(lambda: h.P(state[0]))

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        someone.act("a1")
        wait_until(lambda: stream.ended, "the stream to be closed")
    with someone.listen() as again:
        again.wait_for("flooded")
    assert "reads too slowly" in caplog.text


def test_a_view_that_raises_later_is_logged_and_the_tab_lives_on(v, visitor, caplog):
    @v.page("/")
    def page(c):
        divisor = c.signal(1)

        @c.action
        def show():
            c.sync()

        c.view(lambda: h.P(12 // divisor.int()))

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        someone.act("a1", s1=0)
        wait_until(lambda: "ZeroDivisionError" in caplog.text, "the log line")
        someone.act("a1", s1=4)
        stream.wait_for(">3<")
    assert "12 // divisor.int()" in caplog.text


def test_shutdown_ends_every_stream_and_may_be_called_twice(app, visitor):
    someone = visitor(app)
    someone.visit()
    with someone.listen() as stream:
        app.shutdown()
        wait_until(lambda: stream.ended, "the stream to end")
        app.shutdown()


@pytest.mark.parametrize("way", ["sync", "sync_component"])
def test_a_component_is_sent_without_the_others(v, visitor, way):
    @v.page("/")
    def page(c):
        def lamp(cc):
            on = False

            @cc.action
            def toggle():
                nonlocal on
                on = not on
                getattr(cc, way)()

            cc.view(lambda: h.Button("on" if on else "off", toggle.on_click()))

        left, right = c.component(lamp), c.component(lamp)
        c.view(lambda: h.Div(left(), right()))

    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        someone.act("a2")
        event = stream.wait_for(">on<")
        assert 'id="via-c2"' in event.elements()
        assert "via-c1" not in event.elements()


def test_components_nest_and_need_a_view(v):
    def outer(c):
        inner = c.component(lambda cc: cc.view(lambda: h.B("inner")))
        c.view(lambda: h.P(inner()))

    def page(c):
        component = c.component(outer)
        c.view(lambda: component())

    v.page("/", page)
    with pytest.raises(via.PageError, match="no view was set"):
        v.page("/bad", lambda c: c.component(lambda cc: None))


def test_start_says_when_its_address_is_taken(app, serve):
    server = serve(app)
    other = via.new()
    other.config(via.Options(server_address=f"127.0.0.1:{server.port}"))
    with pytest.raises(via.ConfigError, match="in use"):
        other.start()


def test_options_name_what_is_wrong():
    for field, value in {
        "server_address": "nowhere",
        "resume_grace": -1,
        "context_ttl": "soon",
        "datastar_path": "x",
        "logger": "log",
    }.items():
        with pytest.raises(via.ConfigError, match=rf"Options\.{field} must be"):
            via.Options(**{field: value})


def test_config_merges_what_is_given(v):
    merged = via.Options(document_title="One", log_level=via.LogLevelError).merged(
        via.Options(context_ttl=5)
    )
    assert (merged.document_title, merged.context_ttl) == ("One", 5)
    assert merged.log_level == logging.ERROR
    v.config(via.Options(log_level=via.LogLevelInfo))


def test_an_app_serves_the_client_compressed_and_revalidated(app, visitor):
    someone: Visitor = visitor(app)
    answer = someone.http.get("/_datastar.js")
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["content-type"].startswith("text/javascript")
    tag = answer.headers["etag"]
    assert someone.http.get("/_datastar.js", headers={"if-none-match": tag}).status_code == 304


def test_an_action_that_was_accepted_ends_before_its_tab_does(v, visitor):
    v.config(via.Options(resume_grace=0.05))
    go_on = []

    @v.page("/")
    def page(c):
        async def slow():
            go_on.append(asyncio.Event())
            await go_on[0].wait()

        c.view(lambda: h.Button(c.action(slow).on_click()))

    one = visitor(v)
    one.visit()
    registry, answers = running(v).registry, []
    with one.listen():
        thread = threading.Thread(target=lambda: answers.append(one.act().status_code))
        thread.start()
        wait_until(lambda: go_on, "the action to begin")
    [tab] = registry.tabs.values()
    over = []
    loop = running(v).services.loop
    wait_until(lambda: tab.lifetime.is_waiting, "the stream's end to be noticed")
    loop.call_soon_threadsafe(loop.call_later, 0.1, over.append, True)  # after the grace
    wait_until(lambda: over, "the end of the grace period")
    assert not tab.closed
    loop.call_soon_threadsafe(go_on[0].set)
    thread.join()
    assert answers == [204]
