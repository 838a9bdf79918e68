"""What the HTML parser does to elements, as far as views are concerned that are patched in parts.

A node may be addressed on its own only where the parser leaves it, and what it holds, in its place.
An element's traits say so; they come from its name, its content and its children's traits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from ..html.validation import VOID

KNOWN: Final = 1
ESCAPES_PARENT: Final = 2
"""Parts of it end up outside of it: it cannot be patched on its own."""
OPAQUE: Final = 4
"""What the page holds in it is not its children one for one: it is patched as a whole."""
MAY_CLOSE_ANCESTORS: Final = 8
"""It may end any element around it."""
IGNORED: Final = 16
"""It has `data-ignore-morph`: what is in it belongs to the browser."""
OWN_TEXT: Final = 32
"""It has `data-text`: what is in it belongs to the client."""

# What of it matters to elements further out.
TEMPLATE: Final = 1 << 8
_BLOCK: Final = 1 << 9
_LINK: Final = 1 << 10
_BUTTON: Final = 1 << 11
_FORM: Final = 1 << 12
_NOBR: Final = 1 << 13
_ITEM: Final = 1 << 14
_TERM: Final = 1 << 15
_CELLS: Final = 1 << 16
_BREAKOUT: Final = 1 << 17
TABLE: Final = 1 << 18
OUTWARD: Final = MAY_CLOSE_ANCESTORS | sum(1 << bit for bit in range(8, 19))
NOT_PATCHABLE: Final = ESCAPES_PARENT | OPAQUE | MAY_CLOSE_ANCESTORS

_SCOPED: Final = _BLOCK | _LINK | _BUTTON | _NOBR | _ITEM | _TERM
_ANY: Final = OUTWARD & ~MAY_CLOSE_ANCESTORS & ~TEMPLATE


class Rule(NamedTuple):
    """How the parser treats an element."""

    traits: int = 0
    clears: int = 0
    """What in it no longer matters to elements around it."""
    leaks_on: int = 0
    """What in it makes the parser end it early."""
    takes: frozenset[str] | None = None
    """The children that stay where they are; None for all."""
    wraps: frozenset[str] = frozenset()
    """The children around which the parser adds an element."""
    misfit: int = 0
    """What another child makes of it."""
    misfit_text: int = 0
    """What text that is not blank makes of it."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


RAW_TEXT: Final = _names("script style textarea title iframe noscript xmp noembed noframes")
"""Elements that hold text only; markup in them is text."""

PARENTS: Final = {
    "li": (_names("ul ol menu"), _ITEM),
    "dt": (_names("dl"), _TERM),
    "dd": (_names("dl"), _TERM),
    "tr": (_names("thead tbody tfoot"), MAY_CLOSE_ANCESTORS),
    "td": (_names("tr"), MAY_CLOSE_ANCESTORS),
    "th": (_names("tr"), MAY_CLOSE_ANCESTORS),
    "col": (_names("colgroup"), MAY_CLOSE_ANCESTORS),
    **dict.fromkeys(
        _names("caption colgroup thead tbody tfoot"), (_names("table"), MAY_CLOSE_ANCESTORS)
    ),
    **dict.fromkeys(
        _names("foreignobject g"),
        (_names("svg g a switch defs symbol marker mask clippath pattern"), MAY_CLOSE_ANCESTORS),
    ),
    **dict.fromkeys(_names("rb rt rp rtc"), (_names("ruby"), MAY_CLOSE_ANCESTORS)),
}
"""Elements that the parser expects in certain others, and what they make of any other."""

HEADINGS: Final = _names("h1 h2 h3 h4 h5 h6")
_BREAKOUTS: Final = _names(
    "b big blockquote body br center code dd div dl dt em embed font h1 h2 h3 h4 h5 h6 head hr i "
    "img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul "
    "var"
)
_BLOCKS: Final = _names(
    "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p pre "
    "search section summary table ul xmp"
)
_ROWS: Final = _names("tr")
_CELL: Final = _names("td th")


