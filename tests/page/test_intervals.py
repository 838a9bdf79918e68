"""The clock of a page: ticks go through the tab's queue, and wait for it to have room."""

import asyncio
from collections.abc import Callable
from typing import Any

from via.page.intervals import Interval


def test_a_tick_that_a_full_queue_refuses_is_left_out_and_the_next_one_runs() -> None:
    async def scenario() -> None:
        refused, ticked = asyncio.Event(), asyncio.Event()

        def enqueue(tick: Callable[[], Any]) -> bool:
            if not refused.is_set():
                refused.set()
                return False
            tasks.append(asyncio.ensure_future(tick()))
            return True

        tasks: list[asyncio.Future[None]] = []
        interval = Interval(asyncio.get_running_loop(), 0.01, ticked.set, enqueue)
        interval.start()
        await ticked.wait()
        interval.stop()
        await asyncio.gather(*tasks)

    asyncio.run(asyncio.wait_for(scenario(), 20))
