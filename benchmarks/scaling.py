"""`python -m benchmarks.scaling`: what many tabs take, by this project's own figures.

First a sum: processors, memory and messages of the broker for 10,000, a million and a hundred
million tabs. Then a simulation: clicks that come to any of the processes and are relayed to the one
where their tab lives, each process a queue; and one of them dies. docs/scaling.md shows both.
"""

from __future__ import annotations

import heapq
import math
import random
import statistics
from dataclasses import dataclass
from typing import Final

# Microseconds of one core, and bytes; measured on the machine of results.md.
PAGE: Final = 306.0
CLICK: Final = 33.5
RELAYED_CLICK: Final = 353.6
"""All processes together: the edge, the broker (`BROKER_ANSWER`), the home."""
FRAME: Final = 43.5
RELAYED_FRAME: Final = 43.5 + 2 * 11.7
"""A frame whose stream is relayed passes two clients of the broker more."""
TAB: Final = 86_000
"""A tab whose compressed stream has carried something; an idle one takes 11,800."""
BROKER_IN: Final = 0.6
BROKER_OUT: Final = 0.8
BROKER_ANSWER: Final = 103.0
"""A question and its answer where nothing else is under way; under load `IN` and `OUT` count."""


@dataclass(frozen=True)
class Visitors:
    """What tabs do: seconds between two clicks and two frames, and the size of a room.

    Each click is published to a room, whose tabs each get a frame.
    """

    tabs: int
    click_every: float = 30.0
    room: int = 20


@dataclass(frozen=True)
class Need:
    """What they take."""

    processes: int
    memory: float
    """Bytes."""
    broker_messages: float
    """A second: in and out of brokers."""
    broker_cores: float


def need(visitors: Visitors, *, at_home: float, load: float = 0.6) -> Need:
    """What visitors take, where this share of requests and streams comes to the right process.

    Processes are used up to `load`; a message is handed on once more between brokers.
    """
    clicks = visitors.tabs / visitors.click_every
    frames = clicks * visitors.room
    processes = 1
    while True:  # the more processes there are, the more is relayed
        away = (1 - at_home) * (1 - 1 / processes)
        click = CLICK + away * (RELAYED_CLICK - BROKER_ANSWER - CLICK)
        frame = FRAME + away * (RELAYED_FRAME - FRAME)
        cores = (clicks * click + frames * frame) / 1e6
        wanted = max(1, math.ceil(cores / load))
        if wanted <= processes:
            break
        processes = wanted
    reached = min(visitors.room, processes) if processes > 1 else 1
    ins = clicks * (1 + 2 * away) + frames * away
    outs = clicks * (reached + 2 * away) + frames * away
    is_clustered = processes > 8
    hops = 2 if is_clustered else 1
    return Need(
        processes,
        visitors.tabs * TAB,
        hops * (ins + outs),
        hops * (ins * BROKER_IN + outs * BROKER_OUT) / 1e6,
    )


@dataclass(frozen=True)
class Waits:
    """Milliseconds that clicks took, at the median and at the 99th percentile."""

    median: float
    last: float

    @classmethod
    def of(cls, seconds: list[float]) -> Waits:
        """The waits among these."""
        cuts = statistics.quantiles(seconds, n=100)
        return cls(cuts[49] * 1e3, cuts[98] * 1e3)


def simulate(
    processes: int,
    clicks: float,
    *,
    at_home: float,
    seconds: float = 20.0,
    dies_with: int = 0,
    seed: int = 1,
) -> Waits:
    """Clicks that come at random, `clicks` a second for each process, and wait in its queue.

    With `dies_with`, one process dies in the middle; so many tabs then load their pages anew at the
    others, within 100 to 200 ms, as the client does.
    """
    chance = random.Random(seed)
    half = (RELAYED_CLICK - BROKER_ANSWER) / 3e6  # the edge twice, the home once
    free = [0.0] * processes
    events: list[tuple[float, int, int, float]] = []
    """When, how many legs are left (0: a page), at which process, and when it began."""
    at = 0.0
    while (at := at + chance.expovariate(clicks * processes)) < seconds:
        is_home = chance.random() < at_home + (1 - at_home) / processes
        events.append((at, 1 if is_home else 3, chance.randrange(processes), at))
    alive = list(range(processes))
    middle = seconds / 2
    if dies_with:
        alive.pop()
        for _ in range(dies_with):
            came = middle + 0.1 + 0.1 * chance.random()
            events.append((came, 0, chance.choice(alive), came))
    heapq.heapify(events)
    waits: list[float] = []
    while events:
        at, legs, process, began = heapq.heappop(events)
        if at > middle and process not in alive:
            process = chance.choice(alive)
        cost = PAGE / 1e6 if legs == 0 else CLICK / 1e6 if legs == 1 and began == at else half
        free[process] = max(free[process], at) + cost
        if legs > 1:
            reached = free[process] + BROKER_ANSWER / 2e6
            following = chance.choice(alive if at > middle else range(processes))
            heapq.heappush(events, (reached, legs - 1, following, began))
        elif legs == 1 and (not dies_with or at > middle):
            waits.append(free[process] - began)
    return Waits.of(waits)


def main() -> None:
    """Print both."""
    print("| tabs | at home | processes | memory | broker messages/s | broker cores |")
    print("|--:|--:|--:|--:|--:|--:|")
    for tabs in (10_000, 1_000_000, 100_000_000):
        for at_home in (0.0, 0.95):
            found = need(Visitors(tabs), at_home=at_home)
            print(
                f"| {tabs:,} | {at_home:.0%} | {found.processes:,} | {found.memory / 1e9:,.1f} GB "
                f"| {found.broker_messages:,.0f} | {found.broker_cores:,.2f} |"
            )
    print("\n| clicks/s a process | at home | median | 99th percentile |")
    print("|--:|--:|--:|--:|")
    for clicks in (500, 2_000, 3_500, 10_000, 25_000):
        for at_home in (0.0, 0.95):
            if clicks * (CLICK + (1 - at_home) * (RELAYED_CLICK - BROKER_ANSWER)) > 0.98e6:
                print(f"| {clicks:,} | {at_home:.0%} | more than it can do | |")
                continue
            waits = simulate(8, clicks, at_home=at_home, seconds=4)
            print(f"| {clicks:,} | {at_home:.0%} | {waits.median:.2f} ms | {waits.last:.2f} ms |")
    print("\n| tabs of the one that dies, of 8 | median | 99th percentile |")
    print("|--:|--:|--:|")
    for tabs in (1_000, 10_000, 50_000):
        waits = simulate(8, 1_000, at_home=0.95, seconds=10, dies_with=tabs)
        print(f"| {tabs:,} | {waits.median:.2f} ms | {waits.last:,.0f} ms |")


if __name__ == "__main__":
    main()
