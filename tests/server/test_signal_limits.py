"""What the signals of a request may be, on both roads: past ASGI and through it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.server import CLIENT_HEADERS, Server, Visitor

import via
from via import h
from via._core.tasks.maybe_awaitable import settled
from via.app import running
from via.live.request_error import RequestError
from via.options import Limits
from via.server.signal_body import parse_signals

LIMITS = via.Limits(body_bytes=10_000, signal_bytes=4_000, signal_depth=5)


@pytest.fixture(params=["past ASGI", "through ASGI"])
def shown(
    request: pytest.FixtureRequest, v: via.V, serve: Callable[..., Server]
) -> Iterator[tuple[Visitor, list[Any]]]:
    v.config(via.Options(limits=LIMITS))
    seen: list[Any] = []

    @v.page("/")
    def page(c: via.Context) -> None:
        values = [
            c.signal("a"),
            c.signal(1),
            c.signal(1.5),
            c.signal(True),
            c.signal([]),
            c.signal({}),
        ]
        act = c.action(lambda: seen.append([value.value for value in values]))
        c.view(lambda: h.Div(h.Button(act.on_click()), *[h.Span(h.Text(s.id())) for s in values]))

    visitor = Visitor(serve(v, plain=request.param == "through ASGI").url)
    visitor.visit("/")
    yield visitor, seen
    visitor.http.close()


def name(visitor: Visitor, value: Any) -> str:
    """The id of the signal that has this value at first."""
    return next(k for k, v in visitor.signals.items() if v == value and type(v) is type(value))


START = {"text": "a", "number": 1, "ratio": 1.5, "flag": True, "items": [], "object": {}}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", [[[]]]),
        ("text", {"a": 1}),
        ("text", 1),
        ("text", True),
        ("number", True),
        ("number", [1]),
        ("number", {"a": 1}),
        ("ratio", []),
        ("flag", "true"),
        ("flag", 1),
        ("flag", {}),
        ("items", "[]"),
        ("items", {}),
        ("items", 0),
        ("object", []),
        ("object", "{}"),
    ],
)
def test_a_value_of_another_type_is_refused_and_changes_nothing(shown, kind, value):
    visitor, seen = shown
    id = name(visitor, START[kind])
    other = name(visitor, "a")
    values = {id: value} if id == other else {other: "new", id: value}
    answer = visitor.act(**values)
    assert answer.status_code == 400
    assert f"the signal {id} takes" in answer.text
    assert seen == []
    assert visitor.act().status_code == 204
    assert seen == [list(START.values())]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", ""),
        ("number", 2),
        ("number", 2.5),
        ("number", "abc"),
        ("number", ""),
        ("ratio", 2),
        ("flag", False),
        ("items", [1, "a"]),
        ("object", {"a": [1]}),
    ],
)
def test_a_value_of_its_type_arrives(shown, kind, value):
    visitor, seen = shown
    assert visitor.act(**{name(visitor, START[kind]): value}).status_code == 204
    assert seen == [[value if k == kind else v for k, v in START.items()]]


def test_a_value_may_be_of_the_type_that_was_set_last_or_first(v, visitor):
    @v.page("/")
    def page(c):
        value = c.signal(1)
        c.action(lambda: value.set_value("text"))
        c.view(lambda: h.P(h.Text(value.string())))

    one = visitor(v)
    one.visit("/")
    id = name(one, 1)
    assert one.act().status_code == 204
    assert one.act(**{id: "typed"}).status_code == 204
    assert one.act(**{id: 5}).status_code == 204  # it has not heard of the text
    assert one.act(**{id: [5]}).status_code == 400


def test_what_is_sent_for_a_computed_value_is_left_out(v, visitor):
    @v.page("/")
    def page(c):
        texts = ["a"]
        computed = c.computed(lambda: texts[-1] if len(texts) < 3 else [1])
        c.action(lambda: texts.append("b"))
        c.view(lambda: h.P(computed.text()))

    one = visitor(v)
    one.visit("/")
    id = name(one, "a")
    for sent in ("a", 5, [1], {"x": 1}):
        assert one.act(**{id: sent}).status_code == 204


def test_a_stream_with_a_value_of_another_type_is_refused(shown):
    visitor, _ = shown
    id = name(visitor, "a")
    answer = visitor.http.post("/_sse", json=visitor.signals | {id: [1]})
    assert answer.status_code == 400
    assert id in answer.text


@pytest.mark.parametrize("path", ["/_action/a1", "/_sse", "/_navigate", "/_session/close"])
@pytest.mark.parametrize(
    ("values", "expected", "told"),
    [
        ({"x": "a" * 10_000}, 413, "more than 10000 bytes"),
        ({"x": "a" * 5_000}, 413, "the signal 'x' takes more than 4000 bytes"),
        ({"x": [[[[[[]]]]]]}, 400, "the signal 'x' nests deeper than 5 levels"),
    ],
)
def test_signals_beyond_the_limits_are_refused(shown, path, values, expected, told):
    visitor, seen = shown
    answer = visitor.http.post(path, json=visitor.signals | values)
    assert answer.status_code == expected
    assert told in answer.text
    assert seen == []


def test_signals_within_the_limits_arrive(shown):
    visitor, seen = shown
    items = name(visitor, [])
    text = name(visitor, "a")
    values = {items: [[[[[]]]]], text: "[[[[[[[[" + "a" * 3_900}
    assert visitor.act(**values).status_code == 204
    assert seen[0][4] == [[[[[]]]]]
    assert len(seen[0][0]) == 3_908


def test_the_body_of_a_chunked_request_is_bounded(shown):
    visitor, _ = shown
    parts = iter([b"{" + b" " * 9_000, b" " * 9_000 + b"}"])
    answer = visitor.http.post("/_sse", content=parts, headers=CLIENT_HEADERS)
    assert answer.status_code == 413


def depth(value: Any) -> int:
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(st.dictionaries(st.text(), json_values), st.integers(1, 6), st.booleans())
def test_the_depth_is_that_of_the_deepest_value(values, limit, is_ascii):
    body = json.dumps(values, ensure_ascii=is_ascii).encode(errors="replace")
    is_deeper = any(depth(value) > limit for value in values.values())
    try:
        parse_signals(body, Limits(signal_depth=limit))
        status = 200
    except RequestError as error:
        status = error.status
    assert status == (400 if is_deeper else 200)


def test_more_actions_than_may_wait_are_refused(v, visitor):
    v.config(via.Options(limits=via.Limits(waiting_actions=2)))

    @v.page("/")
    def page(c: via.Context) -> None:
        c.action(asyncio.Event().wait)
        c.view(lambda: h.P())

    one = visitor(v)
    one.visit("/")
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(one.act) for _ in range(3)]
        refused = next(as_completed(waiting)).result()
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        one.close()
        assert sorted(f.result().status_code for f in waiting) == [410, 410, 429]


def test_a_refusal_is_one_line_that_tells_who_and_not_what(shown, caplog):
    visitor, _ = shown
    with caplog.at_level(logging.WARNING):
        visitor.act(x="secret" * 1000)
    [line] = [r.getMessage() for r in caplog.records if r.getMessage().startswith("refused")]
    assert line.startswith("refused POST '/_action/a1' from 127.0.0.1 with 413: ")
    assert "secret" not in line


def test_actions_that_come_in_the_same_turn_are_counted_too(v, visitor):
    v.config(via.Options(limits=via.Limits(waiting_actions=2)))

    @v.page("/")
    def page(c: via.Context) -> None:
        c.action(asyncio.Event().wait)
        c.view(lambda: h.P())

    one = visitor(v)
    one.visit()
    run = running(v)
    cookies = "; ".join(f"{name}={value}" for name, value in one.http.cookies.items())
    headers = [
        (b"host", b"x"),
        (b"cookie", cookies.encode()),
        *((name.encode(), value.encode()) for name, value in CLIENT_HEADERS.items()),
    ]
    body = json.dumps(one.signals).encode()

    async def act_at_once() -> list[int]:
        act = run.connect("127.0.0.1").run_action
        answers = [act("a1", headers, body) for _ in range(5)]
        [tab] = run.registry.tabs.values()
        tab.dispose()
        return [(await settled(answer)).status for answer in answers if answer is not None]

    statuses = asyncio.run_coroutine_threadsafe(act_at_once(), run.services.loop).result(20)
    assert statuses == [410, 410, 429, 429, 429]
