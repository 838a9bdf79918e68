"""The exceptions that via raises, all of them a `ViaError`, and what every layer shares."""

from datetime import timedelta


class ViaError(Exception):
    """Base of every error that via raises on purpose."""


class ConfigError(ViaError, ValueError):
    """An option or a registration is wrong; the message names it and says what would be right."""


class PageError(ViaError):
    """A page function failed its run at registration: it raised, or it set no view."""


class PubSubError(ViaError):
    """A subject, a stream, a payload or the connection to the broker is wrong."""


class SessionError(ViaError):
    """A session manager or its store is wrong or unusable."""


def seconds(duration: float | timedelta) -> float:
    """A duration, given as `timedelta` or as a number of seconds, in seconds."""
    return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
