"""Sessions: values kept for a browser across pages, tabs and restarts."""

from .cookie import Cookie
from .manager import SessionManager
from .session import Session
from .store import Store, Stored
from .stores.memory import MemoryStore
from .stores.nats import NATSStore, new_nats_session_manager
from .stores.sqlite import SQLiteStore, new_sqlite_session_manager

__all__ = [
    "Cookie",
    "MemoryStore",
    "NATSStore",
    "SQLiteStore",
    "Session",
    "SessionManager",
    "Store",
    "Stored",
    "new_nats_session_manager",
    "new_sqlite_session_manager",
]
