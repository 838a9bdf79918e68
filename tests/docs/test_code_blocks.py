"""Every block of Python in the documentation runs, and the pages that it registers are served.

A block has what comes before it in `BEFORE`, by the heading that it stands under; one that uses `c`
without defining it is the inside of a page function.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from support.server import Server, Visitor

import via

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^(#+ [^\n]*)$|^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

IMPORTS = """
import functools
from datetime import timedelta

import msgspec

import via
from via import h

v = via.new()
"""

BEFORE = {
    "# via": "",
    "## The app": """
from starlette.responses import PlainTextResponse

def board(c):
    c.view(lambda: h.P(h.Text(c.get_path_param("name"))))

def admin_required(c, next):
    next()

log_requests = admin_required

def navigation():
    return h.Nav(h.Text("navigation"))

def health(request):
    return PlainTextResponse("fine")
""",
    "### Large views": """
class Message(msgspec.Struct):
    author: str
    text: str

items = [("Tea", 1.5), ("Cake", 3.0)]
""",
    "## Pub/sub": "",
    "## Sessions": "",
}

# What a block that contains the first text serves at a path.
VISITS = [
    ("def counter", "/", "Count: 0"),
    ("admin_required", "/boards/one", "navigation"),
    ("v.http_serve_mux()", "/health", "fine"),
    ("v.static(", "/assets/app.css", "color"),
    ("lines.append", "/", '<ul id="log">'),
    ("def row", "/", "<td>Tea</td><td>1.50</td>"),
    ("def room", "/tea", "<ul></ul>"),
]


def blocks() -> Iterator[Any]:
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text, heading = path.read_text(), ""
        for match in FENCE.finditer(text):
            if match[1]:
                heading = match[1]
            else:
                line = text.count("\n", 0, match.start()) + 2
                name = f"{path.relative_to(ROOT)}:{line}"
                yield pytest.param(heading, "\n" * (line - 1) + match[2], name, id=name)


def prepared(heading: str, source: str) -> tuple[str, str]:
    """What runs before a block, and the block, inside a page function if it needs a context."""
    uses_context = re.search(r"\bc\.", source) and not re.search(r"\bc: via\.Context", source)
    if uses_context:
        lines = source.lstrip("\n")
        shift = len(source) - len(lines) - 1  # so that an error names the document's line
        source = "\n" * shift + "def page(c):\n" + indent(lines, "    ") + "\nv.page('/', page)\n"
    return IMPORTS + BEFORE[heading], source


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the files that the documents speak of."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app.css").write_text("body { color: black }")
    icons = tmp_path / "my_package" / "icons"
    icons.mkdir(parents=True)
    for package in (icons, icons.parent):
        (package / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("heading", "source", "name"), list(blocks()))
def test_a_block_runs_and_its_pages_are_served(
    heading: str,
    source: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[[Any], Server],
) -> None:
    monkeypatch.setattr(via.V, "start", lambda self: None)
    before, source = prepared(heading, source)
    # msgspec resolves the annotations of a Struct in its module.
    monkeypatch.setitem(sys.modules, "document", type(sys)("document"))
    names = vars(sys.modules["document"])
    exec(compile(before, "before the block", "exec"), names)
    exec(compile(source, name, "exec"), names)
    app: via.V = names["v"]
    if names.get("signed_in"):
        app.group("", names["signed_in"]).page("/", lambda c: c.view(lambda: via.h.P()))
    visitor = Visitor(serve(app).url)
    for path, text in [(path, text) for part, path, text in VISITS if part in source]:
        answer = visitor.http.get(path)
        assert answer.status_code == 200
        assert text in answer.text
    visitor.http.close()


def test_every_command_of_the_documentation_names_files_that_exist() -> None:
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for named in re.findall(
            r"`((?:via|tests|tools|docs|benchmarks|\.ci)/[\w./-]*)`", path.read_text()
        ):
            assert (ROOT / named).exists(), f"{path.name} names {named}"
