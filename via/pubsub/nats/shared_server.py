"""One embedded NATS for several processes of an app on one machine.

They meet in a folder that only its owner can read. Who holds its lock runs the server, and says
there how it is reached; when that process is gone, another one takes its place, with the same
address and the same streams. The last to leave removes the folder.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from ...errors import PubSubError
from .embedded_server import START_TIMEOUT, EmbeddedServer

LOOK_INTERVAL: Final = 0.2
"""Seconds between two looks at whether the process that runs the server is gone."""


class SharedServer:
    """This process's part in the server that all who name the same folder share.

    Its streams are kept in `store_dir`, or else as long as one of the processes lives.
    """

    def __init__(self, folder: Path, *, store_dir: Path | None, logger: logging.Logger) -> None:
        self._folder = folder
        self._store_dir = store_dir or folder / "store"
        self._logger = logger
        self._members: IO[str] | None = None
        self._lock: IO[str] | None = None
        self._server: EmbeddedServer | None = None
        self._watch: asyncio.Task[None] | None = None
        self.url: str = ""
        self.token: str = ""

    @property
    def pid(self) -> int:
        """The process id of the running server, where this process runs it; else 0."""
        return 0 if self._server is None else self._server.pid

    async def start(self) -> None:
        """Find the server, or start it. Raises PubSubError where neither is possible."""
        self._enter()
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while not self._find():
                    if await self._take_over():
                        break
                    await asyncio.sleep(LOOK_INTERVAL / 4)
        except TimeoutError:
            await self.stop()
            raise PubSubError(f"nobody runs the NATS that is shared in {self._folder}") from None
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.ensure_future(self._keep())

    async def stop(self) -> None:
        """Leave; another process then runs the server. Safe to call twice."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        members, self._members = self._members, None
        is_last = members is not None and _is_locked(members, fcntl.LOCK_EX)
        if self._server is not None:
            await self._server.stop()
            self._server = None
        if is_last:
            shutil.rmtree(self._folder, ignore_errors=True)
        for file in (members, self._lock):
            if file is not None:
                file.close()
        self._lock = None

    def _enter(self) -> None:
        """Be one of the folder's processes."""
        while self._members is None:
            with suppress(FileExistsError):
                self._folder.mkdir(mode=0o700)
            about = self._folder.stat(follow_symlinks=False)
            is_own = about.st_uid == os.getuid() and stat.S_ISDIR(about.st_mode)
            if not is_own or about.st_mode & 0o077:
                raise PubSubError(f"{self._folder} is not this user's own, or others may read it")
            try:
                members = (self._folder / "members").open("w")
            except FileNotFoundError:
                continue  # the last one left this very moment
            if _is_locked(members, fcntl.LOCK_SH) and os.fstat(members.fileno()).st_nlink:
                self._members = members
            else:
                members.close()

    def _address(self) -> Path:
        return self._folder / "address"

    def _find(self) -> bool:
        """Whether the server's address is known."""
        try:
            self.url, self.token = json.loads(self._address().read_text())
        except (OSError, ValueError):
            return False
        return True

    async def _take_over(self) -> bool:
        """Run the server, if nobody does; with the address that it had."""
        lock = (self._folder / "owner").open("w")
        if not _is_locked(lock, fcntl.LOCK_EX):
            lock.close()
            return False
        self._lock = lock
        is_new = not self._find()
        server = EmbeddedServer(
            store_dir=self._store_dir,
            logger=self._logger,
            token=self.token or secrets.token_urlsafe(32),
            port=-1 if is_new else int(self.url.rpartition(":")[2]),
        )
        try:
            await server.start()
        except BaseException:
            self._lock = None
            lock.close()
            raise
        self._server = server
        self.url, self.token = server.url, server.token
        new = self._folder / "address.new"
        new.write_text(json.dumps([self.url, self.token]))
        new.replace(self._address())
        return True

    async def _keep(self) -> None:
        """Take over when the process that runs the server is gone."""
        while self._server is None:
            await asyncio.sleep(LOOK_INTERVAL)
            try:
                await self._take_over()
            except PubSubError as error:
                self._logger.error("%s; trying again", error)


def _is_locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
