"""All rows, and the tables of docs/datastar.md that are made of them.

`PYTHONPATH=tests python -m support.reference.table` writes that page anew.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from . import actions, attributes, events, expressions
from .row import Row

ROWS = [*attributes.ROWS, *expressions.ROWS, *actions.ROWS, *events.ROWS]
PAGE = Path(__file__).parents[3] / "docs" / "datastar.md"
BEGIN = "<!-- made by tests/support/reference/table.py -->\n"


def tables() -> str:
    """The rows as tables, a section each; what differs is said, and what does not is not."""
    out = []
    for section, rows in groupby(ROWS, lambda row: row.section):
        out += [f"### {section}", "", "| | | |", "|---|---|---|", *map(_line, rows), ""]
    return "\n".join(out)


def _line(row: Row) -> str:
    cells = (f"`{row.item}`", row.what, row.differs or "✓")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page() -> str:
    """The page as it is to be: its text, and then the tables."""
    return PAGE.read_text().partition(BEGIN)[0] + BEGIN + "\n" + tables()


if __name__ == "__main__":
    PAGE.write_text(page())
