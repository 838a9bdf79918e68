"""The documented app and its options, row by row."""

import asyncio
import logging
import threading
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from support.server import Server, wait_until

import via
from via import h
from via.app import running
from via.options import DEFAULTS


def page_of(text):
    return lambda c: c.view(lambda: h.P(h.Text(text)))


def passing(name, seen):
    def middleware(c, next):
        seen.append(name)
        next()

    return middleware


# The app


def test_new_gives_an_app_with_the_default_options():
    assert isinstance(via.new(), via.V)
    options = DEFAULTS
    assert (options.server_address, options.document_title) == (":3000", "⚡ Via")
    assert (options.datastar_path, options.context_ttl) == ("/_datastar.js", 30)
    assert options.action_rate_limit == via.RateLimitConfig(rate=10, burst=20)


def test_config_overrides_the_given_fields_alone(v, visitor):
    v.config(via.Options(document_title="Mine"))
    v.config(via.Options(dev_mode=True))
    v.page("/", page_of("x"))
    assert visitor(v).visit().css_first("title").text() == "Mine"


def test_page_runs_once_at_registration_without_effects(v):
    runs = []

    def page(c):
        runs.append(c)
        c.session().set("a", 1)
        c.on_interval(0.001, lambda: runs.append("tick"))
        via.publish(c, "a", 1)
        via.subscribe[int](c, "a", runs.append)
        assert c.get_path_param("name") == ""
        c.view(lambda: h.P())

    assert v.page("/{name}", page) is page
    assert len(runs) == 1
    with pytest.raises(via.PageError, match="no view"):
        v.page("/other", lambda c: None)


def test_a_page_that_uses_a_name_defined_below_it_gets_a_hint(v):
    with pytest.raises(via.PageError, match=r"NameError.*'below'.*define what it uses above it"):
        v.page("/", lambda c: c.view(lambda: below()))  # noqa: F821


def test_groups_nest_and_inherit_prefix_and_middleware(v, visitor):
    seen = []
    v.use(passing("global", seen))
    group = v.group("/a", passing("group", seen))
    group.use(passing("used", seen))
    nested = group.group("", passing("nested", seen)).group("/b")
    nested.page("/c", page_of("deep"))
    group.page("/", page_of("shallow"))
    seen.clear()
    someone = visitor(v)
    assert "deep" in someone.visit("/a/b/c").text()
    assert seen == ["global", "group", "used", "nested"]
    seen.clear()
    assert "shallow" in someone.visit("/a").text()
    assert seen == ["global", "group", "used"]


def test_middleware_that_does_not_go_on_keeps_the_page_from_running(v, visitor):
    ran = []
    v.use(lambda c, next: c.redirect_view("/elsewhere"))
    v.page("/", lambda c: (ran.append(1), c.view(lambda: h.P())))
    ran.clear()
    response = visitor(v).http.get("/")
    assert (response.status_code, response.headers["location"], ran) == (303, "/elsewhere", [])


def test_layout_wraps_every_page(v, visitor):
    v.layout(lambda content: h.Main(h.Header(h.Text("head")), content))
    v.page("/", page_of("one"))
    assert visitor(v).visit().css_first("main").text() == "headone"


def test_head_and_foot_are_on_every_page(v, visitor):
    v.append_to_head(h.Meta(h.Name("a"), h.Content("b")))
    v.append_to_foot(h.Footer(h.Text("foot")))
    v.page("/", page_of("one"))
    tree = visitor(v).visit()
    assert tree.css_first("head meta[name=a]").attributes["content"] == "b"
    assert tree.css_first("body > footer").text() == "foot"


def test_static_and_static_fs_serve_files_but_not_directories(v, visitor, tmp_path):
    (tmp_path / "a.txt").write_text("A")
    v.static("/files", tmp_path)
    v.static_fs("/css", "via.examples")
    http = visitor(v).http
    assert http.get("/files/a.txt").text == "A"
    assert http.get("/css/chat.css").status_code == 200
    assert http.get("/files/").status_code == 404


def test_the_router_takes_custom_routes(v, visitor):
    v.http_serve_mux().routes.append(Route("/ping", lambda request: PlainTextResponse("pong")))
    assert visitor(v).http.get("/ping").text == "pong"


def test_start_blocks_until_shutdown(v, caplog):
    v.page("/", page_of("served"))
    with pytest.raises(via.ConfigError, match="server_address"):
        v.config(via.Options(server_address="nowhere"))
    v.config(via.Options(server_address="127.0.0.1:0"))
    thread = threading.Thread(target=v.start)
    thread.start()
    wait_until(lambda: "serving on" in caplog.text, "the server to start")
    url = caplog.text.partition("serving on ")[2].split()[0]
    assert "served" in httpx.get(url, trust_env=False).text
    v.shutdown()
    v.shutdown()
    thread.join(20)
    assert not thread.is_alive()


def test_shutdown_returns_when_a_backend_that_takes_its_time_has_ended(v):
    class Slow(via.MemoryPubSub):
        ended = False

        async def close(self) -> None:  # type: ignore[override]
            # Longer than the server looks for a reason to stop.
            await asyncio.sleep(0.5)
            self.ended = True

    backend = Slow()
    v.config(via.Options(pubsub=backend, server_address="127.0.0.1:0"))
    v.page("/", page_of("served"))
    thread = threading.Thread(target=v.start)
    thread.start()
    wait_until(v.pubsub, "the app to start")
    v.shutdown()
    assert backend.ended
    thread.join(20)
    assert not thread.is_alive()


