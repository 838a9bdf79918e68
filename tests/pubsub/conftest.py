"""Each test of messages runs over the real nats-server and over the backend in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from via.pubsub import EmbeddedServer, Hub, MemoryPubSub, NATSBackend, Streams

LOGGER = logging.getLogger("via.tests")


@dataclass
class Scope:
    """What a context is to pub/sub: it ends subscriptions and runs handlers in order."""

    hub: Hub
    backend: Any
    callbacks: list[Callable[[], object]] = field(default_factory=list)

    def __pubsub__(self) -> Scope:
        return self

    def enqueue(self, job: Callable[[], Any]) -> bool:
        job()
        return True

    def sent_values(self) -> tuple[str, ...]:
        return ()

    def on_close(self, callback: Callable[[], object]) -> None:
        self.callbacks.append(callback)

    def off_close(self, callback: Callable[[], object]) -> None:
        if callback in self.callbacks:
            self.callbacks.remove(callback)

    def close(self) -> None:
        """End the page."""
        while self.callbacks:
            self.callbacks.pop()()

    @property
    def streams(self) -> Streams:
        return self.hub.streams()

    async def settled(self) -> None:
        """Everything published so far has been delivered to this process."""
        await self.hub.settled()
        if isinstance(self.backend, NATSBackend):
            await self.backend.conn.flush()

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.001)


Scenario = Callable[[Scope], Awaitable[None]]


async def _over_nats(scenario: Scenario) -> None:
    server = EmbeddedServer(store_dir=None, logger=LOGGER)
    await server.start()
    backend = NATSBackend(server.url, logger=LOGGER, token=server.token)
    await backend.connect()
    hub = Hub(backend, logger=LOGGER)
    try:
        await scenario(Scope(hub, backend))
    finally:
        await hub.close()
        await backend.close()
        await server.stop()


async def _in_memory(scenario: Scenario) -> None:
    backend = MemoryPubSub()
    hub = Hub(backend, logger=LOGGER)
    try:
        await scenario(Scope(hub, backend))
    finally:
        await hub.close()
        backend.close()


@pytest.fixture(params=[_over_nats, _in_memory], ids=["nats", "memory"])
def play(request: pytest.FixtureRequest) -> Callable[[Scenario], None]:
    """`play(scenario)`: run `async def scenario(scope)` over one of the backends."""
    return lambda scenario: asyncio.run(request.param(scenario))


@pytest.fixture
def play_nats() -> Callable[[Scenario], None]:
    """As `play`, over the real nats-server alone."""
    return lambda scenario: asyncio.run(_over_nats(scenario))
