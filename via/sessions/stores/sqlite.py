"""Sessions in an SQLite database."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeVar

from ...errors import SessionError
from ..store import StoredSession, damaged

T = TypeVar("T")
Database = str | os.PathLike[str] | sqlite3.Connection

_BUSY_TIMEOUT: Final = 5.0
_SWEEP_EVERY: Final = 300.0
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS sessions"
    " (token TEXT PRIMARY KEY, data BLOB NOT NULL, expiry REAL NOT NULL)",
    "CREATE INDEX IF NOT EXISTS sessions_expiry_idx ON sessions (expiry)",
)
_FIND: Final = "SELECT data, expiry FROM sessions WHERE token = ? AND expiry > ?"
_INSERT: Final = (
    "INSERT INTO sessions (token, data, expiry) VALUES (?, ?, ?) ON CONFLICT (token)"
    " DO UPDATE SET data = excluded.data, expiry = excluded.expiry WHERE sessions.expiry <= ?"
)
_REPLACE: Final = (
    "UPDATE sessions SET data = ?, expiry = ?"
    " WHERE token = ? AND data = ? AND expiry = ? AND expiry > ?"
)
_DELETE: Final = "DELETE FROM sessions WHERE token = ?"
_SWEEP: Final = "DELETE FROM sessions WHERE expiry <= ?"


class SQLiteStore:
    """Keeps sessions in the table `sessions` of a database, which it creates.

    Columns: `token` (the SHA-256 of the session's token, as TEXT), `data` (BLOB) and `expiry` (Unix
    time, REAL). `database` is a path, ":memory:" or an open connection. Of a connection to a file
    only the file is used, over a connection of the store's own; a database that is only in memory
    is used as it is and must have been opened with `check_same_thread=False`. `clock` gives the
    Unix time.

    A file that it creates can be read by its owner only. All disk work is done in a thread, so that
    the event loop waits for no disk and no lock. Expired rows are removed when the store opens and,
    while it is written to, every five minutes. Raises SessionError where the database cannot be
    opened, read or written.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._table = _Table(database, clock)
        self._thread: ThreadPoolExecutor | None = self._start_thread()
        try:
            self._thread.submit(self._table.open).result()
        except sqlite3.Error as error:
            self._thread.shutdown()
            raise self._table.error(error) from error

    async def find(self, key: str) -> StoredSession | None:
        """The live entry under `key`; its version is its data and its expiry."""
        return await self._run(self._table.find, key)

    async def save(
        self, key: str, data: bytes, expiry: float, version: object | None
    ) -> object | None:
        """Keep `data` if the row still holds the data and the expiry that were read."""
        saved = await self._run(self._table.save, key, data, expiry, version)
        return (data, expiry) if saved else None

    async def delete(self, key: str) -> None:
        """Remove the row."""
        await self._run(self._table.delete, key)

    async def changes(self) -> set[str] | None:
        """Nothing, or None if another connection has written to the database meanwhile."""
        return None if await self._run(self._table.has_changed) else set()

    async def close(self) -> None:
        """Close the file and end the thread; the next use opens them again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(thread, self._table.close)
            thread.shutdown()

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        if self._thread is None:
            self._thread = self._start_thread()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)
        except sqlite3.Error as error:
            raise self._table.error(error) from error

    def _start_thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "via-sessions")


class _Table:
    """The table and its database; used by one thread at a time."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._given: sqlite3.Connection | None = None
        if isinstance(database, sqlite3.Connection):
            self._path = self._file_of(database)
            if not self._path:
                self._given = database
        else:
            self._path = os.fspath(database)
        self._wal = not isinstance(database, sqlite3.Connection)
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._swept = 0.0
        self._data_version = 0

    def open(self) -> sqlite3.Connection:
        """The connection, which is opened if there is none. Raises sqlite3.Error."""
        if self._connection is not None:
            return self._connection
        if self._given is None:
            self._create()
        connection = self._given or sqlite3.connect(
            self._path,
            timeout=_BUSY_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
            uri=self._path.startswith("file:"),
        )
        try:
            if self._wal:
                # Another process may hold the file just now; then it stays in its old mode.
                with suppress(sqlite3.OperationalError):
                    connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
            for statement in _SCHEMA:
                self._write(connection, statement)
            self._sweep(connection)
        except sqlite3.Error:
            if connection is not self._given:
                connection.close()
            raise
        self._connection = connection
        return connection

    def _create(self) -> None:
        """Create the file for its owner only; SQLite gives its companions the same mode."""
        if self._path == ":memory:" or self._path.startswith("file:"):
            return
        # What keeps it from being created is told by SQLite.
        with suppress(OSError):
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))

    def find(self, key: str) -> StoredSession | None:
        cursor = self.open().cursor()
        cursor.row_factory = None  # a given connection may have one of its own
        try:
            row = cursor.execute(_FIND, (key, self._clock())).fetchone()
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
            return damaged("no UTF-8")
        finally:
            cursor.close()
        if row is None:
            return None
        data, expiry = row
        if not isinstance(data, bytes) or not isinstance(expiry, float | int):
            return damaged(row)
        return StoredSession(data, expiry, row)

    def save(self, key: str, data: bytes, expiry: float, version: object | None) -> bool:
        connection, now = self.open(), self._clock()
        if now - self._swept >= _SWEEP_EVERY:
            self._sweep(connection)
        if version is None:
            return self._write(connection, _INSERT, key, data, expiry, now) == 1
        if not isinstance(version, tuple):
            return False
        return self._write(connection, _REPLACE, data, expiry, key, *version, now) == 1

    def delete(self, key: str) -> None:
        self._write(self.open(), _DELETE, key)

    def has_changed(self) -> bool:
        cursor = self.open().cursor()
        cursor.row_factory = None
        (version,) = cursor.execute("PRAGMA data_version").fetchone()
        cursor.close()
        before, self._data_version = self._data_version, version
        return bool(version != before)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and connection is not self._given:
            connection.close()

    def error(self, error: sqlite3.Error) -> SessionError:
        """What to tell about an error of SQLite."""
        where = f"the session database {self._path!r}" if self._path else "the session database"
        hint = ""
        if isinstance(error, sqlite3.ProgrammingError) and "thread" in str(error):
            hint = "; open an in-memory database with check_same_thread=False"
        return SessionError(f"{where} is unusable: {error}{hint}")

    def _sweep(self, connection: sqlite3.Connection) -> None:
        self._swept = self._clock()
        self._write(connection, _SWEEP, self._swept)

    def _write(self, connection: sqlite3.Connection, statement: str, *values: Any) -> int:
        """Run one statement, which SQLite makes atomic; return the number of rows it changed."""
        in_transaction = connection.in_transaction
        changed = connection.execute(statement, values).rowcount
        if not in_transaction and connection.in_transaction:
            connection.commit()
        return changed

    def _file_of(self, connection: sqlite3.Connection) -> str:
        """The file of a connection's database; "" if it is in memory only."""
        try:
            cursor = connection.cursor()
            cursor.row_factory = None
            rows = cursor.execute("PRAGMA database_list").fetchall()
        except sqlite3.Error as error:
            raise SessionError(f"the given SQLite connection is unusable: {error}") from error
        return next((file or "" for _, name, file in rows if name == "main"), "")
