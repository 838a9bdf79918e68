"""Subjects from what visitors type: tokens, wildcards that nobody meant, names of the broker."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import via
from via import h
from via.pubsub.subjects import check_pattern, check_subject, is_pattern

texts = st.text(st.characters(exclude_categories=[]), max_size=20)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("lobby", "lobby"),
        ("Room-1_a", "Room-1_a"),
        ("a.b", "a=2eb"),
        (">", "=3e"),
        ("*", "=2a"),
        ("a b", "a=20b"),
        ("=", "=3d"),
        ("$SYS", "=24SYS"),
        ("_INBOX", "=5fINBOX"),
        ("", "="),
        ("caf\u00e9", "caf\u00e9"),
        ("\u20ac", "=e2=82=ac"),
        ("\ud800", "=ed=a0=80"),
    ],
)
def test_a_token_keeps_what_is_plain(text, token):
    assert via.subject_token(text) == token


@given(texts, texts)
def test_every_text_gives_a_token_of_its_own(one, other):
    tokens = via.subject_token(one), via.subject_token(other)
    assert (tokens[0] == tokens[1]) == (one == other)
    for token in tokens:
        assert "." not in token
        assert not is_pattern(token)
        assert check_subject(token) == check_subject(f"room.{token}")[5:]


def test_a_token_has_a_bound():
    with pytest.raises(via.PubSubError, match="at most 256 characters"):
        via.subject_token("." * 100)
    with pytest.raises(via.PubSubError, match="is made of a str, not 5"):
        via.subject_token(5)


@pytest.mark.parametrize("subject", ["$SYS.a", "$JS.API.INFO", "_INBOX.a", "_INBOX", "$KV.a.b"])
def test_the_brokers_own_names_are_refused(v, visitor, subject):
    for check in (check_subject, check_pattern):
        with pytest.raises(via.PubSubError, match=re.escape(f"bad subject {subject!r}: names")):
            check(subject)
    errors = []

    @v.page("/")
    def page(c):
        for call in (
            lambda: via.publish(c, subject, 1),
            lambda: c.publish(subject, b"1"),
            lambda: via.subscribe(c, subject, print),
            lambda: c.subscribe(subject, print),
        ):
            try:
                call()
            except via.PubSubError as error:
                errors.append(str(error))
        c.view(lambda: h.P())

    errors.clear()
    visitor(v).visit()
    assert len(errors) == 4


def subscribing(v, errors):
    @v.page("/rooms/{room}")
    def page(c):
        search = c.signal("")

        def listen(subject):
            for subscribe in (via.subscribe, c.subscribe, via.subscribe[str]):
                try:
                    if subscribe == c.subscribe:
                        c.subscribe(subject, print)
                    else:
                        subscribe(c, subject, print)
                except via.PubSubError as error:
                    errors.append(str(error))

        listen(f"room.{c.get_path_param('room')}")
        listen("room.*")
        listen(f"room.{via.subject_token(c.get_path_param('room'))}")
        c.action(lambda: listen(f"search.{search.string()}.done"))
        c.view(lambda: h.P(search.text()))


def test_a_wildcard_in_the_path_is_refused_and_one_that_was_written_is_not(v, visitor):
    errors: list[str] = []
    subscribing(v, errors)
    errors.clear()
    visitor(v).visit("/rooms/lobby")
    assert errors == []
    visitor(v).visit("/rooms/%3E")
    assert len(errors) == 3
    assert "the wildcard in '>' was sent by the browser" in errors[0]
    assert "via.subject_token" in errors[0]


def test_a_wildcard_in_a_signal_is_refused(v, visitor):
    errors: list[str] = []
    subscribing(v, errors)
    one = visitor(v)
    one.visit("/rooms/lobby")
    errors.clear()
    name = next(key for key, value in one.signals.items() if value == "")
    assert one.act(**{name: "a"}).status_code == 204
    assert errors == []
    assert one.act(**{name: "*"}).status_code == 204
    assert len(errors) == 3
