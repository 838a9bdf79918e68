"""Imports point one way: from each room to those below it, and never in a circle between files.

Imports for type checkers alone count like any other.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VIA = ROOT / "via"

# Each room, and the rooms or single modules that it may import; `_core` and `errors` stand on
# nothing of via.
BELOW: dict[str, set[str]] = {
    "errors": set(),
    "_core": set(),
    "h": {"_core"},
    "sessions": {"errors"},
    "pubsub": {"errors", "_core"},
    "page": {"errors", "_core", "h", "sessions.tokens", "pubsub"},
    "options": {"errors", "sessions", "pubsub", "page"},
}
BELOW["live"] = {"options", "page", "sessions"} | BELOW["page"]
BELOW["server"] = {"live"} | BELOW["live"]
BELOW["app"] = {"server"} | BELOW["server"]
BELOW["__init__"] = {"app"} | BELOW["app"]
BELOW["examples"] = {"__init__"} | BELOW["__init__"]
BELOW["__main__"] = {"examples"} | BELOW["examples"]

Import = tuple[Path, int, str]
"""A file, the line of an import in it, and the module that is imported."""


def sources() -> list[Path]:
    found = [*VIA.rglob("*.py"), *VIA.rglob("*.pyx"), *VIA.rglob("*.pxd")]
    return sorted(path for path in found if "node_modules" not in path.parts)


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(path) for path in sources()}


def resolved(path: Path, level: int, name: str, names: list[str]) -> Iterator[str]:
    """The modules of via that `from NAME import NAMES` means in a file."""
    package = path.relative_to(ROOT).parent.parts
    base = ".".join(package[: len(package) - level + 1]) if level else ""
    target = ".".join(part for part in (base, name) if part)
    for each in names:
        found = f"{target}.{each}" if f"{target}.{each}" in MODULES else target
        if found.split(".")[0] == "via":
            yield found


CYTHON = re.compile(
    r"^[ \t]*(?:from (\.*)([\w.]*) c?import \(?([\w, ]*)|c?import ([\w.]+))", re.MULTILINE
)


def imports(path: Path) -> Iterator[Import]:
    text = path.read_text()
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                names = [alias.name for alias in node.names]
                for found in resolved(path, node.level, node.module or "", names):
                    yield path, node.lineno, found
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    yield from ((path, node.lineno, found) for found in plain(alias.name))
        return
    for match in CYTHON.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match[4]:
            yield from ((path, line, found) for found in plain(match[4]))
            continue
        names = [name.strip().split(" ")[0] for name in match[3].split(",") if name.strip()] or [""]
        for found in resolved(path, len(match[1]), match[2], names):
            yield path, line, found


def plain(name: str) -> Iterator[str]:
    """The module of via that `import NAME` means, if any."""
    if name.split(".")[0] == "via":
        yield name


ALL = [each for path in sources() for each in imports(path)]


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def may_import(own: str, target: str) -> bool:
    inside = target.removeprefix("via.")
    return room(target) in BELOW[own] or inside in BELOW[own] or room(target) == own


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.py", "import via.app"),
        ("a.py", "from via import app"),
        ("a.py", "from .. import app"),
        ("a.py", "from ..app import V"),
        ("a.py", "if TYPE_CHECKING:\n    from ..app import V"),
        ("a.py", "def f():\n    import via.app as app"),
        ("a.pyx", "import via.app"),
        ("a.pyx", "cimport via.app"),
        ("a.pyx", "from ..app cimport V"),
        ("a.pyx", "def f():\n    from via.app import (\n        V,\n    )"),
    ],
)
def test_every_way_to_import_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, source: str
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    path = tmp_path / "via" / "page" / name
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert [target for _, _, target in imports(path)] == ["via.app"]
    assert not may_import("page", "via.app")


def test_no_import_points_upwards() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for path, line, target in ALL
        if not may_import(room(module(path)), target)
    ]
    assert wrong == []


def test_no_files_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for path, _, target in ALL:
        if module(path) != target:
            graph[module(path)].add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        edges = set(pairwise(error.args[1]))
        steps = [
            f"{path.relative_to(ROOT)}:{line} imports {target}"
            for path, line, target in ALL
            if (target, module(path)) in edges
        ]
        pytest.fail("a circle of imports:\n" + "\n".join(steps))


def test_the_package_has_a_dozen_entries_at_most() -> None:
    markers = {"__init__.py", "__main__.py", "py.typed", "__pycache__"}
    entries = {path.name for path in VIA.iterdir()} - markers
    assert len(entries) <= 12, sorted(entries)


def test_every_file_is_in_a_room_that_has_rules() -> None:
    assert {room(name) for name in MODULES} == BELOW.keys()


def test_a_twin_and_its_extension_stand_side_by_side() -> None:
    core = VIA / "_core"
    compiled = {path.with_suffix("") for path in core.rglob("*_c.pyx")}
    assert all(Path(f"{str(path)[:-2]}_py.py").exists() for path in compiled)
