"""Servers to measure: child processes on loopback that end with the driver."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from glob import glob
from importlib.util import find_spec
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"
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
    port = free_port()
    child = start(module, port)
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


def start(module: str, port: int) -> subprocess.Popen[bytes]:
    """Begin to run `benchmarks/peers/<module>.py`, or `go`; it ends with its standard input."""
    if module == "go":
        program = go_program()
        if program is None:
            raise RuntimeError("Go was not found, or could not build its peer")
        return subprocess.Popen(
            [program, str(port)], stdin=subprocess.PIPE, env={**os.environ, "GOMAXPROCS": "1"}
        )
    python = interpreter_with("stario") if module == "stario_app" else sys.executable
    return subprocess.Popen(
        [python or sys.executable, "-m", f"benchmarks.peers.{module}", str(port)],
        stdin=subprocess.PIPE,
        cwd=ROOT,
    )


@cache
def interpreter_with(package: str) -> str | None:
    """A Python that has a package, which it is given if need be; None if there is none for it."""
    if find_spec(package) is not None:
        return sys.executable
    for version in ("3.14", "3.13", "3.12"):
        found = [
            shutil.which(f"python{version}"),
            *glob(f"{Path.home()}/.pyenv/versions/{version}*/bin/python"),
        ]
        for python in filter(None, found):
            folder = Path(tempfile.mkdtemp(prefix="via-benchmarks-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            made = folder / "bin" / "python"
            try:
                subprocess.run([python, "-m", "venv", folder], check=True, capture_output=True)
                install = [made, "-m", "pip", "install", "-q", package, "uvloop", "msgspec"]
                subprocess.run(install, check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError):
                continue
            return str(made)
    return None


@cache
def go_program() -> str | None:
    """The peer in Go, built; None where there is no Go, or its modules cannot be had."""
    go = shutil.which("go") or next(iter(glob("/usr/local/go/bin/go")), None)
    if go is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="via-benchmarks-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = str(folder / "peer")
    try:
        build = [go, "build", "-o", program, "."]
        subprocess.run(build, cwd=PEERS / "go", check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError):
        return None
    return program


def free_port() -> int:
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