def _rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {
        "a": Rule(_LINK, 0, _LINK),
        "button": Rule(_BUTTON, _BLOCK, _BUTTON),
        "colgroup": Rule(takes=_names("col"), misfit=_CELLS, misfit_text=_CELLS),
        "dd": Rule(leaks_on=_TERM),
        "dl": Rule(clears=_TERM),
        "dt": Rule(leaks_on=_TERM),
        "foreignobject": Rule(clears=_SCOPED & ~_LINK & ~_NOBR | _BREAKOUT),
        "form": Rule(_FORM, 0, _FORM),
        "li": Rule(leaks_on=_ITEM),
        "math": Rule(OPAQUE, _BREAKOUT, _BREAKOUT),
        "nobr": Rule(_NOBR, 0, _NOBR),
        "optgroup": Rule(takes=_names("option"), misfit=MAY_CLOSE_ANCESTORS),
        "option": Rule(takes=frozenset(), misfit=MAY_CLOSE_ANCESTORS),
        "p": Rule(leaks_on=_BLOCK),
        "select": Rule(OPAQUE, takes=_names("option optgroup hr"), misfit=MAY_CLOSE_ANCESTORS),
        "svg": Rule(OPAQUE, _BREAKOUT, _BREAKOUT),
        "table": Rule(
            TABLE,
            _CELLS,
            _CELLS,
            _names("caption colgroup thead tbody tfoot"),
            _names("tr td th col"),
            ESCAPES_PARENT,
            ESCAPES_PARENT,
        ),
        "template": Rule(OPAQUE | TEMPLATE, _ANY & ~_BREAKOUT),
        "tr": Rule(takes=_CELL, misfit=_CELLS, misfit_text=_CELLS),
    }
    for name in ("ul", "ol", "menu"):
        rules[name] = Rule(clears=_ITEM)
    for name in ("caption", "td", "th"):
        rules[name] = Rule(clears=_SCOPED | TABLE)
    for name in ("thead", "tbody", "tfoot"):
        rules[name] = Rule(takes=_ROWS, wraps=_CELL, misfit=_CELLS, misfit_text=_CELLS)
    for name in ("pre", "listing"):
        rules[name] = Rule(OPAQUE)
    for name in RAW_TEXT:
        rules[name] = Rule(OPAQUE, takes=frozenset(), misfit=MAY_CLOSE_ANCESTORS)
    for name in ("html", "head", "body", "frameset", "frame", "plaintext"):
        rules[name] = Rule(MAY_CLOSE_ANCESTORS)
    rules["image"] = Rule(ESCAPES_PARENT)
    for names, trait in ((_BLOCKS, _BLOCK), (_BREAKOUTS, _BREAKOUT)):
        for name in names:
            rule = rules.get(name, Rule())
            rules[name] = rule._replace(traits=rule.traits | trait)
    return rules


RULES: Final = _rules()
PLAIN: Final = Rule()


def combine(tag: str, children: Iterable[tuple[str, int]], text: bool) -> int:
    """An element's traits, of its lowercase name, its child elements and whether it holds text."""
    rule = RULES.get(tag, PLAIN)
    traits = rule.misfit_text if text else 0
    below = 0
    for name, child in children:
        below |= child
        if child & rule.leaks_on and not RULES.get(name, PLAIN).traits & rule.leaks_on:
            # What is open between the two is ended as well, so that its end tag ends another.
            traits |= MAY_CLOSE_ANCESTORS
        if rule.takes is None or name in rule.takes:
            parents = PARENTS.get(name)
            if parents is not None and tag not in parents[0]:
                below |= parents[1]
        elif name in rule.wraps:
            traits |= OPAQUE
        else:
            # A table ends the one around it, even in what the parser moves out of that.
            traits |= MAY_CLOSE_ANCESTORS if child & TABLE else rule.misfit
        if tag in HEADINGS and name in HEADINGS:
            traits |= MAY_CLOSE_ANCESTORS
    if below & ESCAPES_PARENT:
        traits |= MAY_CLOSE_ANCESTORS if tag in HEADINGS else OPAQUE
    if (below | traits) & rule.leaks_on:
        traits |= ESCAPES_PARENT
    traits |= rule.traits | (below & OUTWARD)
    # What an element is itself matters outside of it even where what it holds does not.
    clears = 0 if traits & ESCAPES_PARENT else rule.clears
    return (traits & ~clears) | rule.traits | KNOWN


