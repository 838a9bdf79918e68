"""Servers to measure: child processes on loopback that end with the driver."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
START = 30.0
"""Seconds that a server may take to start."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """CPU seconds that the server and its children have used."""
        return sum(t.user + t.system for t in (p.cpu_times() for p in self._processes()))

    def memory(self) -> int:
        """Bytes of memory that the server itself holds (RSS)."""
        return int(self.process.memory_info().rss)

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def serve(module: str) -> Iterator[Server]:
    """Run `benchmarks/peers/<module>.py` while the block runs."""
    port = _free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.peers.{module}", str(port)],
        stdin=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        _wait_for(port, child)
        yield Server(module, port, psutil.Process(child.pid))
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START
    while child.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server {child.args!r} did not start")
