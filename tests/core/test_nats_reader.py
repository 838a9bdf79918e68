"""What a NATS server says: messages for their handlers, and all else in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.core_variants import core_module

VARIANTS = ("c", "py")


class Reading:
    """A reader whose subscriptions 1 and 2 have handlers, and what was heard, in order."""

    def __init__(self, variant: str) -> None:
        self.heard: list[Any] = []
        self.reader = core_module("messaging.nats_reader", variant).NATSReader(self.heard.append)
        for sid in (1, 2):
            self.reader.handlers[sid] = lambda *message, sid=sid: self.heard.append((sid, *message))
        self.reader.answer_handlers[3] = lambda *message: self.heard.append((3, *message))

    def read(self, data: bytes) -> list[Any]:
        """Everything that was heard in this piece."""
        self.heard.clear()
        self.reader.feed(data)
        while (said := self.reader.next()) is not None:
            self.heard.append(tuple(said))
        return list(self.heard)


@pytest.fixture(params=VARIANTS)
def reading(request: pytest.FixtureRequest) -> Reading:
    return Reading(request.param)


SAID: list[tuple[bytes, list[Any]]] = [
    (b"PING\r\n", [(b"PING", b"")]),
    (b"ping \r\n", [(b"PING", b"")]),
    (b"+OK\r\n", [(b"+OK", b"")]),
    (b'INFO {"a": "b c"} \r\n', [(b"INFO", b'{"a": "b c"}')]),
    (b"-ERR 'Unknown Protocol'\r\n", [(b"-ERR", b"'Unknown Protocol'")]),
    (b"MSG a.b 1 5\r\nhello\r\n", [(1, b"hello", b"", b"")]),
    (b"MSG a.b 1 re.ply 2\r\n\r\n\r\n", [(1, b"\r\n", b"re.ply", b"")]),
    (b"MSG a 2 0\r\n\r\n", [(2, b"", b"", b"")]),
    (b"MSG  a \t 7  4\r\nPING\r\n", [(7, b"a", b"", b"PING", b"")]),
    (
        b"HMSG a 1 r 21 26\r\nNATS/1.0\r\nKey: on\r\n\r\nhello\r\n",
        [(1, b"hello", b"r", b"NATS/1.0\r\nKey: on\r\n\r\n")],
    ),
    (b"MSG in.7 3 2\r\nok\r\n", [(3, b"in.7", b"ok", b"")]),
    (
        b"HMSG in.8 3 16 16\r\nNATS/1.0 503\r\n\r\n\r\n",
        [(3, b"in.8", b"", b"NATS/1.0 503\r\n\r\n")],
    ),
    (b"HMSG a 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n", [(9, b"a", b"", b"", b"NATS/1.0 503\r\n\r\n")]),
]


@pytest.mark.parametrize(("data", "heard"), SAID)
def test_what_is_said_is_heard(reading, data, heard) -> None:
    assert reading.read(data) == heard


def test_all_of_it_is_heard_in_order(reading) -> None:
    data = b"".join(said for said, _ in SAID)
    assert reading.read(data) == [one for _, heard in SAID for one in heard]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_it_may_come_in_pieces(reading, size) -> None:
    data = b"".join(said for said, _ in SAID)
    heard: list[Any] = []
    for at in range(0, len(data), size):
        heard += reading.read(data[at : at + size])
    assert heard == [one for _, heard in SAID for one in heard]


def test_a_large_message_comes_in_many_pieces(reading) -> None:
    body = bytes(range(256)) * 40_000
    data = b"MSG a 1 %d\r\n%b\r\nPING\r\n" % (len(body), body)
    heard: list[Any] = []
    for at in range(0, len(data), 32_768):
        heard += reading.read(data[at : at + 32_768])
    assert heard == [(1, body, b"", b""), (b"PING", b"")]


def test_what_was_handled_is_counted(reading) -> None:
    reading.read(b"MSG a 1 2\r\nhi\r\nMSG a 7 3\r\nhey\r\nMSG a 2 3\r\nhey\r\n")
    assert (reading.reader.handled, reading.reader.bytes_handled) == (2, 5)


def test_a_handler_that_fails_stops_nobody(reading) -> None:
    error = KeyError("x")

    def fail(data: bytes, reply: bytes, headers: bytes) -> None:
        raise error

    reading.reader.handlers[1] = fail
    assert reading.read(b"MSG a 1 2\r\nhi\r\nMSG a 2 3\r\nhey\r\n") == [
        error,
        (2, b"hey", b"", b""),
    ]


def test_a_handler_may_end_its_subscription(reading) -> None:
    handlers = reading.reader.handlers
    handlers[1] = lambda *message: handlers.pop(1)
    heard = reading.read(b"MSG a 1 2\r\nhi\r\nMSG a 1 3\r\nhey\r\n")
    assert heard == [(1, b"a", b"", b"hey", b"")]


def test_a_new_connection_begins_anew(reading) -> None:
    for half in (b"MSG a 1 5\r\nhe", b"MSG a", b"PI"):
        assert reading.read(half) == []
        reading.reader.reset()
        assert reading.read(b"PING\r\n") == [(b"PING", b"")]


@pytest.mark.parametrize(
    "data",
    [
        b"MSG a 1\r\n",
        b"MSG a 1 r x 5\r\nhello\r\n",
        b"MSG a x 5\r\nhello\r\n",
        b"MSG a 1 -5\r\nhello\r\n",
        b"MSG a 1 5x\r\nhello\r\n",
        b"MSG a 1 9999999999999999999\r\n",
        b"MSG a 1 5\r\nhello!\r\n",
        b"HMSG a 1 5\r\nhello\r\n",
        b"HMSG a 1 9 5\r\nhello\r\n",
        b"x" * (1024 * 1024 + 1),
    ],
)
def test_what_no_server_says_is_an_error(reading, data) -> None:
    with pytest.raises(ValueError, match=r"message|number|line"):
        reading.read(data)


PIECES = st.sampled_from([*(said for said, _ in SAID), b"MSG a 1 ", b"5\r\n", b"\r\n", b"he", b"0"])


def heard_by(variant: str, pieces: list[bytes]) -> list[Any]:
    reading, heard = Reading(variant), []
    try:
        for piece in pieces:
            heard += reading.read(piece)
    except ValueError as error:
        heard.append(str(error))
    return heard


@given(st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=8))
def test_the_twins_hear_the_same(pieces) -> None:
    assert heard_by("c", pieces) == heard_by("py", pieces)
