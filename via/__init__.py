"""via: real-time, server-driven web apps. Python functions in, live pages out."""

from typing import Any

from . import h
from .app import V, new
from .errors import ConfigError, PageError, PubSubError, SessionError, ViaError
from .live.context import Context
from .live.groups import Group
from .live.shared_context import SharedContext
from .options import Limits, LogLevelDebug, LogLevelError, LogLevelInfo, LogLevelWarn, Options
from .page.actions import (
    Action,
    with_middleware,
    with_prevent_default,
    with_rate_limit,
    with_signal,
    with_signal_int,
    with_typing,
    with_window,
)
from .page.computed import Computed
from .page.fields import Field
from .page.key_bindings import KeyBinding, key_bind, on_key_down_map
from .page.rate_limit import KeyedRateLimit, RateLimitConfig
from .page.signals import Signal, SignalError
from .page.validators import custom, email, max, max_len, min, min_len, pattern, required
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
    subject_token,
    subscribe,
)
from .sessions import (
    Cookie,
    MemoryStore,
    Session,
    SessionManager,
    new_nats_session_manager,
    new_sqlite_session_manager,
)

__all__ = [
    "Action",
    "Computed",
    "ConfigError",
    "Context",
    "Cookie",
    "Field",
    "Group",
    "KeyBinding",
    "KeyedRateLimit",
    "Limits",
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
    "SharedContext",
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
    "subject_token",
    "subscribe",
    "with_middleware",
    "with_prevent_default",
    "with_rate_limit",
    "with_signal",
    "with_signal_int",
    "with_typing",
    "with_window",
]


def __getattr__(name: str) -> Any:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Few ask, and to find out takes as long as a tenth of all imports.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("via-web")
    except PackageNotFoundError:  # a source tree that was not installed
        return "0+unknown"
