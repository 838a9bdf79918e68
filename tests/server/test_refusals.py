"""What the log says of refused requests: one line each, escaped, shortened, and not too many."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.server import Visitor

import via
from via import h
from via.live.request_error import RequestError
from via.server.refusals import Refusals


class Lines(logging.Handler):
    """The lines of a log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def log() -> tuple[logging.Logger, Lines]:
    logger, lines = logging.Logger("test"), Lines()
    logger.addHandler(lines)
    return logger, lines


def test_a_line_tells_who_was_refused_what_and_why(log):
    logger, lines = log
    response = Refusals(logger).refuse(
        "192.0.2.1", "POST", "/_action/a1", RequestError(429, "too often", retry_after=3)
    )
    assert lines.lines == ["refused POST '/_action/a1' from 192.0.2.1 with 429: too often"]
    assert (response.status, response.body, response.retry_after) == (429, b"too often\n", 3)


@given(st.text(), st.text(), st.text(), st.text())
def test_a_line_is_one_line_and_not_a_long_one(address, method, path, reason):
    logger, lines = logging.Logger("test"), Lines()
    logger.addHandler(lines)
    Refusals(logger).log(address, method, path, 400, reason)
    [line] = lines.lines
    assert line.isprintable()
    assert len(line) < 900


def test_a_flood_of_refusals_is_a_few_lines_that_say_how_many(log):
    logger, lines = log
    refusals = Refusals(logger)
    for number in range(1000):
        refusals.log("192.0.2.1", "GET", f"/{number}", 404, "no")
    assert 100 <= len(lines.lines) < 200
    refusals._lines._tokens = 1.0
    refusals.log("192.0.2.1", "GET", "/last", 404, "no")
    left_out = 1000 - (len(lines.lines) - 1)
    assert lines.lines[-1].endswith(f"404: no (and {left_out} more)")


def test_what_a_stranger_sends_cannot_forge_a_line(v: via.V, visitor, caplog):
    v.page("/", lambda c: c.view(lambda: h.P()))
    one: Visitor = visitor(v)
    one.http.post("/_action/a%0Arefused%20all%1B[2J", json={})
    one.http.post("/_action/" + "a" * 5000, json={"via_ctx": "\nrefused all"})
    lines = [r.getMessage() for r in caplog.records if r.getMessage().startswith("refused")]
    assert len(lines) == 2
    for line in lines:
        assert line.isprintable()
        assert len(line) < 400
