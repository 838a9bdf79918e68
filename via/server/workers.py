"""Several processes that serve one app: a parent that holds what they share, and its workers.

The parent runs the program once more for each worker, up to the `V.start` in it. A worker that dies
is replaced; on SIGHUP each is, by one that runs the program as it is by then.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Final

from ..errors import ConfigError

_LISTENER: Final = "VIA_WORKER_LISTENER"
_LIFELINE: Final = "VIA_WORKER_LIFELINE"

START_TIMEOUT: Final = 60.0
"""Seconds within which a new worker serves, before the one that it replaces is told to end."""

STOP_TIMEOUT: Final = 15.0
"""Seconds after which a worker that was told to end is killed."""

_MOVE: Final = b">"
_READY: Final = b"+"
_END: Final = b"-"
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0


class Worker:
    """In a worker: the socket to serve, and the parent, without which the worker ends."""

    def __init__(self, listener: socket.socket, lifeline: socket.socket) -> None:
        self.listener = listener
        self._lifeline = lifeline
        self.is_replaced = False
        """Whether it is to end since another took its place: its tabs go there over some time."""
        threading.Thread(target=self._follow, name="via-worker", daemon=True).start()

    @classmethod
    def of_environment(cls) -> Worker | None:
        """What the parent left for this process, once; None where there is no parent."""
        numbers = [os.environ.pop(name, None) for name in (_LISTENER, _LIFELINE)]
        if None in numbers:
            return None
        listener, lifeline = (socket.socket(fileno=int(number or 0)) for number in numbers)
        for own in (listener, lifeline):
            own.set_inheritable(False)
        return cls(listener, lifeline)

    def ready(self) -> None:
        """Tell the parent that this worker serves."""
        with suppress(OSError):
            self._lifeline.send(_READY)

    def end_all(self) -> None:
        """Have the parent end the app."""
        with suppress(OSError):
            self._lifeline.send(_END)

    def _follow(self) -> None:
        with suppress(OSError):
            self.is_replaced = self._lifeline.recv(16) == _MOVE
        signal.raise_signal(signal.SIGTERM)


class _Process:
    """In the parent: one worker."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: socket.socket) -> None:
        self._process = process
        self._lifeline = lifeline
        self.ended = asyncio.ensure_future(process.wait())

    @classmethod
    async def start(cls, listener: socket.socket) -> _Process:
        """Run the program once more."""
        lifeline, theirs = socket.socketpair()
        lifeline.setblocking(False)
        with theirs:
            numbers = {_LISTENER: str(listener.fileno()), _LIFELINE: str(theirs.fileno())}
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *sys.orig_argv[1:],
                env=os.environ | numbers,
                pass_fds=(listener.fileno(), theirs.fileno()),
            )
        return cls(process, lifeline)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def is_ready(self) -> bool:
        """Whether the worker has begun to serve, as soon as that is known."""
        return await self._said(START_TIMEOUT) == _READY

    async def asks_for_the_end(self) -> bool:
        """Wait for the worker's end; True, and at once, where the app is to end."""
        return await self._said(None) == _END

    async def _said(self, timeout: float | None) -> bytes:
        """What the worker says next; b"" where it has ended, or says nothing for so long."""
        loop = asyncio.get_running_loop()
        reading = asyncio.ensure_future(loop.sock_recv(self._lifeline, 1))
        try:
            await asyncio.wait(
                (reading, self.ended), timeout=timeout, return_when=asyncio.FIRST_COMPLETED
            )
            return reading.result() if reading.done() else b""
        except OSError:
            return b""
        finally:
            reading.cancel()

    async def stop(self, moving: float | None = None) -> None:
        """Have the worker end what it does, and then itself; after moving its tabs for a while."""
        if not self.ended.done():
            with suppress(OSError):
                if moving is None:
                    self._process.terminate()
                else:
                    self._lifeline.send(_MOVE)
            try:
                timeout = STOP_TIMEOUT + (moving or 0.0)
                await asyncio.wait_for(asyncio.shield(self.ended), timeout)
            except TimeoutError:
                self._process.kill()
        await self.ended
        self._lifeline.close()


class Supervisor:
    """In the parent: keeps one worker at each of the sockets."""

    def __init__(
        self, listeners: list[socket.socket], logger: logging.Logger, moving: float
    ) -> None:
        self._moving = moving
        self._listeners = listeners
        self._logger = logger
        self._workers: dict[int, _Process] = {}
        self._rolling: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises ConfigError where a worker cannot start."""
        loop = asyncio.get_running_loop()
        stopping = asyncio.Event()
        stopped = asyncio.ensure_future(stopping.wait())
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._roll_soon)
        keepers = [asyncio.ensure_future(self._keep(slot)) for slot in range(len(self._listeners))]
        try:
            await asyncio.wait((*keepers, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*keepers, stopped, self._rolling):
                if task is not None:
                    task.cancel()
            ended = await asyncio.gather(*keepers, return_exceptions=True)
            await asyncio.gather(*(worker.stop() for worker in self._workers.values()))
        for failure in ended:
            if isinstance(failure, Exception):
                raise failure

    async def _keep(self, slot: int) -> None:
        """Start the worker of a slot, and again whenever it dies."""
        worker = self._workers[slot] = await _Process.start(self._listeners[slot])
        if not await worker.is_ready():
            raise ConfigError("a worker did not start; what it said is above")
        wait = _FIRST_WAIT
        while True:
            if await worker.asks_for_the_end():
                return
            status = await asyncio.shield(worker.ended)
            if self._workers[slot] is not worker:
                worker = self._workers[slot]  # it was replaced on purpose
                continue
            self._logger.error("worker %d ended with status %d; replacing it", worker.pid, status)
            await worker.stop()
            await asyncio.sleep(wait)
            worker = self._workers[slot] = await _Process.start(self._listeners[slot])
            wait = _FIRST_WAIT if await worker.is_ready() else min(2 * wait, _LONGEST_WAIT)

    def _roll_soon(self) -> None:
        if self._rolling is None or self._rolling.done():
            self._rolling = asyncio.ensure_future(self._roll())

    async def _roll(self) -> None:
        """Replace the workers, one after the other; each begins before the old one ends."""
        self._logger.info("replacing %d workers", len(self._workers))
        for slot, listener in enumerate(self._listeners):
            new = await _Process.start(listener)
            if not await new.is_ready():
                self._logger.error("the new worker did not start; the old ones go on")
                await new.stop()
                return
            old, self._workers[slot] = self._workers[slot], new
            await old.stop(self._moving)
        self._logger.info("the workers are replaced")
