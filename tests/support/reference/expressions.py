"""Datastar's expressions: what they may say."""

from __future__ import annotations

from typing import Any

from .row import SHOWN, Row, Section, button, click, out

ROWS: list[Row] = []


def section(name: str) -> Section:
    return Section(name, ROWS)


r = section("Datastar expressions")
for item, expression, given in [
    ("$signal", "$a", "1"),
    ("$signal.path", "$b.c", "2"),
    ("$signal-name", "$first-name", "Ann"),
    ("operators", "$a + 1 > 1 && $a * 4 - 2 ** 3 === -4", "true"),
    ("ternary", "$a ? 'yes' : 'no'", "yes"),
    ("template", "`a${$a}`", "a1"),
    ("??", "$b.d ?? 'none'", ""),
    ("optional chain", "({}).x?.y.z ?? 'none'", "none"),
    ("array", "[1, ...[2, 3]].join('-')", "1-2-3"),
    ("object", "({a: $a, ['b']: 2}).b", "2"),
    ("arrow", "[1, 2].map(x => x * 2).join()", "2,4"),
    ("arrow with a block", "[1, 2].map(x => { const y = x + 1; return y }).join()", "2,3"),
    ("regular expression", "/^1$/.test($a)", "true"),
    ("new", "new Date(0).getTime()", "0"),
    ("typeof", "typeof $a", "number"),
    ("void", "typeof void 0", "undefined"),
    ("in", "'c' in $b", "true"),
    ("Math", "Math.max(1, $a, 3)", "3"),
    ("JSON", "JSON.stringify([1])", "[1]"),
    ("comment", "$a /* one */ + 1 // two", "2"),
    ("parseInt", "parseInt('12px')", "12"),
    ("Intl", "new Intl.NumberFormat('en').format(1234)", "1,234"),
]:
    r(
        item,
        "is evaluated",
        out(expression),
        signals={"a": 1, "b": {"c": 2}, "first-name": "Ann"},
        then=SHOWN,
        gives=given,
    )
STATEMENTS: list[tuple[str, str, dict[str, Any]]] = [
    (";", "$a = 1; $b = 2", {"a": 1, "b": 2}),
    ("newline", "$a = 1\n$b = 2", {"a": 1, "b": 2}),
    ("if", "if ($c) $a = 1; else $a = 2", {"a": 2}),
    ("if with blocks", "if (!$c) { $a = 1; $b = 2 } $d = 3", {"a": 1, "b": 2, "d": 3}),
    ("else if", "if ($c) { $a = 1 } else if (el) { $a = 2 } else { $a = 3 }", {"a": 2}),
    ("const", "const x = 2, y = x + 1; $a = y", {"a": 3}),
    ("let", "let x = 1; x += 4; $a = x", {"a": 5}),
    ("return", "if (el) return; $a = 1", {}),
    ("event", "$a = event.type", {"a": "click"}),
    ("delete", "$a = {b: 1, c: 2}; delete $a.b", {"a": {"c": 2}}),
    ("++ and +=", "$a = 1; $a++; $a += 2; $b = $a--", {"a": 3, "b": 4}),
    ("||= and &&=", "$a = 0; $a ||= 1; $b = 2; $b &&= 3", {"a": 1, "b": 3}),
    ("&&", "el && ($a = 1)", {"a": 1}),
]
for item, statement, result in STATEMENTS:
    r(item, "is done", button(statement), do=click(), gives=result)
r(
    "page's functions",
    "are known once the page has exposed them",
    button("$a = twice(4)"),
    do=("via.expose({twice: x => 2 * x})", click()),
    gives={"a": 8},
    differs="Datastar reaches everything global; ours what `via.expose({name})` makes known, so that "
    "foreign markup reaches nothing else",
)
r(
    "page's functions",
    "are not known otherwise",
    button("alien()"),
    do=click(),
    says="alien is not known here",
    differs="see above",
)
for word in ("for", "while", "function", "class", "await", "var", "switch", "try", "throw"):
    r(
        word,
        "is a statement",
        '<p data-init="' + word + ' (x) {}"></p>',
        says="is not supported in expressions",
        differs="not supported: expressions are short; what is longer belongs into a function of the page's",
    )
r(
    "this",
    "is the element",
    '<p data-init="this.x"></p>',
    says='"this" is not supported: use el',
    differs="not supported in ours; `el` is the element in both",
)
