"""Sessions: values kept for a browser across pages, tabs and restarts."""

from typing import TYPE_CHECKING, Any

from .cookie import Cookie
from .factories import new_nats_session_manager, new_sqlite_session_manager
from .handle import SessionHandle
from .manager import SessionManager
from .session import Session
from .store import Store, StoredSession
from .stores.memory import MemoryStore

if TYPE_CHECKING:
    from .stores.nats import NATSStore
    from .stores.sqlite import SQLiteStore

__all__ = [
    "Cookie",
    "MemoryStore",
    "NATSStore",
    "SQLiteStore",
    "Session",
    "SessionHandle",
    "SessionManager",
    "Store",
    "StoredSession",
    "new_nats_session_manager",
    "new_sqlite_session_manager",
]


def __getattr__(name: str) -> Any:
    # With them come nats-py and SQLite, which not every app needs.
    if name == "NATSStore":
        from .stores.nats import NATSStore

        return NATSStore
    if name == "SQLiteStore":
        from .stores.sqlite import SQLiteStore

        return SQLiteStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