def test_pubsub_and_nats_are_there_while_the_app_runs(serve):
    app = via.new()
    app.page("/", page_of("x"))
    assert (app.pubsub(), app.nats_conn(), app.jetstream()) == (None, None, None)
    server = serve(app)
    assert isinstance(app.pubsub(), via.PubSub)
    assert app.nats_conn().is_connected
    assert hasattr(app.jetstream(), "stream_info")
    server.stop()
    assert app.pubsub() is None


# Options


@pytest.mark.parametrize("dev_mode", [False, True])
def test_tracebacks_show_in_dev_mode_alone(v, visitor, dev_mode):
    fails = []

    def page(c):
        if fails:
            raise KeyError("the reason")
        c.view(lambda: h.P())

    v.page("/", page)
    fails.append(True)
    v.config(via.Options(dev_mode=dev_mode))
    assert ("the reason" in visitor(v).http.get("/").text) is dev_mode


def test_logger_and_log_level(v, visitor, caplog):
    logger = logging.getLogger("of my own")
    logger.setLevel(via.LogLevelError)
    v.config(via.Options(logger=logger, log_level=via.LogLevelDebug))
    assert logger.level == logging.ERROR
    v.page("/", page_of("x"))
    visitor(v).http.get("/_action/a1")
    assert not caplog.records
    logger.setLevel(via.LogLevelWarn)
    visitor(v).http.get("/_action/a1")
    assert {record.name for record in caplog.records} == {"of my own"}


def test_plugins_are_given_the_app_once(v):
    given = []
    v.config(via.Options(plugins=[given.append]))
    v.config(via.Options(document_title="x"))
    assert given == [v]


def test_session_manager_keeps_the_sessions(v, visitor, tmp_path):
    manager = via.new_sqlite_session_manager(tmp_path / "sessions.db")
    manager.cookie.name = "mine"
    v.config(via.Options(session_manager=manager))
    v.page("/", lambda c: (c.session().set("a", 1), c.view(lambda: h.P())))
    someone = visitor(v)
    someone.visit()
    assert "mine" in someone.http.cookies


def test_datastar_content_and_path_replace_the_client(v, visitor):
    v.config(via.Options(datastar_content=b"// my own client", datastar_path="/client.js"))
    v.page("/", page_of("x"))
    someone = visitor(v)
    assert someone.visit().css_first("script[src]").attributes["src"] == "/client.js"
    assert someone.http.get("/client.js").text == "// my own client"
    assert someone.http.get("/_datastar.js").status_code == 404


class Local:
    """A backend of one's own, in a few lines."""

    def __init__(self):
        self.handlers = {}
        self.closed = False

    def publish(self, subject, data):
        for handler in list(self.handlers.get(subject, ())):
            handler(data)

    def subscribe(self, subject, handler):
        handlers = self.handlers.setdefault(subject, [])
        handlers.append(handler)
        return SimpleNamespace(unsubscribe=lambda: handlers.remove(handler))

    def close(self):
        self.closed = True


class LocalAsync(Local):
    async def publish(self, subject, data):
        await asyncio.sleep(0)
        super().publish(subject, data)

    async def subscribe(self, subject, handler):
        await asyncio.sleep(0)
        return super().subscribe(subject, handler)

    async def close(self):
        super().close()


@pytest.mark.parametrize("kind", [Local, LocalAsync])
def test_a_custom_backend_takes_the_place_of_nats(visitor, kind):
    backend = kind()
    app = via.new()
    app.config(via.Options(pubsub=backend))

    @app.page("/")
    def page(c):
        heard = []

        @c.action
        def say():
            via.publish(c, "talk", "hello")

        def hear(text: str):
            heard.append(text)
            c.sync()

        via.subscribe(c, "talk", hear)
        c.view(lambda: h.P(say.on_click(), h.Text(f"heard {heard}")))

    someone = visitor(app)
    someone.visit()
    assert app.pubsub() is backend
    assert (app.nats_conn(), app.jetstream()) == (None, None)
    with someone.listen() as listening:
        someone.act()
        listening.wait_for("hello")
    someone.close()
    wait_until(lambda: not backend.handlers["talk"], "the subscription to end with the page")
    app.shutdown()
    assert backend.closed


def test_context_ttl_reaps_pages_whose_stream_never_comes(v, visitor):
    v.config(via.Options(context_ttl=timedelta(milliseconds=20)))
    v.page("/", page_of("x"))
    visitor(v).visit()
    wait_until(lambda: not running(v).registry.tabs, "the page to be reaped")


@pytest.mark.parametrize(("rate", "refused"), [(0.001, True), (-1, False)])
def test_action_rate_limit_answers_too_many_calls_with_429(v, visitor, rate, refused):
    v.config(via.Options(action_rate_limit=via.RateLimitConfig(rate=rate, burst=2)))

    @v.page("/")
    def page(c):
        action = c.action(lambda: None)
        c.view(lambda: h.P(action.on_click()))

    someone = visitor(v)
    someone.visit()
    answers = [someone.act().status_code for _ in range(4)]
    assert answers == ([204, 204, 429, 429] if refused else [204] * 4)


@pytest.mark.parametrize("streams", [[via.StreamConfig(name="KEPT", subjects=["kept.>"])]])
def test_streams_are_created_at_start(streams):
    app = via.new()
    app.config(via.Options(streams=streams))
    app.page("/", page_of("x"))
    server = Server(app)
    server.start()
    try:
        info = asyncio.run_coroutine_threadsafe(
            app.jetstream().stream_info("KEPT"), running(app).services.loop
        ).result(20)
        assert info.config.subjects == ["kept.>"]
    finally:
        server.stop()
