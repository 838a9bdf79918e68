"""What tells a store from those of other apps on the same host, whose browsers share cookies.

Cookies know no ports: two apps on one host see each other's session cookies. The processes of one
app have one store, which therefore keeps the name; it is made when it is first needed.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

from .store import Store

_KEY: Final = sha256(b"via: the name of this store").hexdigest()
_KEPT: Final = 10 * 365 * 86_400.0
"""Seconds that the name is kept for, which is longer than any session lives."""


async def store_name(store: Store, now: float) -> str:
    """The store's name, eight letters and digits. Raises SessionError if it cannot be reached."""
    while True:
        stored = await store.find(_KEY)
        if stored is not None and len(stored.data) == 8 and stored.data.isalnum():
            return stored.data.decode()
        name = secrets.token_hex(4)
        version = None if stored is None else stored.version
        if await store.save(_KEY, name.encode(), now + _KEPT, version) is not None:
            return name
