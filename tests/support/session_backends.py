"""What tests of sessions share: a clock to turn, and one face for every store."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from via.sessions import Session, SessionHandle, SessionManager, Store


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

    async def load_handle(self, token: str) -> SessionHandle:
        handle = self.load_handle_nowait(token)
        return await super().load_handle(token) if handle is None else handle


class Held(Session):
    """A session and the handle behind it."""

    def __init__(self, handle: SessionHandle) -> None:
        super().__init__(handle)
        self.handle = handle


async def held(manager: SessionManager, token: str = "") -> Held:
    """The session of the browser that sends this token."""
    return Held(await manager.load_handle(token))


async def saved(manager: SessionManager, **values: Any) -> str:
    """Keep a new session with these values and return its token."""
    session = await held(manager)
    for key, value in values.items():
        session.set(key, value)
    await manager.commit_handle(session.handle)
    return session.id()


async def loaded(manager: SessionManager, token: str) -> dict[str, Any]:
    """The values that the session behind a token has."""
    session = await held(manager, token)
    return {key: session.get(key) for key in session.keys()}  # noqa: SIM118
