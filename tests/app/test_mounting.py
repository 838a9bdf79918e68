"""A via app inside of another, under a prefix; and redirects, which stay where they should."""

from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from support.server import Visitor

import via
from via import h


@pytest.fixture
def inner(v, tmp_path):
    """An app that uses every address that via makes."""
    (tmp_path / "hello.txt").write_text("Hello, files")
    v.static("/files", tmp_path)

    @v.page("/")
    def home(c: via.Context) -> None:
        count = c.signal(0)

        @c.action
        def more() -> None:
            count.set_value(count.int() + 1)
            c.sync()

        @c.action
        def keep() -> None:
            c.session().set("count", count.int())
            c.navigate("/item/kept")

        c.view(
            lambda: h.Div(
                h.Button(more.on_click(), h.Textf("Count %d", count.int())),
                h.Button(keep.on_click(), h.Text("Keep")),
                h.A(h.Href("item/linked"), h.Text("Item")),
            )
        )

    @v.page("/item/{name}")
    def item(c: via.Context) -> None:
        name = c.get_path_param("name")
        c.view(lambda: h.P(h.Textf("Item %s of %d", name, c.session().get_int("count"))))

    return v


def outer(inner: via.V, lifespan=None) -> Starlette:
    return Starlette(
        routes=[
            Route("/", lambda request: PlainTextResponse("the outer app")),
            Mount("/tools/app", inner),
        ],
        lifespan=lifespan,
    )


@asynccontextmanager
async def nothing(app):
    yield


def running(inner: via.V):
    """A lifespan of the outer app that runs the inner one's, as ASGI has it."""

    @asynccontextmanager
    async def lifespan(app):
        import asyncio

        to_app: asyncio.Queue = asyncio.Queue()
        from_app: asyncio.Queue = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
        task = asyncio.ensure_future(inner(scope, to_app.get, from_app.put))
        await to_app.put({"type": "lifespan.startup"})
        assert (await from_app.get())["type"] == "lifespan.startup.complete"
        yield
        await to_app.put({"type": "lifespan.shutdown"})
        assert (await from_app.get())["type"] == "lifespan.shutdown.complete"
        await task

    return lifespan


@pytest.fixture(params=["started by the first request", "started by the outer app"])
def mounted(request, inner, serve):
    """The address of the inner app in an outer one."""
    lifespan = running(inner) if request.param == "started by the outer app" else nothing
    return serve(outer(inner, lifespan)).url + "/tools/app"


@pytest.fixture
def tab(mounted):
    visitor = Visitor(mounted)
    yield visitor
    visitor.http.close()


def test_a_mounted_app_is_served_whole_under_its_prefix(tab):
    button = tab.visit("/").css_first("button")
    assert button.attributes["data-on:click"] == "@post('/tools/app/_action/a1')"
    with tab.listen() as listening:
        assert tab.act().status_code == 204
        assert "Count 1" in listening.wait_for("Count 1").elements()
    assert tab.http.get("/files/hello.txt").text == "Hello, files"
    client = tab.http.get("/_datastar.js")
    assert client.headers["content-type"].startswith("text/javascript")
    assert tab.close().status_code == 204


def test_every_address_in_a_mounted_page_bears_the_prefix(tab):
    tree = tab.visit("/item/x")
    body = tree.css_first("body").attributes
    assert body["data-via-navigate"] == "/tools/app/_navigate"
    assert "@post('/tools/app/_sse'" in body["data-init"]
    assert "'/tools/app/_session/close'" in body["data-on:pagehide__window"]
    assert tree.css_first("script[src]").attributes["src"] == "/tools/app/_datastar.js"
    assert "Item x" in tree.text()


def test_the_session_of_a_mounted_app_is_kept(tab):
    tab.visit("/")
    with tab.listen() as listening:
        assert tab.act("a1").status_code == 204
        cookie = tab.act("a2", s1=1).headers["set-cookie"]
        assert "path=/" in cookie.lower()
        assert tab.http.post("/_session/ready", json=tab.signals).status_code == 204
        assert "Item kept of 1" in listening.wait_for("Item kept").elements()
    assert "Item x of 1" in tab.visit("/item/x").text()


def test_the_outer_app_keeps_its_own_paths(inner, serve):
    server = serve(outer(inner, nothing))
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        assert http.get("/").text == "the outer app"
        assert http.get("/_sse").status_code == 404
        assert http.get("/tools").status_code == 404
        assert http.get("/tools/app/nowhere").status_code == 404
        assert http.get("/tools/app/files/nowhere").status_code == 404


def test_one_app_may_be_mounted_beside_another(inner, serve):
    other = via.new()
    other.config(via.Options(pubsub=via.MemoryPubSub()))
    other.page("/", lambda c: c.view(lambda: h.P(h.Text("the other one"))))
    app = Starlette(routes=[Mount("/one", inner), Mount("/two", other)])
    url = serve(app).url
    one, two = Visitor(url + "/one"), Visitor(url + "/two")
    assert "Count 0" in one.visit("/").text()
    assert "the other one" in two.visit("/").text()
    assert two.http.post("/_action/a1", json=one.signals).status_code == 404
    one.http.close()
    two.http.close()


HOSTILE = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\t//evil.example",
    "https://evil.example/",
    "https:evil.example",
    "http:/evil.example",
    "ftp://evil.example/",
    "/ok\r\nset-cookie: a=b",
    "/ok\nset-cookie: a=b",
    "/ok\x00",
    "/ok\x85\r",
    "",
    None,
    b"/bytes",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_a_redirect_that_would_leave_the_app_is_refused(v, visitor, url):
    refused: list[ValueError] = []

    @v.page("/")
    def page(c: via.Context) -> None:
        for leave in (c.redirect, c.redirect_view, c.replace_url, c.navigate):
            try:
                leave(url)
            except ValueError as error:
                refused.append(error)
        c.view(lambda: h.P(h.Text("still here")))

    refused.clear()
    response = visitor(v).http.get("/")
    assert "still here" in response.text
    assert "location" not in response.headers
    assert "a" not in response.cookies
    assert len(refused) == 4


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//evil.example", "/local", "https://", "https://a\r\nb", "ftp://a/"],
)
def test_an_external_redirect_goes_to_http_alone(v, url):
    @v.page("/")
    def page(c: via.Context) -> None:
        with pytest.raises(ValueError, match="redirect"):
            c.redirect(url, external=True)
        c.view(lambda: h.P())


@pytest.mark.parametrize("url", ["/é", "/a?next=%2F%2Fevil.example#x", "/%0d%0aset-cookie:a=b"])
def test_a_redirect_within_the_app_is_one_header(v, visitor, url):
    v.page("/", lambda c: c.redirect(url))
    response = visitor(v).http.get("/")
    assert response.status_code == 303
    assert response.headers["location"].startswith("/")
    assert "a" not in response.cookies


def test_a_redirect_made_of_a_path_parameter_cannot_leave(v, visitor, caplog):
    v.page("/to/{where:path}", lambda c: c.redirectf("%s", c.get_path_param("where") or "/"))
    http = visitor(v).http
    assert http.get("/to///evil.example").status_code == 500
    assert http.get("/to/https://evil.example").status_code == 500
    assert http.get("/to/a%0dset-cookie:%20a=b").status_code == 500
    assert http.get("/to/fine").headers["location"] == "fine"
    assert "refused" in caplog.text