# Markup of others

_TOKEN: Final = re.compile(
    r"""<!--(?!-?>)(?:(?!--)[^\0])*(?<!-)-->|<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*(/?)>""",
    re.DOTALL,
)
_FOREIGN: Final = frozenset({"svg", "math"})


class Outline(NamedTuple):
    """What a piece of markup brings into the element that holds it."""

    children: tuple[tuple[str, int], ...]
    text: bool


_UNKNOWN: Final = Outline((("", MAY_CLOSE_ANCESTORS | ESCAPES_PARENT | KNOWN),), True)


def outline(markup: str) -> Outline:
    """The elements that markup puts into its parent; anything not surely well-formed is unbound."""
    # Icons and the like come again and again; a long text is read once, and not worth keeping.
    return _kept_outline(markup) if len(markup) <= 4096 else _outline(markup)


def _outline(markup: str) -> Outline:
    if "<" not in markup:
        return Outline((), not markup.isspace() and bool(markup))
    if "\0" in markup:
        return _UNKNOWN
    levels: list[tuple[str, list[tuple[str, int]], list[bool]]] = [("", [], [False])]
    at = 0
    foreign = 0
    for match in _TOKEN.finditer(markup):
        between = markup[at : match.start()]
        if "<" in between:
            return _UNKNOWN
        if between and not between.isspace():
            levels[-1][2][0] = True
        at = match.end()
        end, name, _, closed = match.groups()
        if name is None:
            if levels[-1][0] in RAW_TEXT:
                return _UNKNOWN
            continue
        tag = name.lower()
        if end:
            if levels[-1][0] != tag or len(levels) == 1:
                return _UNKNOWN
            _, children, held = levels.pop()
            foreign -= tag in _FOREIGN
            levels[-1][1].append((tag, combine(tag, children, held[0])))
        elif tag in ("template", "foreignobject"):
            return _UNKNOWN
        elif tag in VOID or (closed and foreign):
            levels[-1][1].append((tag, combine(tag, (), False)))
        elif closed:
            return _UNKNOWN
        else:
            foreign += tag in _FOREIGN
            levels.append((tag, [], [False]))
    rest = markup[at:]
    if len(levels) != 1 or "<" in rest:
        return _UNKNOWN
    text = levels[0][2][0] or bool(rest and not rest.isspace())
    return Outline(tuple(levels[0][1]), text)


_kept_outline: Final = lru_cache(1024)(_outline)


def stays_text(tag: str, markup: str) -> bool:
    """Whether markup in an element of text leaves that element open."""
    lower = markup.lower()
    return f"</{tag}" not in lower and "<!--" not in lower


# Addresses

_UNSPEAKABLE: Final = re.compile("[\\s\0\ud800-\udfff]")
_ESCAPED: Final = re.compile(r"^(?:[0-9]|-(?=[0-9]|$))|[^\w\-\x80-\U0010ffff]", re.ASCII)


def is_address(value: object) -> bool:
    """Whether an id finds its element."""
    return isinstance(value, str) and value != "" and _UNSPEAKABLE.search(value) is None


@lru_cache(4096)
def selector(name: str) -> str:
    """The CSS selector of an id."""
    return "#" + _ESCAPED.sub(lambda match: f"\\{ord(match.group()):x} ", name)
