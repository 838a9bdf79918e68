"""What the client costs the browser: the renderer's processor time for everyday work, by bundle.

`python -m benchmarks.load.browser [NAME=BUNDLE.js …]` takes the bundles by turns, in one browser,
and prints a table with their sizes. Without arguments it measures the bundle of this tree.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import brotli
from playwright.sync_api import CDPSession, Page, Route, sync_playwright

OWN = Path(__file__).parents[2] / "via" / "client" / "dist" / "via.js"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ROUNDS = 7
COUNT = 1_000


def rows(numbers: Iterator[int] | range, text: str = "row") -> str:
    return "".join(
        f"<tr id=r{i}><td>{i}</td><td class=name>{text} {i}</td><td><button>open</button></td></tr>"
        for i in numbers
    )


def table(content: str) -> str:
    return f"<table><tbody id=rows>{content}</tbody></table>"


def event(elements: str, mode: str = "outer", selector: str = "") -> str:
    lines = f"data: mode {mode}\n" + (f"data: selector {selector}\n" if selector else "")
    return f"event: datastar-patch-elements\n{lines}data: elements {elements}\n\n"


@dataclass
class Task:
    """A page, and what is sent to it; without that, the page's own start is measured."""

    name: str
    body: str
    sent: str = ""
    done: str = "true"
    """What is true in the page once the work is done."""


ALL = table(rows(range(COUNT)))
SIGNALS = json.dumps({f"s{i}": i for i in range(COUNT)})
NEW_SIGNALS = json.dumps({f"s{i}": i + 1 for i in range(COUNT)})
TEXTS = "".join(f'<p data-text="$s{i}"></p>' for i in range(COUNT))
HALF = COUNT // 2
TASKS = [
    Task("begin: 1,000 texts", TEXTS, "", f"document.querySelectorAll('p')[{COUNT - 1}].innerText"),
    Task(
        "begin: 1,000 classes",
        "".join(f'<p data-class:big="$s{i} > 3"></p>' for i in range(COUNT)),
        done=f"document.querySelectorAll('p')[{COUNT - 1}].className",
    ),
    Task(
        "begin: 1,000 events",
        "".join(f"<button data-on:click=\"@post('/x/{i}')\">x</button>" for i in range(COUNT))
        + "<i id=last data-text=1></i>",
        done="document.querySelector('#last').textContent",
    ),
    Task(
        "begin: 1,000 inputs",
        "".join(f"<input data-bind:s{i}>" for i in range(COUNT)),
        done=f"document.querySelectorAll('input')[{COUNT - 1}].value",
    ),
    Task(
        "append 1,000 rows",
        table(""),
        event(rows(range(COUNT)), "append", "#rows"),
        f"document.querySelector('#rows').children.length === {COUNT}",
    ),
    Task(
        "morph 1,000 rows, one of them changed",
        ALL,
        event(f"<tbody id=rows>{rows(range(HALF))}{rows(range(HALF, HALF + 1), 'new')}"
              f"{rows(range(HALF + 1, COUNT))}</tbody>"),
        "document.body.textContent.includes('new')",
    ),
    Task(
        "morph 1,000 rows, halves swapped",
        ALL,
        event(f"<tbody id=rows>{rows(range(HALF, COUNT))}{rows(range(HALF))}</tbody>"),
        f"document.querySelector('#rows').firstChild.id === 'r{HALF}'",
    ),
    Task(
        "morph 1,000 rows, all changed",
        ALL,
        event(f"<tbody id=rows>{rows(range(COUNT), 'new')}</tbody>"),
        f"document.querySelector('#r{COUNT - 1}').textContent.includes('new')",
    ),
    Task(
        "change 1,000 signals that are shown",
        TEXTS,
        f"event: datastar-patch-signals\ndata: signals {NEW_SIGNALS}\n\n",
        f"document.querySelectorAll('p')[{COUNT - 1}].textContent === '{COUNT}'",
    ),
]  # fmt: skip


class Lab:
    """A page in the browser whose requests are answered here."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._bundle = self._html = self._sent = ""
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        path = route.request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        kind, body = {
            "": ("text/html", self._html),
            "client.js": ("text/javascript", self._bundle),
            "sent": ("text/event-stream", self._sent),
        }.get(path, ("text/plain", ""))
        route.fulfill(body=body, content_type=kind)

    def _time(self) -> float:
        metrics = self._devtools.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == "TaskDuration") * 1000

    def _wait(self, done: str) -> None:
        self._page.wait_for_function(f"() => {done}", polling=20)

    def run(self, bundle: str, task: Task) -> float:
        """Milliseconds of the renderer's main thread that the task takes."""
        signals = SIGNALS if "$s" in task.body or "bind" in task.body else "{}"
        self._bundle, self._sent = bundle, task.sent
        self._html = (
            f"<!doctype html><html><head><meta data-signals='{signals}'>"
            "<script type=module src=/client.js></script></head><body>"
            f"{task.body}<button id=go data-on:click=\"@get('/sent')\">go</button></body></html>"
        )
        self._page.goto("about:blank")
        before = self._time()
        self._page.goto("http://client.test/")
        if task.sent:
            self._page.wait_for_timeout(50)
            before = self._time()
            self._page.evaluate("document.querySelector('#go').click()")
        self._wait(task.done)
        return self._time() - before


@contextmanager
def lab() -> Iterator[Lab]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Lab(browser.new_page())
        browser.close()


def main(bundles: dict[str, str], out: Callable[[str], object] = print) -> None:
    sizes = [f"{len(brotli.compress(text.encode())) / 1000:.1f} KB" for text in bundles.values()]
    names = list(bundles)
    out("| | " + " | ".join(names) + " |" + (" ratio |" if len(names) == 2 else ""))
    out("|---|" + "---:|" * (len(names) + (len(names) == 2)))
    out("| size, Brotli | " + " | ".join(sizes) + " |" + (" |" if len(names) == 2 else ""))
    with lab() as place:
        for task in TASKS:
            times: dict[str, list[float]] = {name: [] for name in names}
            for turn in range(ROUNDS + 1):
                for name in names if turn % 2 else reversed(names):
                    gc.collect()
                    taken = place.run(bundles[name], task)
                    if turn:  # the first warms up
                        times[name].append(taken)
            medians = [statistics.median(each) for each in times.values()]
            ratio = f" {medians[1] / medians[0]:.2f} |" if len(names) == 2 else ""
            shown = " | ".join(f"{each:.1f} ms" for each in medians)
            out(f"| {task.name} | {shown} |{ratio}")


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[1:]) or {"via": str(OWN)}
    main({name: Path(path).read_text() for name, path in given.items()})
