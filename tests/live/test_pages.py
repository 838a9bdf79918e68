"""Registering pages: what is wrong is said at once, where the page is registered."""

import asyncio

import pytest

import via
from via import h


def page_of(text: str):
    def page(c: via.Context) -> None:
        c.view(lambda: h.P(h.Text(text)))

    return page


def test_a_page_without_a_view_fails_at_registration(v):
    with pytest.raises(via.PageError, match=r"page '/' .*no view was set"):
        v.page("/", lambda c: None)


def test_a_page_function_that_raises_fails_at_registration_with_its_own_line(v):
    def broken(c):
        raise KeyError("missing")

    with pytest.raises(
        via.PageError, match=r"broken.*KeyError.*test_pages\.py:\d+ in broken: raise"
    ):
        v.page("/", broken)


def test_a_view_that_raises_fails_at_registration_with_its_own_line(v):
    def page(c):
        @c.view
        def view():
            return h.P(1 / 0)

    with pytest.raises(via.PageError, match=r"ZeroDivisionError.*in view: return h\.P\(1 / 0\)"):
        v.page("/", page)


def test_a_failed_registration_leaves_the_app_usable(v, visitor):
    with pytest.raises(via.PageError):
        v.page("/", lambda c: None)
    v.page("/", page_of("second try"))
    assert "second try" in visitor(v).visit().text()


@pytest.mark.parametrize("route", ["", "room", "/{", "/{a b}", "/{a}/{a}", "/_sse", None])
def test_a_route_that_cannot_be_served_is_refused(v, route):
    with pytest.raises(via.ConfigError, match=r"rout|begin"):
        v.page(route, page_of(""))


def test_a_route_is_registered_once(v):
    v.page("/", page_of("one"))
    with pytest.raises(via.ConfigError, match="registered already"):
        v.page("/", page_of("two"))


def test_page_is_a_decorator_too(v, visitor):
    @v.page("/hello")
    def hello(c):
        c.view(lambda: h.P("hello"))

    assert callable(hello)
    assert "hello" in visitor(v).visit("/hello").text()


def test_async_page_functions_are_registered_with_or_without_a_running_loop(v, visitor):
    async def slow(c):
        await asyncio.sleep(0)
        c.view(lambda: h.P("slow"))

    async def register():
        v.page("/in-loop", slow)

    v.page("/", slow)
    asyncio.run(register())
    someone = visitor(v)
    assert "slow" in someone.visit("/").text()
    assert "slow" in someone.visit("/in-loop").text()


def test_path_parameters_are_read_by_name(v, visitor):
    def page(c):
        c.view(lambda: h.P(f"{c.get_path_param('user')}/{c.get_path_param('none')}."))

    v.page("/users/{user}", page)
    assert "ada/." in visitor(v).visit("/users/ada").text()


def test_the_most_specific_route_wins_whatever_the_order(v, visitor):
    v.page("/{rest...}", page_of("rest"))
    v.page("/{name}", page_of("name"))
    v.page("/login", page_of("login"))
    someone = visitor(v)
    assert "login" in someone.visit("/login").text()
    assert "name" in someone.visit("/ada").text()
    assert "rest" in someone.visit("/a/b/c").text()


def test_a_redirect_in_a_page_function_is_answered_by_http(v, visitor):
    v.page("/old", lambda c: c.redirect("/new"))
    answer = visitor(v).http.get("/old")
    assert (answer.status_code, answer.headers["location"]) == (303, "/new")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/a\r\nb", "", "\\\\x"])
def test_a_redirect_to_anything_but_a_page_is_refused(v, url):
    with pytest.raises(via.PageError, match="redirect"):
        v.page("/", lambda c: c.redirect(url))


def test_pages_are_served_under_a_strict_policy(v, visitor):
    v.page("/", page_of("x"))
    someone = visitor(v)
    someone.visit()
    headers = someone.http.get("/").headers
    policy = headers["content-security-policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert "unsafe-eval" not in policy
    assert headers["cache-control"] == "no-store"


def test_head_and_foot_nodes_are_on_every_page(v, visitor):
    v.append_to_head(h.Meta(h.Name("head-mark")))
    v.append_to_foot(h.Footer(h.ID("foot-mark")))
    v.page("/", page_of("x"))
    tree = visitor(v).visit()
    assert tree.css_first("head meta[name=head-mark]") is not None
    assert tree.css_first("body > #foot-mark") is not None


def test_a_page_that_fails_on_a_request_is_logged_with_the_users_line(v, visitor, caplog):
    def page(c):
        number = c.get_path_param("number")
        c.view(lambda: h.P(str(1 / int(number or "1"))))

    v.page("/{number}", page)
    someone = visitor(v)
    assert someone.http.get("/0").status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert "1 / int(number" in caplog.text
    assert "0.5" in someone.visit("/2").text()
