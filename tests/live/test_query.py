"""The query of a page's address, however the page is reached."""

from __future__ import annotations

import pytest

import via
from via import h


@pytest.fixture
def app(v: via.V) -> via.V:
    v.config(via.Options(pubsub=via.MemoryPubSub()))

    @v.page("/")
    def page(c: via.Context) -> None:
        seen = f"tab={c.query('tab')} tags={c.query_all('tag')} none={c.query('none')!r}"
        c.view(
            lambda: h.Main(
                h.P(h.Text(seen)), h.A(h.Href("/?tab=two&tag=%C3%BC&tag=b+c"), h.Text("two"))
            )
        )

    return v


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "tab= tags=[] none=''"),
        ("?tab=one", "tab=one tags=[] none=''"),
        ("?tab=one&tab=two&tag=a&tag=b&none=", "tab=one tags=['a', 'b'] none=''"),
        ("?tab=%20a%2Fb+c&tag", "tab= a/b c tags=[''] none=''"),
        ("?tab=%ff&&=&%00", "tab=\ufffd tags=[] none=''"),
    ],
)
def test_a_page_reads_its_query(app, visitor, query, shown):
    one = visitor(app)
    text = one.http.get(f"/{query}").text
    assert f"<p>{shown}</p>" in text


def test_no_log_line_has_the_query(app, visitor, caplog):
    one = visitor(app)
    one.http.get("/?tab=secret")
    assert "secret" not in caplog.text
    assert text_has_one_viewport(one.http.get("/").text)


def text_has_one_viewport(text: str) -> bool:
    return text.count('name="viewport"') == 1


def test_a_page_that_reads_a_parameter_may_fail_without_one(v, visitor, caplog):
    v.config(via.Options(pubsub=via.MemoryPubSub()))

    @v.page("/{number}")
    def page(c: via.Context) -> None:
        number = int(c.get_path_param("number"))
        subject = via.subject_token(c.get_path_param("number"))
        c.view(lambda: h.P(h.Textf("%d %s", number, subject)))

    one = visitor(v)
    assert "<p>7 7</p>" in one.http.get("/7").text
    assert one.http.get("/seven").status_code == 500
    assert "invalid literal for int()" in caplog.text


def test_a_page_that_fails_for_another_reason_is_told_at_once(v):
    def page(c: via.Context) -> None:
        raise KeyError("other")

    with pytest.raises(via.PageError, match="other"):
        v.page("/{number}", page)
