"""The live state of one session, shared by every tab of its browser."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from msgspec import Raw

from .cookie import Cookie
from .store import StoredSession
from .tokens import new_session_token

Values = dict[str, Raw]

logger = logging.getLogger("via.sessions")


@dataclass
class Journal:
    """What was done to a session's values since they were last read from the store."""

    cleared: bool = False
    changes: dict[str, Raw | None] = field(default_factory=dict)
    """The new value of each changed key; None for a deleted one."""

    def __bool__(self) -> bool:
        return self.cleared or bool(self.changes)

    def clear(self) -> None:
        """Record that every value is gone."""
        self.cleared = True
        self.changes.clear()

    def applied_to(self, values: Values) -> Values:
        """`values` with the changes made to them."""
        result = {} if self.cleared else dict(values)
        for key, value in self.changes.items():
            if value is None:
                result.pop(key, None)
            else:
                result[key] = value
        return result

    def followed_by(self, later: Journal) -> Journal:
        """This journal and then `later`, as one."""
        if later.cleared:
            return later
        return Journal(self.cleared, self.changes | later.changes)


@dataclass
class SharedState:
    """What the sessions of one manager have in common: rules, clock and who is alive."""

    cookie: Cookie = field(default_factory=Cookie)
    lifetime: float = 24 * 3600.0
    idle_timeout: float = math.inf
    clock: Callable[[], float] = time.time
    live: WeakValueDictionary[str, SessionState] = field(default_factory=WeakValueDictionary)
    """The state behind each token, as long as anybody holds it."""
    retired: set[str] = field(default_factory=set)
    """Tokens that are dead here but perhaps not yet in the store."""
    unreadable: set[str] = field(default_factory=set)
    """Complaints about unreadable values that were logged already."""


class SessionState:
    """One session: its token, its values and what of them the store does not know yet.

    A state without a token is an empty session that nobody keeps; the first value gives it one.
    """

    def __init__(self, shared: SharedState) -> None:
        self.shared = shared
        self.lock = asyncio.Lock()
        """Held while the store is asked about this session."""
        self.retired: list[str] = []
        """Tokens that this session had and the store must forget."""
        self.ending: list[str] = []
        """Users all of whose sessions the store must end."""
        self.watchers: dict[Callable[[], object], None] = {}  # which is smaller than a set
        """Called when the session has another token, or none any more."""
        self.generation = 0
        """Counts how often the session ended, so that work under way can notice."""
        self.end()

    def end(self) -> None:
        """Become an empty session without a token."""
        self.generation += 1
        self.token = ""
        self.values: Values = {}
        self.journal = Journal()
        self.deadline = 0.0
        self.seen = 0.0
        self.saved_as = ""
        """The token under which the store has the session; "" if it has not."""
        self.saved_expiry = 0.0
        self.version: object | None = None

    def claim(self, token: str) -> None:
        """Stand for what the store has under `token`, until it has been asked."""
        self.token = self.saved_as = token
        self.deadline = math.inf
        self.seen = self.shared.clock()
        self.shared.live[token] = self

    def start(self) -> None:
        """Take a new token and a new lifetime; the old token, if any, is dead from now on."""
        self.retire()
        now = self.shared.clock()
        self.token = new_session_token()
        self.deadline = now + self.shared.lifetime
        self.seen = now
        self.shared.live[self.token] = self
        self.tell()

    def tell(self) -> None:
        """Tell who watches that the token is another one, or none."""
        for tell in list(self.watchers):
            tell()

    def retire(self) -> None:
        """Make the token dead in this process and have the store forget it at the next commit."""
        if self.token:
            self.retired.append(self.token)
            self.shared.retired.add(self.token)
            self.shared.live.pop(self.token, None)

    def expire(self) -> None:
        """End the session if its time is over."""
        if self.token and self.shared.clock() >= self.expiry():
            self.vanish()

    def vanish(self) -> None:
        """End because the store has the session no more, or will not give it any more."""
        self.shared.live.pop(self.token, None)
        self.end()
        self.tell()

    def expiry(self) -> float:
        """Unix time at which the session ends if the browser makes no more requests."""
        idle = self.shared.idle_timeout
        if idle == math.inf:
            return self.deadline
        latest = self.seen + idle
        # Another process may have seen the browser later than this one; a time that the idle
        # timeout cannot explain comes from another setting and does not count.
        if self.saved_expiry <= self.shared.clock() + idle:
            latest = max(latest, self.saved_expiry)
        return min(self.deadline, latest)

    def put(self, key: str, value: Raw | None) -> None:
        """Set a value, or with None delete it."""
        self.journal.changes[key] = value
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value

    def adopt(self, values: Values, token: str, stored: StoredSession | None) -> None:
        """Take over what the store has under `token`, and keep what it does not know yet."""
        self.values = self.journal.applied_to(values)
        self.saved_as = token
        self.saved_expiry = 0.0 if stored is None else stored.expiry
        self.version = None if stored is None else stored.version

    def is_saved(self) -> bool:
        """Whether the store has everything there is to know, and the last activity nearly."""
        if self.retired or self.ending or self.journal:
            return False
        if not self.token:
            return True
        slack = min(60.0, self.shared.idle_timeout / 10)
        return self.saved_as == self.token and abs(self.expiry() - self.saved_expiry) < slack
