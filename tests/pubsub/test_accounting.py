"""A hundred thousand messages through one process, while listeners come and go."""

import gc
import random
import tracemalloc

import via
from via._core.messaging.codecs import codec
from via.pubsub import hub as hub_module

MESSAGES = 100_000


async def flood(c, messages: int, seed: int) -> None:
    """Publish while listeners come and go; check that each got what was sent in its time."""
    choose = random.Random(seed)
    listening: list[tuple[via.Subscription, list[int], int]] = []
    witness: list[int] = []
    via.subscribe[int](c, "n", witness.append)
    checked = 0
    for number in range(messages):
        if number % 250 == 0:
            await c.settled()
            await c.until(lambda: not witness or witness[-1] == number - 1)  # noqa: B023
            if listening and choose.random() < 0.5:
                place = choose.randrange(len(listening))
                subscription, seen, start = listening.pop(place)
                subscription.unsubscribe()
                assert seen == list(range(start, number))
                checked += len(seen)
            seen = []
            listening.append((via.subscribe[int](c, "n", seen.append), seen, number))
            while len(listening) > 20:
                listening.pop(0)[0].unsubscribe()
        via.publish(c, "n", number)
    await c.until(lambda: witness and witness[-1] == messages - 1)
    assert witness == list(range(messages))
    assert checked > messages
    c.close()
    await c.settled()
    assert c.hub.counts() == hub_module.Counts(0, 0, 0, 0, 0)


def test_every_message_is_accounted_for_and_nothing_is_kept(play) -> None:
    async def scenario(c) -> None:
        codec(int)
        await flood(c, MESSAGES // 2, 1)
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        await flood(c, MESSAGES // 2, 2)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        assert grown < 200_000, f"{grown} bytes more after a second round"

    play(scenario)
