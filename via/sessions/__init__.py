"""Sessions: values kept for a browser across pages, tabs and restarts."""

from .cookie import Cookie
from .factories import new_nats_session_manager, new_sqlite_session_manager
from .handle import SessionHandle
from .manager import SessionManager
from .session import Session
from .store import Store, StoredSession
from .stores.memory import MemoryStore
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
