"""What one turn of the event loop sends: made first, then written in a row."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar, copy_context
from typing import Any

from via.server import write_batch as turn_module
from via.server.write_batch import WriteBatch

who = ContextVar("who", default="nobody")


class Line:
    """A transport that notes what is written, in one list with what else happens."""

    def __init__(self, seen: list[Any], *, closed: bool = False) -> None:
        self.seen = seen
        self.closed = closed

    def write(self, data: bytes) -> None:
        if self.closed:
            raise RuntimeError("the handler is closed")
        self.seen.append(data)


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_all_is_made_before_any_of_it_is_written() -> None:
    async def scenario() -> None:
        seen: list[Any] = []
        batch, line = WriteBatch(), Line(seen)

        def make(text: bytes) -> None:
            seen.append("made")
            batch.write(line, text)

        batch.write(line, b"answer")
        for text in (b"one", b"two"):
            batch.call(lambda text=text: make(text), copy_context())  # type: ignore[misc]
        assert seen == []
        await asyncio.sleep(0)
        assert seen == ["made", "made", b"answeronetwo"]

    play(scenario)


def test_what_is_made_later_is_sent_in_the_next_turn() -> None:
    async def scenario() -> None:
        seen: list[Any] = []
        batch, line = WriteBatch(), Line(seen)

        def make() -> None:
            batch.write(line, b"first")
            batch.call(lambda: batch.write(line, b"second"), copy_context())

        batch.call(make, copy_context())
        await asyncio.sleep(0)
        assert seen == [b"first"]
        await asyncio.sleep(0)
        assert seen == [b"first", b"second"]

    play(scenario)


def test_each_is_made_in_its_own_context() -> None:
    async def scenario() -> None:
        seen: list[str] = []
        batch = WriteBatch()
        for name in ("ann", "bob"):
            context = copy_context()
            context.run(who.set, name)
            batch.call(lambda: seen.append(who.get()), context)
        await asyncio.sleep(0)
        assert seen == ["ann", "bob"]
        assert who.get() == "nobody"

    play(scenario)


def test_a_write_that_fails_does_not_stop_the_others() -> None:
    async def scenario() -> None:
        seen: list[Any] = []
        failures: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, what: failures.append(what["exception"])
        )
        batch = WriteBatch()
        batch.call(lambda: 1 // 0, copy_context())
        batch.write(Line(seen, closed=True), b"lost")
        batch.call(lambda: batch.write(Line(seen), b"sent"), copy_context())
        await asyncio.sleep(0)
        assert seen == [b"sent"]
        assert [type(failure) for failure in failures] == [ZeroDivisionError]
        batch.write(Line(seen), b"later")
        await asyncio.sleep(0)
        assert seen == [b"sent", b"later"]

    play(scenario)


def test_what_waits_can_be_written_at_once_and_is_when_it_is_much(monkeypatch) -> None:
    monkeypatch.setattr(turn_module, "MOST", 5)

    async def scenario() -> None:
        seen: list[Any] = []
        batch, line = WriteBatch(), Line(seen)
        batch.write(line, b"one")
        batch.write_out()
        assert seen == [b"one"]
        batch.write(line, b"two")
        assert seen == [b"one"]
        batch.write(line, b"three")
        assert seen == [b"one", b"twothree"]
        await asyncio.sleep(0)
        assert seen == [b"one", b"twothree"]

    play(scenario)
