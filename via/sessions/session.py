"""A visitor's session as a page sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Raw

from ..errors import SessionError
from .codec import UnreadableValue, decode_value, encode_value
from .handle import SessionHandle
from .state import Journal, Values, logger

_USER: Final = "\0user"
MAX_BYTES: Final = 256 * 1024
"""Bytes that a session's keys and values may take."""

NO_TIME: Final = datetime.min.replace(tzinfo=UTC)
"""What `get_time` gives where there is no time."""


class Session:
    """Values kept for one browser across its pages, its tabs and restarts of the app.

    Keys are strings. Values are str, int, bool, float, datetime, bytes, None, lists and dicts of
    these, and `msgspec.Struct` objects of classes at the top of a module; each comes back as the
    type it was (a tuple as a list), as a new object on every `get`. Every getter returns its type's
    zero value where the key is missing or holds another type, and never raises.

    All sessions that a manager loaded for the same token share their state: what one tab sets, the
    others see. Nothing here waits; `SessionManager.commit` writes the changes to the store.
    """

    __slots__ = ("_handle",)

    def __init__(self, handle: SessionHandle) -> None:
        self._handle = handle

    def get(self, key: str) -> Any:
        """The value, of any type; None if there is none."""
        state = self._handle.live()
        raw = None if state is None else state.values.get(key)
        if state is None or raw is None:
            return None
        try:
            return decode_value(raw)
        except UnreadableValue as error:
            complaint = f"session key {key!r} cannot be restored: {error}"
            if complaint not in state.shared.unreadable:
                state.shared.unreadable.add(complaint)
                logger.warning("%s", complaint)
            return None

    def get_string(self, key: str) -> str:
        """The str under `key`, or ""."""
        return _string(self.get(key))

    def get_int(self, key: str) -> int:
        """The int under `key`, or 0; a bool is not an int."""
        return _int(self.get(key))

    def get_bool(self, key: str) -> bool:
        """The bool under `key`, or False."""
        return self.get(key) is True

    def get_float64(self, key: str) -> float:
        """The float or int under `key` as a float, or 0.0."""
        return _float(self.get(key))

    def get_time(self, key: str) -> datetime:
        """The datetime under `key`, aware or naive as it was set, or `datetime.min` in UTC."""
        return _time(self.get(key))

    def get_bytes(self, key: str) -> bytes:
        """The bytes under `key`, or b""."""
        return _bytes(self.get(key))

    def pop(self, key: str) -> Any:
        """Like `get`, and delete the key."""
        value = self.get(key)
        self.delete(key)
        return value

    def pop_string(self, key: str) -> str:
        """Like `get_string`, and delete the key, whatever its type."""
        return _string(self.pop(key))

    def pop_int(self, key: str) -> int:
        """Like `get_int`, and delete the key, whatever its type."""
        return _int(self.pop(key))

    def pop_bool(self, key: str) -> bool:
        """Like `get_bool`, and delete the key, whatever its type."""
        return self.pop(key) is True

    def pop_float64(self, key: str) -> float:
        """Like `get_float64`, and delete the key, whatever its type."""
        return _float(self.pop(key))

    def pop_time(self, key: str) -> datetime:
        """Like `get_time`, and delete the key, whatever its type."""
        return _time(self.pop(key))

    def pop_bytes(self, key: str) -> bytes:
        """Like `get_bytes`, and delete the key, whatever its type."""
        return _bytes(self.pop(key))

    def exists(self, key: str) -> bool:
        """Whether there is a value under `key`."""
        state = self._handle.live()
        return state is not None and key in state.values

    def keys(self) -> list[str]:
        """All keys, sorted."""
        state = self._handle.live()
        return [] if state is None else sorted(state.values.keys() - {_USER})

    def id(self) -> str:
        """The session's token, "" until something is set. It is a secret: never show or log it.

        It stays until `renew_token`, `destroy` or the session's end.
        """
        return self._handle.token()

    def set(self, key: str, value: Any) -> None:
        """Keep a copy of `value` under `key`; the first one starts the session.

        Raises TypeError if `key` is not a str, and SessionError, naming key and type, for a value
        whose type would not survive a restart.
        """
        if not isinstance(key, str):
            raise TypeError(f"a session key must be a str, not {type(key).__name__}")
        raw = Raw(encode_value(key, value))
        state = self._handle.live()
        if state is None:
            return
        others = sum(len(k) + len(memoryview(v)) for k, v in state.values.items() if k != key)
        if others + len(key) + len(memoryview(raw)) > MAX_BYTES:
            raise SessionError(
                f"session key {key[:40]!r}: the session would take more than {MAX_BYTES} bytes; "
                "keep large things in a database, and their ids here"
            )
        if not state.token:
            self._handle.start(state)
        state.put(key, raw)

    def delete(self, key: str) -> None:
        """Remove the value under `key`, if there is one."""
        state = self._handle.live()
        if state is not None and key in state.values:
            state.put(key, None)

    def clear(self) -> None:
        """Remove every value; the token and the lifetime stay."""
        state = self._handle.live()
        if state is not None and state.token:
            user = state.values.get(_USER)
            state.values.clear()
            state.journal.clear()
            if user is not None:
                state.put(_USER, user)

    def user(self) -> str:
        """Whose session this is; "" where `set_user` has not said."""
        return _string(self.get(_USER))

    def set_user(self, user: str) -> None:
        """Say whose session this is, so that `end_all` and `SessionManager.end_sessions` find it.

        `user` is what the app knows its users by. Call it at login, beside `renew_token`.
        """
        if not isinstance(user, str) or not user:
            raise TypeError(f"a session's user is a str that is not empty, not {user!r}")
        self.set(_USER, user)

    def end_all(self) -> None:
        """Log out everywhere: `destroy` this session and all others of its user.

        Other processes follow within half a second.
        """
        state = self._handle.live()
        user = self.user()
        if state is not None and user:
            state.ending.append(user)
        self.destroy()

    def destroy(self) -> None:
        """End the session: its values and its token are dead, and the browser drops the cookie.

        A later `set` starts a new one.
        """
        state = self._handle.live()
        if state is not None and state.token:
            self._handle.end(state)

    def renew_token(self) -> None:
        """Give the session a new token and a new lifetime; its values stay, the old token is dead.

        Call it wherever privileges change, above all at login, so that a token which somebody else
        learned or planted before is worth nothing.
        """
        state = self._handle.live()
        if state is not None:
            self._handle.start(state)


def user_of(values: Values) -> str:
    """Whose session has these values; "" where nobody has said."""
    raw = values.get(_USER)
    return "" if raw is None else _string(decode_value(raw))


def is_user_set(journal: Journal) -> bool:
    """Whether it was said whose session it is."""
    return journal.changes.get(_USER) is not None


def handle_of(session: Session) -> SessionHandle:
    """What via itself holds of the session."""
    return session._handle


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _int(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _float(value: Any) -> float:
    if isinstance(value, float):
        return value
    try:
        return float(_int(value))
    except OverflowError:
        return 0.0


def _time(value: Any) -> datetime:
    return value if isinstance(value, datetime) else NO_TIME


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""
