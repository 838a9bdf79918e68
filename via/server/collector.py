"""The garbage collector while the app is served."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def few_collections(threshold: tuple[int, int, int]) -> Iterator[None]:
    """Look seldom, and never at what is there now: it stays. Afterwards all is as it was."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*threshold)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
