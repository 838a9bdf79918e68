"""In development the log names rows that cannot be told apart."""

from __future__ import annotations

import pytest

import via
from via import h

HINT = "<li> elements in <ul> have no id"


def rows(names, change, *, ids=False, field=True):
    """A page with a list of these names, which an action changes."""

    def page(c: via.Context) -> None:
        shown = list(names)

        @c.action
        def go() -> None:
            shown[:] = change(shown)
            c.sync()

        c.view(
            lambda: h.Ul(
                [
                    h.Li(h.ID(f"row-{name}") if ids else None, name, h.Input() if field else None)
                    for name in shown
                ]
            )
        )

    return page


def act(v, visitor, page) -> None:
    v.config(via.Options(pubsub=via.MemoryPubSub()))
    v.page("/", page)
    someone = visitor(v)
    someone.visit()
    with someone.listen() as stream:
        assert someone.act().status_code == 204
        stream.wait_for("<li")


@pytest.mark.parametrize(
    ("names", "change"),
    [
        (["a", "a", "a"], lambda names: names[1:]),
        (["a", "b", "c"], lambda names: ["x", *names[2:]]),
        (["a", "a"], lambda names: ["a", *names]),
    ],
    ids=["one of equals goes", "one goes and one changes", "one more of equals"],
)
def test_rows_that_cannot_be_told_apart_are_named(v, visitor, caplog, names, change):
    v.config(via.Options(dev_mode=True))
    act(v, visitor, rows(names, change))
    assert caplog.text.count(HINT) == 1


@pytest.mark.parametrize(
    ("names", "change", "options"),
    [
        (["a", "b", "c"], lambda names: names[1:], {}),
        (["a", "b", "c"], lambda names: names[::-1], {}),
        (["a", "a"], lambda names: [*names, "b"], {}),
        (["a", "b", "c"], lambda names: ["x", *names[2:]], {"ids": True}),
        (["a", "b", "c"], lambda names: ["x", *names[2:]], {"field": False}),
    ],
    ids=["known by content", "moved", "another one more", "with ids", "nothing to enter"],
)
def test_others_are_not(v, visitor, caplog, names, change, options):
    v.config(via.Options(dev_mode=True))
    act(v, visitor, rows(names, change, **options))
    assert "have no id" not in caplog.text


def test_nobody_is_told_in_production(v, visitor, caplog):
    act(v, visitor, rows(["a", "a", "a"], lambda names: names[1:]))
    assert "have no id" not in caplog.text
