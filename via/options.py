"""`Options`, what `V.config` takes, and `Limits` among them; checked when they are made."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .errors import ConfigError, seconds
from .page.rate_limit import RateLimitConfig
from .sessions import SessionManager

if TYPE_CHECKING:
    import os
    import ssl

    from .pubsub import PubSub, StreamConfig

LogLevelDebug: Final = logging.DEBUG
LogLevelInfo: Final = logging.INFO
LogLevelWarn: Final = logging.WARNING
LogLevelError: Final = logging.ERROR

AppT = TypeVar("AppT")

Plugin = Callable[[AppT], object]
"""Sets something up in the app that it is given."""

WORKER_COUNT: Final = "a number of processes, from 1 to 1024"
_DURATIONS: Final = frozenset({"head_timeout", "body_timeout", "idle_timeout"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What `Options.limits` takes; docs/security.md says what exceeding each of them gets.

    Sizes are in bytes, times in seconds. Those from `request_line` to `connections` hold in the
    server that `V.start` runs; another server has its own.
    Raises ConfigError for what is not a positive number.

    * `request_line`: bytes of a request's address. Beyond: 414.
    * `header_bytes`: bytes of a request's headers, names and values. Beyond: 431.
    * `header_count`: headers of a request. Beyond: 431.
    * `head_timeout`: how long a request's head may take, from the connection's begin for the
      first. Beyond: 408, and where nothing was sent the connection is closed.
    * `body_timeout`: how long a body may take once the head is there. Beyond: 408.
    * `idle_timeout`: how long a connection may stay open between two requests. Beyond: it is
      closed.
    * `connections`: open connections. Beyond: 503.
    * `body_bytes`: bytes of signals that one request may carry. Beyond: 413.
    * `signal_bytes`: bytes of one signal's value, as JSON. Beyond: 413.
    * `signal_depth`: how deep the lists and objects in a signal may nest. Beyond: 400.
    * `tabs`: open tabs; each has one stream. Beyond: 503.
    * `visitor_tabs`: open tabs of one browser. Beyond: 429.
    * `waiting_pages`: pages that were served and whose streams have not been opened. Beyond:
      the one that has waited longest is dropped, and built anew if its stream is opened after
      all.
    * `waiting_bytes`: bytes of these pages, as HTML; in memory they take about twelve times as
      much. Beyond: as with `waiting_pages`.
    * `waiting_actions`: actions of one tab that wait for earlier ones. Beyond: 429.
    * `waiting_jobs`: handlers of any kind that wait in one tab: actions, messages, intervals.
      Beyond: 429 for actions; messages are dropped, with a line in the log.
    """

    request_line: int = 16 * 1024
    header_bytes: int = 64 * 1024
    header_count: int = 100
    head_timeout: float = 10.0
    body_timeout: float = 30.0
    idle_timeout: float = 75.0
    connections: int = 65_536

    body_bytes: int = 1024 * 1024
    signal_bytes: int = 256 * 1024
    signal_depth: int = 32

    tabs: int = 50_000
    visitor_tabs: int = 500
    waiting_pages: int = 2_000
    waiting_bytes: int = 8 * 1024 * 1024
    waiting_actions: int = 100
    waiting_jobs: int = 10_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            wanted = (int, float) if field.name in _DURATIONS else (int,)
            if isinstance(value, bool) or not isinstance(value, wanted) or not value > 0:
                kind = "number" if field.name in _DURATIONS else "whole number"
                raise ConfigError(f"Limits.{field.name} must be a positive {kind}, not {value!r}")


