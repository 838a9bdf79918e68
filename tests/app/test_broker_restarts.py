"""Pages, clicks and sessions while the embedded broker is killed and comes back."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from support.server import Visitor, wait_until

import via
from via import h
from via.app import running
from via.sessions.stores import nats as nats_store


@pytest.fixture
def counting(visitor: Callable[[via.V], Visitor]) -> tuple[via.V, Visitor]:
    """An app that counts a visitor's pages in the session, and one who has such a session."""
    v = via.new()
    sessions = via.new_nats_session_manager(v.jetstream)
    every = via.RateLimitConfig(-1, 1)
    v.config(
        via.Options(
            streams=[via.StreamConfig("KEPT", ["kept"])],
            session_manager=sessions,
            action_rate_limit=every,
            page_rate_limit=every,
        )
    )

    @v.page("/")
    def page(c: via.Context) -> None:
        c.session().set("pages", c.session().get_int("pages") + 1)
        kept = via.replay_history[str](c, "kept", 10)

        @c.action
        def add() -> None:
            c.session().set("clicks", c.session().get_int("clicks") + 1)

        c.view(
            lambda: h.Main(
                h.P(h.Text(f"pages: {c.session().get_int('pages')}, kept: {len(kept)}")),
                h.Button(add.on_click()),
            )
        )

    person = visitor(v)
    person.visit()
    return v, person


def kill(v: via.V) -> None:
    server = running(v).messaging.server
    assert server is not None
    wait_until(lambda: server.pid, "the broker to run")
    os.kill(server.pid, signal.SIGKILL)


def test_pages_wait_for_the_broker_and_count_right(counting) -> None:
    v, person = counting
    for number in range(2, 8):
        kill(v)
        person.visit()
        assert f"pages: {number}, kept: 0" in person.html


def test_clicks_wait_for_the_broker(counting) -> None:
    v, person = counting
    for _ in range(5):
        kill(v)
        assert person.act("a1").status_code in (200, 204)
    person.visit()
    assert "pages: 2" in person.html


def test_without_a_broker_a_page_is_put_off_in_one_line(counting, monkeypatch, caplog) -> None:
    monkeypatch.setattr(nats_store, "TIMEOUT", 0.2)
    monkeypatch.setattr(nats_store, "_TRY", 0.1)
    v, person = counting
    server = running(v).messaging.server
    assert server is not None
    stopped = server.pid
    os.kill(stopped, signal.SIGSTOP)
    try:
        response = person.http.get("/")
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) >= 1
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert "Traceback" not in caplog.text
    person.visit()
    assert "pages: 2" in person.html
