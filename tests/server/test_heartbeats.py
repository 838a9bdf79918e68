"""Heartbeats: each stream is looked at once in a period, by one timer for all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from support.server import Visitor
from support.socket_visitor import talk

import via
from via import h
from via.server import endpoints
from via.server.heartbeats import Heartbeats


class Stream:
    def __init__(self) -> None:
        self.beats = 0

    def beat(self) -> None:
        self.beats += 1


def test_streams_are_looked_at_in_turn_until_they_end() -> None:
    async def run() -> None:
        heartbeats = Heartbeats(asyncio.get_running_loop(), 0.1)
        first, second = Stream(), Stream()
        group = heartbeats.add(first)
        async with asyncio.timeout(10):
            while first.beats < 2:
                await asyncio.sleep(0.005)
            later = heartbeats.add(second)
            before = first.beats
            while second.beats < 3:
                await asyncio.sleep(0.005)
        assert 2 <= first.beats - before <= 4
        heartbeats.remove(first, group)
        heartbeats.remove(first, group)
        heartbeats.remove(second, later)
        seen = first.beats, second.beats
        async with asyncio.timeout(10):
            while heartbeats._timer is not None:
                await asyncio.sleep(0.005)
        assert (first.beats, second.beats) == seen

    asyncio.run(run())


@pytest.mark.parametrize("count", [1, 50])
def test_one_timer_serves_all_of_them(count: int) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        heartbeats = Heartbeats(loop, 60)
        streams = [Stream() for _ in range(count)]
        groups = [heartbeats.add(stream) for stream in streams]
        timers = [handle for handle in loop._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]
        assert len(timers) == 1
        for stream, group in zip(streams, groups, strict=True):
            heartbeats.remove(stream, group)

    asyncio.run(run())


@pytest.mark.parametrize("websocket", [True, False])
def test_a_silent_stream_is_sent_a_comment_and_goes_on(
    websocket: bool, v: via.V, visitor: Callable[[Any], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "Heartbeats", lambda loop: Heartbeats(loop, 0.1))

    @v.page("/")
    def page(c: via.Context) -> None:
        count = 0

        @c.action
        def more() -> None:
            nonlocal count
            count += 1
            c.sync()

        c.view(lambda: h.P(f"count {count}"))

    one = visitor(v)
    one.visit()
    if websocket:
        with talk(one) as stream:
            stream.wait_for(":\n\n")
            stream.act()
            stream.wait_for("count 1")
    else:
        with one.http.stream("POST", "/_sse", json=one.signals) as response:
            lines = response.iter_lines()
            assert next(line for line in lines if line) == ":"
            one_more = Visitor(str(one.http.base_url))
            one_more.http.cookies.update(one.http.cookies)
            one_more.http.post("/_action/a1", json=one.signals)
            assert any("count 1" in line for line in lines)
            one_more.http.close()
