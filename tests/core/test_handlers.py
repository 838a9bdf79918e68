"""Handlers that wait without a thread, and a tab's queue of them."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import pytest

from via._core.tasks.handlers import QueueClosed, QueueFull, wait

LIMIT = 5

kept: ContextVar[str] = ContextVar("kept", default="nothing")


async def after(turns: int, value: Any) -> Any:
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


class Desk:
    """A queue, and what became of its jobs."""

    def __init__(self, handlers: Any) -> None:
        self.done: list[str] = []
        self.failed: list[str] = []
        self.ends = 0
        self.queue = handlers.HandlerQueue(
            asyncio.get_running_loop(), LIMIT, self.on_error, self.on_end
        )

    def on_error(self, job: Callable[[], Any], error: Exception) -> None:
        self.failed.append(str(error))

    def on_end(self) -> None:
        self.ends += 1

    def job(self, name: str, turns: int = 0) -> Callable[[], Any]:
        def do() -> str:
            if turns:
                wait(after(turns, None))
            self.done.append(name)
            return name

        return do

    async def idle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 10))


# Handlers


def test_a_handler_that_waits_for_nothing_ends_at_once(handlers) -> None:
    assert handlers.start(lambda: 5).value == 5
    assert handlers.start(divmod, 7, 2).value == (3, 1)
    assert handlers.start(lambda: None).value is None


def test_what_a_handler_raises_passes_through_with_its_own_line(handlers) -> None:
    def handler() -> None:
        raise KeyError("meant")

    for _ in range(3):
        with pytest.raises(KeyError, match="meant") as caught:
            handlers.start(handler)
        assert [frame.name for frame in caught.traceback][-1] == "handler"


def test_a_plain_handler_waits_while_others_run(handlers) -> None:
    async def scenario() -> None:
        seen: list[Any] = []

        def handler(name: str, turns: int) -> str:
            assert handlers.can_wait()
            seen.append(f"{name} begins")
            seen.append(wait(after(turns, f"{name} is back")))
            return name

        slow, fast = handlers.start(handler, "slow", 9), handlers.start(handler, "fast", 1)
        assert handlers.start(lambda: seen.append("between")).value is None
        assert await asyncio.gather(slow, fast) == ["slow", "fast"]
        assert seen == ["slow begins", "fast begins", "between", "fast is back", "slow is back"]
        assert not handlers.can_wait()

    play(scenario)


def test_an_error_of_what_is_waited_for_is_the_handlers(handlers) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError("not there")

    async def scenario() -> None:
        def careful() -> str:
            try:
                wait(fail())
            except LookupError as error:
                return str(error)
            return "no error"

        assert await handlers.start(careful) == "not there"
        with pytest.raises(LookupError, match="not there"):
            await handlers.start(lambda: wait(fail()))

    play(scenario)


def test_what_may_be_awaited_is_awaited(handlers) -> None:
    class Awaitable:
        def __await__(self):
            return after(1, "awaited").__await__()

    async def scenario() -> None:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.set_result("future")
        assert await handlers.start(after, 2, "coroutine") == "coroutine"
        assert await handlers.start(lambda: future) == "future"
        assert await handlers.start(Awaitable) == "awaited"
        assert await handlers.start(lambda: wait(after(1, Awaitable()))) == "awaited"
        assert handlers.start(lambda: (n for n in "no")).value is not None

    play(scenario)


def test_context_variables_are_those_of_whoever_starts_the_handler(handlers) -> None:
    async def scenario() -> None:
        kept.set("something")
        assert handlers.start(kept.get).value == "something"
        handlers.start(kept.set, "changed")
        assert kept.get() == "changed"

        def handler() -> str:
            wait(after(2, None))
            return kept.get()

        assert await handlers.start(handler) == "changed"

    play(scenario)


def test_a_suspended_handler_that_is_abandoned_is_freed(handlers) -> None:
    class Held:
        pass

    async def scenario() -> None:
        ended: list[str] = []
        held = Held()
        gone = weakref.ref(held)

        def handler(held: Held) -> None:
            try:
                wait(asyncio.sleep(60))
            finally:
                ended.append("ended")

        rest = handlers.start(handler, held)
        task = asyncio.ensure_future(rest)
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        del held, rest, task
        await asyncio.sleep(0)  # the loop's own turn holds the task
        gc.collect()
        assert ended == ["ended"]
        assert gone() is None

    play(scenario)


# The queue


def test_jobs_never_overlap_and_keep_their_order(handlers) -> None:
    async def scenario() -> None:
        desk = Desk(handlers)
        for name, turns in (("one", 0), ("two", 3), ("three", 0), ("four", 1)):
            desk.queue.post(desk.job(name, turns))
        assert desk.done == ["one"]
        assert len(desk.queue) == 2
        await desk.idle()
        assert desk.done == ["one", "two", "three", "four"]
        assert desk.ends == 4
        assert len(desk.queue) == 0

    play(scenario)


def test_a_job_that_another_posts_runs_after_it(handlers) -> None:
    async def scenario() -> None:
        desk, other = Desk(handlers), Desk(handlers)

        def first() -> None:
            desk.queue.post(desk.job("own"))
            other.queue.post(other.job("other's"))
            assert not desk.done
            assert not other.done

        desk.queue.post(first)
        await desk.idle()
        assert (desk.done, other.done) == (["own"], ["other's"])

    play(scenario)


def test_an_error_is_reported_and_the_next_job_runs(handlers) -> None:
    async def scenario() -> None:
        desk = Desk(handlers)

        def fails() -> None:
            raise RuntimeError("at once")

        def fails_later() -> None:
            wait(after(1, None))
            raise RuntimeError("later")

        for job in (fails, fails_later, desk.job("next")):
            desk.queue.post(job)
        await desk.idle()
        assert desk.failed == ["at once", "later"]
        assert desk.done == ["next"]
        assert desk.ends == 3

    play(scenario)


def test_a_cancellation_that_a_handler_lets_pass_is_its_error(handlers) -> None:
    async def scenario() -> None:
        desk = Desk(handlers)
        cancelled = asyncio.get_running_loop().create_future()
        cancelled.cancel()

        async def awaits() -> None:
            await cancelled

        jobs = [cancelled.result, lambda: wait(cancelled), awaits]
        for job in jobs:
            desk.queue.post(job)
        desk.queue.post(desk.job("next"))
        await desk.idle()
        assert desk.failed == ["what it waited for was cancelled"] * 3
        assert desk.done == ["next"]
        for job in jobs:
            with pytest.raises(Exception, match="was cancelled") as caught:
                await desk.queue.submit(job)
            assert isinstance(caught.value.__cause__, asyncio.CancelledError)

    play(scenario)


def test_submitting_a_job_gives_its_result(handlers) -> None:
    async def scenario() -> None:
        desk = Desk(handlers)
        assert desk.queue.submit(desk.job("one")).value == "one"
        waiting = [desk.queue.submit(desk.job(name, 2)) for name in ("two", "three")]
        assert await asyncio.gather(*waiting) == ["two", "three"]

        def fails() -> None:
            raise RuntimeError("meant")

        with pytest.raises(RuntimeError, match="meant"):
            desk.queue.submit(fails)
        first, second = desk.queue.submit(desk.job("four", 1)), desk.queue.submit(fails)
        assert await first == "four"
        with pytest.raises(RuntimeError, match="meant"):
            await second
        assert desk.ends == 0
        assert desk.queue.submit(desk.job("five")).value == "five"

    play(scenario)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_submitted_job_learns_of_the_queues_end_however_early_it_comes(handlers, steps) -> None:
    async def scenario() -> None:
        async def job() -> None:
            await asyncio.Event().wait()

        queue = Desk(handlers).queue
        outcomes = [queue.submit(job), queue.submit(job)]
        for _ in range(steps):
            await asyncio.sleep(0)
        queue.close()
        for outcome in outcomes:
            with pytest.raises(QueueClosed):
                await asyncio.wait_for(outcome, 10)

    play(scenario)


def test_a_queue_takes_no_more_jobs_than_its_limit(handlers) -> None:
    async def scenario() -> None:
        desk = Desk(handlers)
        desk.queue.post(desk.job("first", turns=3))
        waiting = [desk.queue.submit(desk.job(f"{n}")) for n in range(LIMIT)]
        assert not desk.queue.post(desk.job("one too many"))
        with pytest.raises(QueueFull, match=f"more than {LIMIT} handlers are waiting"):
            desk.queue.submit(desk.job("one too many"))
        await asyncio.gather(*waiting)
        assert desk.queue.post(desk.job("once there is room"))
        assert desk.done == ["first", *map(str, range(LIMIT)), "once there is room"]

    play(scenario)


def test_a_closed_queue_runs_nothing(handlers) -> None:
    async def scenario() -> None:
        desk = Desk(handlers)
        desk.queue.close()
        assert desk.queue.post(desk.job("posted"))
        with pytest.raises(QueueClosed):
            desk.queue.submit(desk.job("submitted"))
        await desk.idle()
        assert desk.done == []

    play(scenario)
