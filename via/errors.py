"""The exceptions that via raises; all are a `ViaError`."""


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
