"""The law of what is kept: whatever views, edits and updates come, in whatever order, nothing that
the visitor did is lost, and everything that the server changed arrives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.client_desk import Desk, patch, signals

from via._core import html as render
from via._core.diff.differ import ViewDiffer

SEQUENCES = 40
STEPS = 8
LISTS = ("left", "right")


@dataclass(frozen=True)
class Row:
    """What the server shows of a row."""

    name: int
    text: str = "text"
    classes: tuple[str, ...] = ("row",)
    title: str = ""
    is_open: bool = False

    def build(self) -> Any:
        El, Attr = render.element, render.attr
        return El(
            "li",
            Attr("id", f"row{self.name}"),
            Attr("class", " ".join(self.classes)),
            Attr("title", self.title or None),
            El("b", self.text),
            El("input", Attr("type", "text")),
            El("input", Attr("type", "checkbox")),
            El("details", Attr("open", self.is_open or None), El("summary", "more"), "text"),
            El("div", Attr("class", "chart")),
        )


@dataclass
class Done:
    """What the visitor and scripts did to a row."""

    typed: str = ""
    is_checked: bool = False
    is_open: bool | None = None
    classes: set[str] = field(default_factory=set)
    title: str | None = None
    charts: int = 0


# The visitor's part, and scripts': each is a function of the row's element in the page.
EDITS = {
    "type": """(row, value) => {
      const el = row.querySelector("[type=text]");
      el.focus();
      el.value = value;
      el.dispatchEvent(new Event("input", {bubbles: true}));
    }""",
    "check": """row => row.querySelector("[type=checkbox]").click()""",
    "toggle": """row => row.querySelector("summary").click()""",
    "class": """(row, value) => row.classList.add(value)""",
    "title": """(row, value) => { row.title = value }""",
    "chart": """row => row.querySelector(".chart").append(document.createElement("canvas"))""",
}

READ = """async step => {
  const until = Date.now() + 10000;
  while (document.getElementById("step").textContent !== step) {
    if (Date.now() > until) throw new Error("the patches did not come");
    await new Promise(done => setTimeout(done, 1));
  }
  const read = row => ({
    name: row.id,
    isSame: row.mark === undefined || row.mark === row.id,
    text: row.querySelector("b").textContent,
    classes: [...row.classList].sort(),
    title: row.title,
    typed: row.querySelector("[type=text]").value,
    isChecked: row.querySelector("[type=checkbox]").checked,
    isOpen: row.querySelector("details").open,
    charts: row.querySelectorAll("canvas").length,
  });
  const lists = ["left", "right"].map(id => [...document.getElementById(id).children].map(read));
  for (const row of document.querySelectorAll("li")) row.mark = row.id;
  const focused = document.activeElement.closest("li")?.id ?? "";
  return {lists, focused, bound: document.getElementById("bound").value};
}"""


class Sequence:
    """One page's life: what the server shows and what the visitor did, as they should be."""

    def __init__(self, desk: Desk, page: Page, seed: int, is_large: bool) -> None:
        self.desk = desk
        self.page = page
        self.random = Random(seed)
        self.seed = seed
        self.is_large = is_large
        self.differ = ViewDiffer("via-x", small=400, moves=True)
        self.rows: dict[str, list[Row]] = {"left": [Row(n) for n in range(3)], "right": [Row(9)]}
        self.done: dict[int, Done] = {}
        self.focused = ""
        self.next_name = 10
        self.steps = 0
        self.edits = 0
        self.known = 0  # of the edits, to the server
        self.bound_edit = 0
        self.bound = ""

    def build(self) -> Any:
        El, Attr = render.element, render.attr
        lists = [
            El("ul", Attr("id", name), *(row.build() for row in self.rows[name])) for name in LISTS
        ]
        rest = El("p", "much text " * 300) if self.is_large else ""
        return El("div", Attr("id", "view"), *lists, rest)

    def all_rows(self) -> list[Row]:
        return [row for name in LISTS for row in self.rows[name]]

    def edit(self) -> None:
        row = self.random.choice(self.all_rows())
        done = self.done.setdefault(row.name, Done())
        kind = self.random.choice(list(EDITS))
        value = f"v{self.random.randint(0, 99)}"
        if kind == "type":
            self.edits += 1
            done.typed, self.focused = value, f"row{row.name}"
        elif kind == "check":
            self.edits += 1
            done.is_checked = not done.is_checked
        elif kind == "toggle":
            done.is_open = not (row.is_open if done.is_open is None else done.is_open)
        elif kind == "class":
            done.classes.add(value)
        elif kind == "title":
            done.title = value
        else:
            done.charts += 1
        self.page.evaluate(
            f"([id, value]) => ({EDITS[kind]})(document.getElementById(id), value)",
            [f"row{row.name}", value],
        )

    def edit_bound(self) -> None:
        self.edits += 1
        self.bound = f"typed {self.edits}"
        self.page.evaluate(
            """value => {
              const el = document.getElementById("bound");
              el.value = value;
              el.dispatchEvent(new Event("input", {bubbles: true}));
            }""",
            self.bound,
        )

    def change(self) -> None:
        r = self.random
        here = self.rows[r.choice(LISTS)]
        other = self.rows[r.choice(LISTS)]
        what = r.random()
        if what < 0.2:
            r.shuffle(here)
        elif what < 0.4:
            here.insert(r.randint(0, len(here)), Row(self.next_name))
            self.next_name += 1
        elif not here:
            return
        elif what < 0.5:
            gone = here.pop(r.randrange(len(here)))
            self.done.pop(gone.name, None)
            if self.focused == f"row{gone.name}":
                self.focused = ""
        elif what < 0.65:
            moving = here.pop(r.randrange(len(here)))
            other.insert(r.randint(0, len(other)), moving)
        else:
            place = r.randrange(len(here))
            here[place] = self.changed(here[place])

    def changed(self, row: Row) -> Row:
        r = self.random
        done = self.done.get(row.name, Done())
        what = r.choice(["text", "classes", "title", "open"])
        if what == "text":
            return replace(row, text=f"text {r.randint(0, 99)}")
        if what == "classes":
            return replace(row, classes=tuple(r.sample(["row", "new", "old", "done"], 2)))
        if what == "title":
            row = replace(row, title=f"title {r.randint(100, 999)}")
            done.title = None  # the server's own value changed: it is the newer one
            return row
        done.is_open = None
        return replace(row, is_open=not row.is_open)

    def send(self) -> None:
        self.steps += 1
        events = self.differ.update(self.build()).decode()
        if self.random.random() < 0.5:
            known = self.known = self.random.randint(self.known, self.edits)
            value = f"set {self.steps}"
            events = f"event: via-edits\ndata: {known}\n\n{signals(bound=value)}{events}"
            if self.bound_edit <= known:
                self.bound = value
        self.desk.push(events + patch(f"<b id=step>{self.steps}</b>"))

    def check(self) -> None:
        seen = self.page.evaluate(READ, str(self.steps))
        what = f"seed {self.seed}, step {self.steps}"
        for name, shown in zip(LISTS, seen["lists"], strict=True):
            expected = [self.expected(row) for row in self.rows[name]]
            assert shown == expected, what
        assert seen["focused"] == self.focused, what
        assert seen["bound"] == self.bound, what

    def expected(self, row: Row) -> dict[str, Any]:
        done = self.done.get(row.name, Done())
        return {
            "name": f"row{row.name}",
            "isSame": True,
            "text": row.text,
            "classes": sorted({*row.classes, *done.classes}),
            "title": row.title if done.title is None else done.title,
            "typed": done.typed,
            "isChecked": done.is_checked,
            "isOpen": row.is_open if done.is_open is None else done.is_open,
            "charts": done.charts,
        }

    def live(self) -> None:
        self.desk.push(self.differ.whole(self.build()).decode() + patch("<b id=step>0</b>"))
        self.check()
        for _ in range(STEPS):
            for _ in range(self.random.randint(0, 3)):
                if self.all_rows():
                    self.edit()
            if self.random.random() < 0.3:
                self.edit_bound()
                self.bound_edit = self.edits
            for _ in range(self.random.choice([1, 1, 2, 4])):
                self.change()
            self.send()
            self.check()


@pytest.mark.parametrize("is_large", [False, True], ids=["small views", "large views"])
def test_nothing_done_is_lost_and_everything_changed_arrives(
    show: Callable[..., Page], desk: Desk, is_large: bool
) -> None:
    body = "<b id=step></b><input id=bound data-bind:bound><main><div id=view></div></main>"
    for seed in range(SEQUENCES):
        page = show(body, {"bound": "", "via_ctx": "a tab"}, stream=True)
        Sequence(desk, page, seed, is_large).live()
        desk.end_streams()
        page.goto("about:blank")
        expect(page.locator("body")).to_be_empty()
