"""Pub/sub, streams and replay on NATS."""

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any


class _OnDemand:
    """A module that is imported as soon as something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)


def _import_client() -> None:
    """Import nats-py without aiohttp, which it needs for WebSockets alone, until it does.

    That takes three times as long to import as all of the rest.
    """
    if "nats" in sys.modules or "aiohttp" in sys.modules or find_spec("aiohttp") is None:
        return
    sys.modules["aiohttp"] = None  # type: ignore[assignment]  # as one that cannot be imported
    try:
        transport: Any = import_module("nats.aio.transport")
    finally:
        del sys.modules["aiohttp"]
    for name in ("aiohttp", "multidict"):  # where it finds one missing, it has neither
        setattr(transport, name, _OnDemand(name))


_import_client()
