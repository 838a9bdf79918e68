"""The core's modules, compiled and in pure Python, each with the names that its facade has."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

IDS = {"c": "compiled", "py": "pure"}

_PARTS = {
    "html": ("html.nodes", "html.construct", "html.factories"),
    "rows.each": ("rows.each", "rows.sight"),
}


def core_module(name: str, variant: str) -> Any:
    """`via._core.NAME` in one variant, "c" or "py"."""
    parts = [_variant(part, variant) for part in _PARTS.get(name, (name,))]
    if len(parts) == 1:
        return parts[0]
    facade = import_module(f"via._core.{name}")
    return SimpleNamespace(
        **{
            public: getattr(module, public)
            for public in facade.__all__
            for module in parts
            if hasattr(module, public)
        }
    )


def _variant(name: str, variant: str) -> Any:
    package, _, module = name.rpartition(".")
    return import_module(f"via._core.{package}._{module}_{variant}")
