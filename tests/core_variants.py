"""The core's modules, compiled and in pure Python, each with the names that its facade has."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

IDS = {"c": "compiled", "py": "pure"}

_PARTS = {"render": ("build", "factories", "render"), "tree": ("compare", "traits", "tree")}


def core_module(name: str, variant: str) -> Any:
    """`via._core.NAME` in one variant, "c" or "py"."""
    if name not in _PARTS:
        return import_module(f"via._core._{name}_{variant}")
    modules = [import_module(f"via._core._{part}_{variant}") for part in _PARTS[name]]
    facade = import_module(f"via._core.{name}")
    return SimpleNamespace(
        **{
            public: getattr(module, public)
            for public in facade.__all__
            for module in modules
            if hasattr(module, public)
        }
    )
