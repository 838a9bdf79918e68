"""Sessions: values kept for a browser across pages, tabs and restarts."""

from .cookie import Cookie
from .manager import SessionManager
from .memory import MemoryStore
from .nats_kv import NATSStore, new_nats_session_manager
from .session import Session
from .sqlite import SQLiteStore, new_sqlite_session_manager
from .store import Store, Stored

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
