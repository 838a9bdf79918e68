"""The shared parts that live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .shared_part import SharedPart

if TYPE_CHECKING:
    from .services import Services


class SharedParts:
    """The parts that the tabs of one run of an app share, by key and root path."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], SharedPart] = {}

    def get(self, key: str, root_path: str) -> SharedPart | None:
        """The part that lives, if one does."""
        return self._parts.get((key, root_path))

    def add(self, key: str, root_path: str, services: Services) -> SharedPart:
        """A new part, held until it ends."""
        place = key, root_path
        part = SharedPart(key, root_path, services, lambda: self._parts.pop(place, None))
        self._parts[place] = part
        return part

    def close(self) -> None:
        """End all parts."""
        for part in list(self._parts.values()):
            part.close()
