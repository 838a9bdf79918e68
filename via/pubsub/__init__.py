"""Messages between pages, processes and machines; documented under "Pub/sub" in the README."""

from .dry_run import DryRunHub
from .hub import Hub
from .memory import MemoryPubSub
from .nats.backend import NATSBackend
from .nats.embedded_server import EmbeddedServer
from .nats.reconnect import Resumable
from .nats.shared_server import SharedServer
from .protocol import PubSub, StreamConfig, Streams, Subscription
from .subjects import subject_token
from .typed import (
    ensure_stream,
    publish,
    publish_durable,
    replay_and_follow,
    replay_history,
    subscribe,
    subscribe_raw,
)

__all__ = [
    "DryRunHub",
    "EmbeddedServer",
    "Hub",
    "MemoryPubSub",
    "NATSBackend",
    "PubSub",
    "Resumable",
    "SharedServer",
    "StreamConfig",
    "Streams",
    "Subscription",
    "ensure_stream",
    "publish",
    "publish_durable",
    "replay_and_follow",
    "replay_history",
    "subject_token",
    "subscribe",
    "subscribe_raw",
]
