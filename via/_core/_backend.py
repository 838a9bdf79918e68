"""Decides once, at import, whether the compiled core or its pure-Python twin is used."""

import os
import warnings
from importlib.util import find_spec
from typing import Final


def _choose_pure_python() -> bool:
    if os.environ.get("VIA_PURE_PYTHON"):
        return True
    if find_spec("via._core.html._nodes_c") is not None:
        return False
    warnings.warn(
        "via: the compiled core is not installed; the slower pure-Python twin is used. "
        "Set VIA_PURE_PYTHON=1 to choose it without this warning.",
        RuntimeWarning,
        stacklevel=2,
    )
    return True


PURE_PYTHON: Final[bool] = _choose_pure_python()
