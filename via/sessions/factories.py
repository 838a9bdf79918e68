"""Makes managers whose sessions outlive the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .manager import SessionManager

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from .stores.sqlite import Database

# The stores that not every app uses are imported with the first of their managers.


def new_sqlite_session_manager(database: Database) -> SessionManager:
    """A manager that keeps its sessions in an SQLite database; see `SQLiteStore`."""
    from .stores.sqlite import SQLiteStore

    return SessionManager(SQLiteStore(database))


def new_nats_session_manager(
    jetstream: JetStreamContext | Callable[[], JetStreamContext | None],
    *,
    bucket: str = "via_sessions",
) -> SessionManager:
    """A manager that keeps its sessions in a JetStream bucket; see `NATSStore`."""
    from .stores.nats import NATSStore

    return SessionManager(NATSStore(jetstream, bucket=bucket))
