"""via: real-time, server-driven web apps. Python functions in, live pages out."""

from . import h
from .actions import (
    Action,
    with_prevent_default,
    with_signal,
    with_signal_int,
    with_window,
)
from .app import V, new
from .context import Context
from .errors import ConfigError, PageError, PubSubError, SessionError, ViaError
from .options import LogLevelDebug, LogLevelError, LogLevelInfo, LogLevelWarn, Options
from .pubsub import (
    PubSub,
    StreamConfig,
    Subscription,
    ensure_stream,
    publish,
    replay_history,
    subscribe,
)
from .signals import Signal, SignalError

__all__ = [
    "Action",
    "ConfigError",
    "Context",
    "LogLevelDebug",
    "LogLevelError",
    "LogLevelInfo",
    "LogLevelWarn",
    "Options",
    "PageError",
    "PubSub",
    "PubSubError",
    "SessionError",
    "Signal",
    "SignalError",
    "StreamConfig",
    "Subscription",
    "V",
    "ViaError",
    "ensure_stream",
    "h",
    "new",
    "publish",
    "replay_history",
    "subscribe",
    "with_prevent_default",
    "with_signal",
    "with_signal_int",
    "with_window",
]
