"""Every block of Python in the documentation runs, and the pages that it registers are served.

A block has what comes before it in `BEFORE`, by the heading that it stands under, and after it in
`AFTER`; one that uses `c` without defining it is the inside of a page function. Each has a visit in
`VISITS`. A block in another language, or one that cannot run, stands below a comment that says why:
`<!-- not run: the reason -->`. Commands and names that the text speaks of are checked as well.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from support.server import Server, Visitor

import via

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"^(?P<heading>#+ [^\n]*)$"
    r"|^(?:<!-- not run: (?P<reason>[^\n]+) -->\n\s*)?"
    r"^(?P<fence>[ ]*(?:```+|~~~+))(?P<language>[^\n]*)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
DIAGRAM = ""
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]

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

class Item(msgspec.Struct):
    id: int
    name: str
    price: float

items = [Item(1, "Tea", 1.5), Item(2, "Cake", 3.0)]
""",
    "### Shared parts": "",
    "## Pub/sub": "",
    "## A view": "",
    "## Sessions": "",
    "## Bounds": "def is_password(name, password):\n    return False\n",
    "## Subjects": "",
    "## Markup that is not yours": "",
}

# What a block that contains the first text needs after it, to show what it does.
AFTER = {
    "def test_board": """
test_board(lambda function, *args: function(*args))
""",
    "def comment": """
v.page("/", lambda c: c.view(lambda: comment("<b>bold</b>")))
""",
    "def signed_in": """
v.page("/login", lambda c: c.view(lambda: h.P("sign in here")))
v.group("", signed_in).page("/", lambda c: c.view(lambda: h.P("secret")))
""",
    "new_sqlite_session_manager": """
def remembered(c):
    c.session().set("name", "Ann")
    c.view(lambda: h.P(c.session().get_string("name")))

v.page("/", remembered)
""",
}

# What a block that contains the first text serves at a path.
VISITS = [
    ("def test_board", "/", "name 999"),
    ("def counter", "/", "Count: 0"),
    ("admin_required", "/boards/one", "navigation"),
    ("v.http_serve_mux()", "/health", "fine"),
    ("v.static(", "/assets/app.css", "color"),
    ("c.shared(", "/", "<p>0 votes</p>"),
    ("lines.append", "/", '<ul id="log">'),
    ("def row", "/", "<td>Tea</td><td>1.50</td>"),
    ("via.replay_and_follow", "/tea", "<ul></ul>"),
    ('v.page("/rooms/{room}")', "/rooms/%3E", "<ul></ul>"),
    ("def login", "/login", "Log in"),
    ("def comment", "/", "<div data-ignore><b>bold</b></div>"),
    ("def signed_in", "/", "sign in here"),
    ("new_sqlite_session_manager", "/", "<p>Ann</p>"),
]


def blocks(language: str) -> Iterator[Any]:
    """The blocks of the documents in a language: heading, text below its lines, and name."""
    for path in DOCUMENTS:
        text, heading = path.read_text(), ""
        for match in BLOCK.finditer(text):
            if match["heading"]:
                heading = match["heading"]
            elif match["language"] == language and not match["reason"]:
                line = text.count("\n", 0, match.start("text")) + 1
                name = f"{path.relative_to(ROOT)}:{line}"
                yield pytest.param(heading, "\n" * (line - 1) + match["text"], name, id=name)


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
@pytest.mark.parametrize(("heading", "source", "name"), list(blocks("python")))
def test_a_block_runs_and_its_pages_are_served(
    heading: str,
    source: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[[Any], Server],
) -> None:
    monkeypatch.setattr(via.V, "start", lambda self: None)
    visits = [(path, text) for part, path, text in VISITS if part in source]
    assert visits, "no visit shows what this block does"
    after = "".join(text for part, text in AFTER.items() if part in source)
    before, source = prepared(heading, source)
    # msgspec resolves the annotations of a Struct in its module.
    monkeypatch.setitem(sys.modules, "document", type(sys)("document"))
    names = vars(sys.modules["document"])
    for part, file in ((before, "before the block"), (source, name), (after, "after the block")):
        exec(compile(part, file, "exec"), names)
    with Visitor(serve(names["v"]).url).http as http:
        for path, text in visits:
            answer = http.get(path, follow_redirects=True)
            assert answer.status_code == 200
            assert text in answer.text


