"""Whether other processes of this machine serve the same app, and where they meet.

A server that runs an app in several processes does not tell the app. What is known of those: their
parent starts them, with the same command line, in the same folder.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

MEETING_PLACE: Final = "VIA_MEETING_PLACE"
"""The environment variable that names the folder in which the workers of `V.start` meet."""


def meeting_place(routes: Iterable[str]) -> Path | None:
    """The folder in which the processes that serve these pages meet; None where it is but one."""
    given = os.environ.get(MEETING_PLACE)
    key = "\0".join(sorted(routes))
    if given:
        return Path(given, _digest(key))
    if not _is_worker():
        return None
    about = (str(os.getppid()), *sys.argv, os.getcwd(), key)
    return Path(tempfile.gettempdir(), f"via-{os.getuid()}-{_digest(chr(0).join(about))}")


def _is_worker() -> bool:
    """Whether a server started this process as one of several, or may start more like it."""
    is_gunicorn = os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn")
    return multiprocessing.parent_process() is not None or is_gunicorn


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
