"""A pub/sub backend of your own: Redis carries the messages in place of the embedded NATS.

Needs the package `redis` and a server; `REDIS_URL` names another than the one on this machine.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

from redis.asyncio import Redis

import via
from via import h
from via.examples._look import STYLE
from via.pubsub.subjects import is_pattern, matches


class RedisSubscription:
    """One subject's messages, read by a task."""

    def __init__(self, redis: Redis, subject: str, handler: Callable[[bytes], None]) -> None:
        self._channels = redis.pubsub()
        self._subject = subject
        self._handler = handler

    async def start(self) -> None:
        if is_pattern(self._subject):
            # Redis' `*` also stands for dots, so it lets too much through.
            pattern = self._subject.replace("[", "\\[").replace("?", "\\?").replace(">", "*")
            await self._channels.psubscribe(pattern)
        else:
            await self._channels.subscribe(self._subject)
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._channels.listen():
            if message["type"] in ("message", "pmessage") and matches(
                self._subject, message["channel"].decode()
            ):
                self._handler(message["data"])

    async def unsubscribe(self) -> None:
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader
        await self._channels.aclose()  # type: ignore[no-untyped-call]


class RedisPubSub:
    """What `via.Options(pubsub=...)` asks for, in three methods."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url)

    async def publish(self, subject: str, data: bytes) -> None:
        await self._redis.publish(subject, data)

    async def subscribe(self, subject: str, handler: Callable[[bytes], None]) -> RedisSubscription:
        subscription = RedisSubscription(self._redis, subject, handler)
        await subscription.start()
        return subscription

    async def close(self) -> None:
        await self._redis.aclose()


v = via.new()
v.config(
    via.Options(
        document_title="Applause",
        pubsub=RedisPubSub(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")),
    )
)
v.append_to_head(STYLE)


@v.page("/")
def applause(c: via.Context) -> None:
    heard = 0

    @c.action
    def clap() -> None:
        via.publish(c, "applause.here", 1)

    def hear(claps: int) -> None:
        nonlocal heard
        heard += claps
        c.sync()

    via.subscribe(c, "applause.*", hear)

    c.view(
        lambda: h.Main(
            h.H1(h.Text("Applause")),
            h.P(h.Textf("Heard since you came: %d", heard)),
            h.Button(clap.on_click(), h.Text("Clap")),
        )
    )


if __name__ == "__main__":
    v.start()
