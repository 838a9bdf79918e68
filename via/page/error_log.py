"""How faults in user code are logged: with the user's own line first."""

from __future__ import annotations

import linecache
import logging
import traceback
from os import path
from types import TracebackType
from typing import Final

_PACKAGE: Final = path.dirname(path.dirname(__file__)) + path.sep
_COMPILED: Final = "via/_core/"
"""What the names of compiled files begin with."""
_EXAMPLES: Final = path.join(_PACKAGE, "examples") + path.sep


def _is_ours(filename: str) -> bool:
    if filename.startswith(_COMPILED):
        return True
    return filename.startswith(_PACKAGE) and not filename.startswith(_EXAMPLES)


def user_traceback(error: BaseException) -> TracebackType | None:
    """The error's traceback from the first frame of user code on; whole if it has none."""
    entry = error.__traceback__
    while entry is not None and _is_ours(entry.tb_frame.f_code.co_filename):
        entry = entry.tb_next
    return entry or error.__traceback__


def user_line(error: BaseException) -> str:
    """The last line of user code that the error passed: `file:number in function: source`."""
    found = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        filename = frame.f_code.co_filename
        if not _is_ours(filename) and not filename.endswith((".pyx", ".pxd")):
            source = linecache.getline(filename, number, frame.f_globals).strip()
            found = f"{filename}:{number} in {frame.f_code.co_name}: {source}"
    return found


def log_error(logger: logging.Logger, what: str, error: BaseException) -> None:
    """Log one error of user code: what failed, where in the user's code, and the traceback."""
    logger.error(
        "%s raised %s: %s (%s)",
        what,
        type(error).__name__,
        error,
        user_line(error) or "outside of user code",
        exc_info=(type(error), error, user_traceback(error)),
    )
