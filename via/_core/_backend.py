"""Decides once, at import, whether the compiled core or its pure-Python twin is used."""

import os
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Final

CORE_MODULE: Final = "via._core.html._nodes_c"
"""One of the compiled modules; a build has all of them or none."""

_NOT_COMPILED: Final = (
    "via: the compiled core is not installed; the slower pure-Python twin is used. "
    "Set VIA_PURE_PYTHON=1 to choose it without this warning."
)
_NOT_COMPILED_HERE: Final = (
    "via: {} is a source tree whose core is not compiled; the slower pure-Python twin is used. "
    "`pip install -e .` compiles it in place; elsewhere an installed via is found. "
    "Set VIA_PURE_PYTHON=1 to choose the twin without this warning."
)


def _choose_pure_python() -> bool:
    if os.environ.get("VIA_PURE_PYTHON"):
        return True
    if find_spec(CORE_MODULE) is not None:
        return False
    tree = Path(__file__).parents[2]
    is_source = (tree / "setup.py").exists()
    text = _NOT_COMPILED_HERE.format(tree) if is_source else _NOT_COMPILED
    warnings.warn(text, RuntimeWarning, stacklevel=2)
    return True


PURE_PYTHON: Final[bool] = _choose_pure_python()
