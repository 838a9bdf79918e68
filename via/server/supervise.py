"""Serves an app with several workers, of which this process is the parent."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from ..errors import ConfigError, seconds
from ..live.messaging import embedded_server
from ..live.siblings import MEETING_PLACE, meeting_place
from ..options import WORKER_COUNT, Options, is_worker_count
from .listeners import listen_for_workers
from .workers import Supervisor

DRAIN_TIME: Final = 3.0
"""Seconds over which a worker that another replaces sends its tabs there."""


def workers_wanted() -> int:
    """How many workers the environment asks for. Raises ConfigError where that is no number."""
    given = os.environ.get("VIA_WORKERS", "1")
    count = int(given) if given.isascii() and given.isdigit() else 0
    if not is_worker_count(count):
        raise ConfigError(f"VIA_WORKERS must be {WORKER_COUNT}, not {given!r}")
    return count


def drain_time(options: Options, *, is_replaced: bool) -> float:
    """Seconds over which a process moves its tabs to others before it ends."""
    if options.drain_time is not None:
        return seconds(options.drain_time)
    return DRAIN_TIME if is_replaced else 0.0


def supervise(
    logger: logging.Logger, options: Options, routes: Sequence[str], address: str, count: int
) -> None:
    """Serve the pages at these routes until SIGINT or SIGTERM; blocks.

    Raises ConfigError where the address cannot be had or the workers do not start.
    """
    with ExitStack() as stack:
        listeners = [stack.enter_context(one) for one in listen_for_workers(address, count)]
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="via-workers-"))
        os.environ[MEETING_PLACE] = folder
        stack.callback(os.environ.pop, MEETING_PLACE)
        place = None if options.nats_url else meeting_place(routes)
        logger.info("serving on port %d with %d workers", listeners[0].getsockname()[1], count)
        supervisor = Supervisor(listeners, logger, drain_time(options, is_replaced=True))
        asyncio.run(_run(logger, options, place, supervisor))


async def _run(
    logger: logging.Logger, options: Options, place: Path | None, supervisor: Supervisor
) -> None:
    if place is None:
        await supervisor.run()
        return
    broker = embedded_server(options, logger, place)
    await broker.start()
    try:
        await supervisor.run()
    finally:
        await broker.stop()
