"""What tests of sessions share: a clock to turn, and one face for every store."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from via.sessions import Session, SessionManager, Store


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now

    def advance(self, *, hours: float = 0, seconds: float = 0) -> None:
        self.now += hours * 3600 + seconds


@dataclass
class Backend:
    """One place where sessions lie, which several processes may open."""

    name: str
    clock: Clock
    open_store: Callable[[], Store]
    manager_type: type[SessionManager] = SessionManager

    def manager(self) -> SessionManager:
        """The manager of another process, or of this one after a restart."""
        return self.manager_type(self.open_store(), clock=self.clock)


class AtOnce(SessionManager):
    """A manager whose sessions are loaded without waiting, where that can be."""

    async def load(self, token: str) -> Session:
        session = self.load_now(token)
        return await super().load(token) if session is None else session


async def saved(manager: SessionManager, **values: Any) -> str:
    """Keep a new session with these values and return its token."""
    session = await manager.load("")
    for key, value in values.items():
        session.set(key, value)
    await manager.commit(session)
    return session.id()


async def loaded(manager: SessionManager, token: str) -> dict[str, Any]:
    """The values that the session behind a token has."""
    session: Session = await manager.load(token)
    return {key: session.get(key) for key in session.keys()}  # noqa: SIM118
