"""via: real-time, server-driven web apps. Python functions in, live pages out."""

from . import h
from .actions import (
    Action,
    with_middleware,
    with_prevent_default,
    with_rate_limit,
    with_signal,
    with_signal_int,
    with_window,
)
from .app import V, new
from .computed import Computed
from .context import Context
from .errors import ConfigError, PageError, PubSubError, SessionError, ViaError
from .fields import Field
from .groups import Group
from .keys import KeyBinding, key_bind, on_key_down_map
from .options import LogLevelDebug, LogLevelError, LogLevelInfo, LogLevelWarn, Options
from .pubsub import (
    MemoryPubSub,
    PubSub,
    StreamConfig,
    Subscription,
    ensure_stream,
    publish,
    publish_durable,
    replay_and_follow,
    replay_history,
    subscribe,
)
from .ratelimit import RateLimitConfig
from .rules import custom, email, max, max_len, min, min_len, pattern, required
from .sessions import (
    Cookie,
    MemoryStore,
    Session,
    SessionManager,
    new_nats_session_manager,
    new_sqlite_session_manager,
)
from .signals import Signal, SignalError

__all__ = [
    "Action",
    "Computed",
    "ConfigError",
    "Context",
    "Cookie",
    "Field",
    "Group",
    "KeyBinding",
    "LogLevelDebug",
    "LogLevelError",
    "LogLevelInfo",
    "LogLevelWarn",
    "MemoryPubSub",
    "MemoryStore",
    "Options",
    "PageError",
    "PubSub",
    "PubSubError",
    "RateLimitConfig",
    "Session",
    "SessionError",
    "SessionManager",
    "Signal",
    "SignalError",
    "StreamConfig",
    "Subscription",
    "V",
    "ViaError",
    "custom",
    "email",
    "ensure_stream",
    "h",
    "key_bind",
    "max",
    "max_len",
    "min",
    "min_len",
    "new",
    "new_nats_session_manager",
    "new_sqlite_session_manager",
    "on_key_down_map",
    "pattern",
    "publish",
    "publish_durable",
    "replay_and_follow",
    "replay_history",
    "required",
    "subscribe",
    "with_middleware",
    "with_prevent_default",
    "with_rate_limit",
    "with_signal",
    "with_signal_int",
    "with_window",
]