@dataclass(kw_only=True, slots=True)
class Options:
    """The app's options; a field left out (or None) keeps its former value.

    Raises ConfigError, naming the field, where a value cannot be used.

    * `dev_mode`: show the traceback of a failed page in the browser, and log which rows need an
      id for what is typed in them to stay where it is. Default: False.
    * `server_address`: where `V.start` listens, as "host:port" or ":port" (all interfaces).
      Default: ":3000".
    * `workers`: how many processes `v.start` serves the app with. Default: what the environment
      variable VIA_WORKERS says, or one.
    * `log_level`: `LogLevelDebug`, `LogLevelInfo` (default), `LogLevelWarn` or `LogLevelError`:
      of the logger "via". A `logger` of your own keeps the level that you gave it.
    * `logger`: where via logs. Default: the logger "via".
    * `document_title`: the pages' title. Default: "⚡ Via".
    * `plugins`: functions of the app; `V.config` calls each once.
    * `session_manager`: keeps the sessions. Default: one in memory, whose sessions end with the
      process.
    * `datastar_content`: a browser client of your own, such as the official Datastar file, in
      place of via's.
    * `datastar_path`: where the browser client is served. Default: "/_datastar.js".
    * `content_security_policy`: the pages' Content-Security-Policy; `{nonce}` stands for the
      page's nonce.
    * `pubsub`: a pub/sub backend of your own, in place of the embedded NATS.
    * `nats_url`: an existing NATS server or cluster, in place of the embedded one.
    * `nats_credentials`: a credentials file for `nats_url`.
    * `nats_tls`: the TLS context for `nats_url`.
    * `nats_dir`: where the embedded NATS keeps its streams. Default: a folder that ends with
      the app.
    * `streams`: the durable streams that are created or updated at start.
    * `context_ttl`: how long a page may wait for its stream before it is reaped; seconds or
      `timedelta`. Negative: never reaped. Default: 30 s.
    * `resume_grace`: how long a page lives on after its stream dropped; seconds or `timedelta`.
      Default: 10 s.
    * `action_rate_limit`: how often one tab may call actions and navigate. Default: 10 a
      second, 20 at once.
    * `visitor_rate_limit`: the same for all tabs of one browser. Default: five times
      `action_rate_limit`.
    * `address_rate_limit`: how often one client address may call actions, navigate and open
      streams. Default: twenty times `action_rate_limit`, and no limit for this machine's own
      addresses.
    * `page_rate_limit`: how often one client address may load pages. Default: five times
      `action_rate_limit`, and no limit for this machine's own addresses.
    * `limits`: the bounds of what the outside may send, and of what is held for it.
    * `compression`: whether streams are compressed where the browser can take it. Default:
      True.
    * `websocket`: whether a tab has one WebSocket for its stream and its actions; without, and
      where none comes through, they come by HTTP. Default: True.
    * `drain_time`: seconds over which a process that is to end sends its tabs to others, one after
      another, while `/_ready` says that it takes no new ones. Default: 3 for workers that a SIGHUP
      replaces, else 0.
    * `gc_threshold`: the thresholds of Python's garbage collector under `v.start()`, as
      `gc.set_threshold` takes them. What is there after the start is never looked at again.
      Default: (20_000, 20, 100), for few looks at many tabs.
    * `trusted_proxies`: the reverse proxies whose `X-Forwarded-For`, `-Proto`, `-Host` and
      `-Prefix` are believed: addresses or networks, such as ["127.0.0.1", "10.0.0.0/8"].
      Default: none.
    * `allowed_origins`: origins whose pages may call the app, such as "https://example.com",
      besides its own.
    * `allowed_hosts`: the names under which the app answers, without ports; "*.example.com" for
      all below one. Others get a 421, so that no page of a foreign name can be led here.
      Default: any name.
    """

    dev_mode: bool | None = None
    server_address: str | None = None
    workers: int | None = None
    log_level: int | None = None
    logger: logging.Logger | None = None
    document_title: str | None = None
    plugins: Sequence[Plugin[Any]] | None = None
    session_manager: SessionManager | None = None
    datastar_content: bytes | None = None
    datastar_path: str | None = None
    content_security_policy: str | None = None
    pubsub: PubSub | None = None
    nats_url: str | Sequence[str] | None = None
    nats_credentials: str | os.PathLike[str] | None = None
    nats_tls: ssl.SSLContext | None = None
    nats_dir: str | os.PathLike[str] | None = None
    streams: Sequence[StreamConfig] | None = None
    context_ttl: float | timedelta | None = None
    resume_grace: float | timedelta | None = None
    action_rate_limit: RateLimitConfig | None = None
    visitor_rate_limit: RateLimitConfig | None = None
    address_rate_limit: RateLimitConfig | None = None
    page_rate_limit: RateLimitConfig | None = None
    limits: Limits | None = None
    compression: bool | None = None
    websocket: bool | None = None
    drain_time: float | timedelta | None = None
    gc_threshold: tuple[int, int, int] | None = None
    trusted_proxies: Sequence[str] | None = None
    allowed_origins: Sequence[str] | None = None
    allowed_hosts: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name, check, wanted in _CHECKS:
            value = getattr(self, name)
            if value is not None and not check(value):
                raise ConfigError(f"Options.{name} must be {wanted}, not {value!r}")

    def merged(self, newer: Options) -> Options:
        """These options, overridden by the fields that `newer` gives."""
        given = {
            field.name: getattr(self, field.name)
            if getattr(newer, field.name) is None
            else getattr(newer, field.name)
            for field in fields(self)
        }
        return Options(**given)