def test_no_block_is_left_out() -> None:
    for path in DOCUMENTS:
        text = path.read_text()
        seen = [match for match in BLOCK.finditer(text) if match["fence"]]
        assert len(re.findall(r"^[ >]*(?:```|~~~)", text, re.MULTILINE)) == 2 * len(seen), path.name
        for match in seen:
            checked = match["language"] in {"python", "sh", DIAGRAM} or match["reason"]
            assert checked, f"{path.name} has a block of {match['language']!r} that nothing checks"


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command of the documents, in a shell block or the text: where it stands, its words."""
    lines = [
        (block.values[2], line) for block in blocks("sh") for line in block.values[1].splitlines()
    ]
    for path in DOCUMENTS:
        prose = BLOCK.sub("", path.read_text())
        spans = re.findall(r"`((?:python|pip|pytest) [^`]+)`", prose)
        lines += [(path.name, span.replace("\n", " ")) for span in spans]
    for name, line in lines:
        for command in line.split("&&"):
            words = shlex.split(command, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
                words.pop(0)
            if words:
                yield name, words


def known(words: list[str]) -> bool:
    """Whether a command can be run as it stands, as far as can be told without running it."""
    program, *rest = words
    if program in {"python", "python3"} and rest[:2] == ["-m", "via"]:
        asked = [sys.executable, *rest, "--help"]
        return subprocess.run(asked, capture_output=True, check=False, cwd=ROOT).returncode == 0
    if program in {"python", "python3"} and rest[:1] == ["-m"]:
        return (ROOT / rest[1]).is_dir() or find_spec(rest[1]) is not None
    if program == "pip":
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        named = [name for word in rest for name in re.findall(r"^\.\[(\w+)\]$", word)]
        return all(name in extras["optional-dependencies"] for name in named)
    if program == ".":
        return rest == [".venv/bin/activate"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return (ROOT / program).exists() or shutil.which(program, path=path) is not None


@pytest.mark.parametrize(("name", "words"), list(commands()))
def test_a_command_names_what_exists(name: str, words: list[str]) -> None:
    assert known(words), f"{name}: {' '.join(words)}"
    files = [
        word for word in words if re.match(r"(via|tests|tools|docs|benchmarks)/|setup\.py", word)
    ]
    assert all((ROOT / file).exists() for file in files), f"{name}: {' '.join(words)}"


def test_the_continuous_integration_runs_the_test_command() -> None:
    name, words = next((name, words) for name, words in commands() if words[0] == "pytest")
    assert (name.split(":")[0], words) == ("README.md", ["pytest"])
    steps = (ROOT / ".ci" / "run").read_text().splitlines()
    assert any(re.match(r"pytest(?! \S*tests)", step) for step in steps)
    assert 'pip install --quiet -e ".[dev]"' in steps


def test_every_file_that_the_documentation_names_exists() -> None:
    for path in DOCUMENTS:
        text = path.read_text()
        tops = r"`((?:via|tests|tools|docs|benchmarks|\.ci)/[\w./-]*)`"
        assert [name for name in re.findall(tops, text) if not (ROOT / name).exists()] == []
        # Within `via/` the way to a file begins with its room.
        inner = re.findall(r"\b(\w+/[\w/]+\.pyx?)\b", text)
        missing = [n for n in inner if not (ROOT / "via" / n).exists() and not (ROOT / n).exists()]
        assert missing == [], path.name


def test_every_name_that_the_readme_uses_exists() -> None:
    text = (ROOT / "README.md").read_text()
    owners = {"via": via, "c": via.Context, "v": via.V, "h": via.h}
    for owner, name in re.findall(r"(?<![\w./])(via|[cvh])\.([A-Za-z]\w*)", text):
        assert hasattr(owners[owner], name), f"README.md uses {owner}.{name}"
    fields = {field.name for field in dataclasses.fields(via.Options)}
    for name in re.findall(r"Options\((\w+)=", text):
        assert name in fields, f"README.md uses Options({name}=…)"


def test_the_readme_documents_every_public_name() -> None:
    prose = BLOCK.sub("", (ROOT / "README.md").read_text())
    code = " ".join(re.findall(r"`([^`]+)`", prose))
    missing = [name for name in via.__all__ if not re.search(rf"\b{name}\b", code)]
    assert missing == []
