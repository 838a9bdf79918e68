"""Instructions that the core takes for its work: a figure that no busy machine changes.

`python -m benchmarks.instructions` runs each piece of work under callgrind, prints the instructions
of one, and fails where one takes over 3 % more, or fewer, than `benchmarks/instructions.json` says;
with `--write` the file is written anew. With another Python, Cython, compiler or C library they are
others: where the file is of another kind of build, nothing is compared.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("instructions.json")
ALLOWED: Final = 0.03
CALL: Final = "functools_reduce"
"""The C function that stands around the work of one name, and is called for nothing else."""

Work = Callable[[], Any]


def works() -> dict[str, tuple[int, Work]]:
    """What is counted, by name: how often it is done, and the work."""
    import asyncio

    import msgspec

    from via import h
    from via._core.diff.differ import ViewDiffer
    from via._core.html import to_bytes
    from via._core.http.requests import read_action, read_page
    from via._core.messaging.codecs import codec, encode
    from via._core.messaging.fanout import Fanout, Listener
    from via._core.messaging.nats_reader import NATSReader
    from via._core.rows.each import RowMemory, each
    from via._core.sse.events import patch_elements, patch_signals
    from via._core.tasks.handlers import HandlerQueue

    class Line(msgspec.Struct):
        author: str
        text: str
        number: int

    line = Line("Ada", "The engine weaves algebraic patterns", 7)
    data = encode(line)
    lines = codec(Line)

    def row(item: tuple[int, str, float]) -> h.H:
        number, name, price = item
        return h.Tr(
            h.ID(f"row-{number}"), h.Class("row"), h.Td(h.Text(name)), h.Td(h.Text(f"{price:.2f}"))
        )

    def table(rows: Any) -> h.Element:
        return h.Div(h.ID("view"), h.Table(h.TBody(rows)))

    items = [(n, f"name & {n}", n / 8) for n in range(1000)]
    rows = [row(item) for item in items]
    memory, step = RowMemory(), iter(range(10**9))
    differ, patched, by_hand = (ViewDiffer("via-x") for _ in range(3))
    for one in (differ, patched, by_hand):
        one.remember(table(rows))

    def change() -> bytes:
        rows[500] = row((500, f"changed {next(step)}", 1.5))
        return differ.update(table(rows))

    def change_item() -> bytes:
        items[500] = (500, f"changed {next(step)}", 1.5)
        return patched.update(memory.render(lambda: table(each(items, row))))

    def send_row() -> bytes:
        node = row((500, f"changed {next(step)}", 1.5))
        by_hand.adopt("row-500", node)
        return patch_elements(to_bytes(node))

    request = (
        b"POST /_action/a1 HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: keep-alive\r\n"
        b"Content-Length: 2\r\nCookie: via=AAAAAAAAAAAAAAAAAAAAAA\r\n\r\n{}"
    )
    page = (
        b"GET /items/7?q=1 HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nAccept: text/html\r\n"
        b"Cookie: via=AAAAAAAAAAAAAAAAAAAAAA\r\n\r\n"
    )
    reader = NATSReader(print)
    fanout = Fanout(lambda *bad: None, lambda listener: None)
    heard = 0

    def hear(message: Any) -> None:
        nonlocal heard
        heard += 1

    for _ in range(100):
        fanout.add(Listener(hear, lines, lambda listener: listener(), 1024))
    reader.handlers[1] = lambda data, reply, headers: hear(data)
    said = b"".join(b"MSG chat.a 1 %d\r\n%b\r\n" % (len(data), data) for _ in range(100))

    def read_messages() -> None:
        reader.feed(said)
        assert reader.next() is None

    queue = HandlerQueue(asyncio.new_event_loop(), 100, lambda job, error: None, lambda: None)
    small = h.Main(h.H1("Hello"), h.P(h.Text("a < b")), h.Button(h.Text("up")))

    return {
        "a small view, made and written": (
            500,
            lambda: to_bytes(h.Main(h.H1("Hello"), h.P(h.Text("a < b")), h.Button(h.Text("up")))),
        ),
        "a small view, written": (500, lambda: to_bytes(small)),
        "1,000 rows, made": (4, lambda: table([row(item) for item in items])),
        "one of 1,000 kept rows changed": (50, change),
        "one of 1,000 rows of h.each changed": (20, change_item),
        "one of 1,000 rows sent by hand": (50, send_row),
        "a signal's patch": (1000, lambda: patch_signals(b'{"count":7}')),
        "a request for an action, read": (1000, lambda: read_action(request)),
        "a request for a page, read": (1000, lambda: read_page(page, 100)),
        "a typed message, encoded": (1000, lambda: encode(line)),
        "a typed message, decoded": (1000, lambda: lines.decode(data)),
        "a message to 100 listeners": (20, lambda: fanout.deliver(data)),
        "100 messages read from NATS": (20, read_messages),
        "a handler run in a tab's queue": (500, lambda: queue.submit(int)),
    }


def run() -> None:
    """Do all the work, each name's inside one call of `CALL`."""
    for count, work in works().values():
        for _ in range(3):
            work()
        functools.reduce(lambda _, i: work(), range(count), None)


def kind() -> str:
    """The kind of build that is counted."""
    libc = " ".join(platform.libc_ver())
    python = f"Python {platform.python_version()}"
    translated = (FILE.parent.parent / "via/_core/http/_requests_c.c").open().readline()
    cython = " ".join(re.findall(r"Cython [\d.]+", translated))
    packages = [f"{name} {version(name)}" for name in ("msgspec", "greenlet")]
    parts = (python, cython, *packages, platform.python_compiler(), libc, platform.machine())
    return ", ".join(parts)


def measure() -> dict[str, int]:
    """The instructions of one piece of each work."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SystemExit("valgrind was not found: it is the package `valgrind`")
    with tempfile.TemporaryDirectory() as folder:
        command = [
            valgrind,
            "--tool=callgrind",
            f"--callgrind-out-file={folder}/out",
            f"--toggle-collect={CALL}",
            f"--dump-after={CALL}",
        ]
        subprocess.run(
            [*command, sys.executable, "-m", "benchmarks.instructions", "--run"],
            check=True,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        found = {
            int(path.suffix[1:]): int(re.findall(r"^totals: (\d+)", path.read_text(), re.M)[0])
            for path in Path(folder).glob("out.*")
        }
    names = works()
    if sorted(found) != list(range(1, len(names) + 1)):
        raise SystemExit(f"this Python does not tell where {CALL} begins and ends")
    return {
        name: round(found[place] / count)
        for place, (name, (count, _)) in enumerate(names.items(), 1)
    }


def main() -> None:
    """Count, and compare or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the file anew")
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run()
        return
    counted = measure()
    if asked.write:
        FILE.write_text(json.dumps({"kind": kind(), "instructions": counted}, indent=1) + "\n")
        print(f"{FILE} is written")
        return
    known = json.loads(FILE.read_text())
    is_of_kind = known["kind"] == kind()
    strayed = False
    for name, count in counted.items():
        before = known["instructions"].get(name, 0)
        change = count / before - 1 if before else 1.0
        strayed = strayed or abs(change) > ALLOWED
        print(f"{count:>12,}  {change:+7.1%}  {name}")
    strayed = strayed or counted.keys() != known["instructions"].keys()
    if not is_of_kind:
        print(f"not compared: the file is of {known['kind']}, this is {kind()}")
    elif strayed:
        raise SystemExit(
            f"over {ALLOWED:.0%} from {FILE.name}: find out why, or write it anew with --write"
        )


if __name__ == "__main__":
    main()