def split_address(address: str) -> tuple[str, int]:
    """The host ("" for all interfaces) and the port of "host:port".

    Raises ValueError where the port is missing or is not a number from 0 to 65535.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f'{address!r} is not "host:port" or ":port"')
    return host.removeprefix("[").removesuffix("]"), int(port)


def is_worker_count(value: Any) -> bool:
    """Whether an app may have so many workers."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1024


def _is_address(value: Any) -> bool:
    try:
        split_address(value)
    except (AttributeError, ValueError):
        return False
    return True


def _are_thresholds(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 3
        and all(type(one) is int and one >= 0 for one in value)
    )


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float | timedelta) and not isinstance(value, bool)


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/") and len(value) > 1


def _are_origins(value: Any) -> bool:
    return _are_texts(value, r"https?://[^/?#@\s]+")


def _are_hosts(value: Any) -> bool:
    return _are_texts(value, r"(\*\.)?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


def _are_networks(value: Any) -> bool:
    try:
        return isinstance(value, list | tuple) and all(
            isinstance(one, str) and bool(ip_network(one, strict=False)) for one in value
        )
    except ValueError:
        return False


def _are_texts(value: Any, pattern: str) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(
        isinstance(one, str) and re.fullmatch(pattern, one) for one in value
    )


_CHECKS: Final[tuple[tuple[str, Callable[[Any], bool], str], ...]] = (
    ("server_address", _is_address, '"host:port" or ":port"'),
    ("workers", is_worker_count, WORKER_COUNT),
    ("log_level", lambda value: isinstance(value, int), "one of via.LogLevel…"),
    ("logger", lambda value: isinstance(value, logging.Logger), "a logging.Logger"),
    ("document_title", lambda value: isinstance(value, str), "a str"),
    ("session_manager", lambda value: isinstance(value, SessionManager), "a via.SessionManager"),
    ("datastar_content", lambda value: isinstance(value, bytes), "bytes, the client's source"),
    ("datastar_path", _is_path, 'a path such as "/_datastar.js"'),
    ("context_ttl", _is_duration, "a number of seconds or a timedelta"),
    ("drain_time", _is_duration, "a number of seconds or a timedelta"),
    ("gc_threshold", _are_thresholds, "three whole numbers, as gc.set_threshold takes them"),
    *(
        (name, lambda value: isinstance(value, RateLimitConfig), "a via.RateLimitConfig")
        for name in (
            "action_rate_limit",
            "visitor_rate_limit",
            "address_rate_limit",
            "page_rate_limit",
        )
    ),
    (
        "pubsub",
        lambda value: all(
            callable(getattr(value, name, None)) for name in ("publish", "subscribe", "close")
        ),
        "an object with the methods publish, subscribe and close (see via.PubSub)",
    ),
    ("limits", lambda value: isinstance(value, Limits), "a via.Limits"),
    ("compression", lambda value: isinstance(value, bool), "True or False"),
    ("websocket", lambda value: isinstance(value, bool), "True or False"),
    ("trusted_proxies", _are_networks, 'addresses or networks such as ["127.0.0.1"]'),
    ("allowed_origins", _are_origins, 'origins such as ["https://example.com"]'),
    ("allowed_hosts", _are_hosts, 'names of hosts such as ["example.com", "*.example.com"]'),
    (
        "resume_grace",
        lambda value: _is_duration(value) and seconds(value) >= 0,
        "a number of seconds or a timedelta, not negative",
    ),
)

DEFAULTS: Final = Options(
    dev_mode=False,
    server_address=":3000",
    log_level=LogLevelInfo,
    logger=logging.getLogger("via"),
    document_title="⚡ Via",
    plugins=(),
    datastar_path="/_datastar.js",
    streams=(),
    context_ttl=30.0,
    resume_grace=10.0,
    action_rate_limit=RateLimitConfig(),
    limits=Limits(),
    compression=True,
    websocket=True,
    gc_threshold=(20_000, 20, 100),  # a tab is hundreds of objects, and goes by being counted
    trusted_proxies=(),
)
