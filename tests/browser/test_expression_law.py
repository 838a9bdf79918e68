"""The law of expressions: what the client makes of a text is what JavaScript makes of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

PREFIX = """let x = 3, y = "ab", z = [1, "b", null]; const o = {k: 1, l: {m: "n"}}; """
# Both ways run in one page; its policy, under which JavaScript compiles nothing, is set aside.
RUN = """async (programs) => {
  const show = value => JSON.stringify(value, (key, each) =>
    typeof each === "number" && !Number.isFinite(each) || Object.is(each, -0) ? `number ${each}`
    : typeof each === "function" ? "function" : each === undefined ? "undefined" : each);
  const ours = programs.map(() => "failed"), theirs = [...ours];
  via.expose({ report: (place, ...values) => { ours[place] = show(values) } });
  const report = (place, ...values) => { theirs[place] = show(values) };
  document.body.replaceChildren(...programs.map(text => {
    const el = document.createElement("i");
    el.setAttribute("data-init", text);
    return el;
  }));
  await new Promise(done => setTimeout(done));
  for (const text of programs) {
    let run;
    try { run = new Function("report", text) }
    catch (error) { throw new Error(`${error}: ${text}`) }
    try { run(report) } catch {}
  }
  return [ours, theirs];
}"""


def spaced(*parts: str) -> st.SearchStrategy[str]:
    """The parts with space, a new line or a comment between them."""
    between = st.sampled_from(["", " ", "\n", " /* ; */ ", " // a comment\n"])
    return st.tuples(*(between for _ in parts)).map(
        lambda spaces: "".join(space + part for space, part in zip(spaces, parts, strict=True))
    )


def joined(*parts: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    strategies = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*strategies).flatmap(lambda texts: spaced(*texts))


numbers = st.integers(0, 99).map(str) | st.sampled_from(["0.5", "1e3", ".25", "0x1f", "7."])
strings = st.sampled_from(
    ['""', '"a"', "'b c'", '"\\n"', "'\\u0041'", '"//"', "'}'", "`t`", "`\\``"]
)
words = st.sampled_from(["true", "false", "null", "undefined", "x", "y", "z", "o", "NaN"])
BINARY = re.findall(r"\S+", "+ - * / % == != === !== < > <= >= | & ^ << >> >>> && ||")


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bracketed = inner.map(lambda text: f"({text})")
    return st.one_of(
        joined(inner, st.sampled_from(BINARY).map(lambda operator: f" {operator} "), inner),
        joined(bracketed, "**", bracketed),
        joined("(", bracketed, "??", bracketed, ")"),
        joined(st.sampled_from(["!", "- ", "+ ", "~", "typeof ", "void "]), bracketed),
        joined(inner, "?", inner, ":", inner),
        joined("[", inner, ",", inner, "]"),
        joined("[...z,", inner, "].length"),
        joined("({a:", inner, ", ['b']:", inner, ", y})"),
        joined("z[", inner, "]"),
        joined("o?.[", inner, "]?.m"),
        st.sampled_from(["o.k", "o.l.m", "o?.l?.m", "o.none?.m.n", "z.length", "y.length"]),
        joined("z.map(each =>", bracketed, ")"),
        joined("[1, 2].map((each, at) => { return each + at +", inner, "}).join()"),
        joined("[0].map(() => { let w =", inner, "; if (w) return [w]; y = 1 })"),
        joined("[0].map(() => { let x = 7; x += 1; return x })[0] +", inner),
        inner.map(lambda text: f"`<${{{text}}}>`"),
        joined("(x =", inner, ")"),
        joined("(x", st.sampled_from(["+=", "-=", "*=", "||=", "&&=", "??="]), inner, ")"),
        st.sampled_from(["(x++)", "(--x)", "(z[0]++)", "(delete o.k)", "('k' in o)", "String(x)"]),
        joined("(", inner, ",", inner, ")"),
        joined("Math.max(", inner, ",", inner, ")"),
        joined("JSON.stringify([", inner, "])"),
    )


values = st.recursive(numbers | strings | words, grow, max_leaves=8)
# A statement that begins with a bracket or a sign would go on with the line before it.
plain = values.map(lambda text: f"x = {text}")


def grow_statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = st.lists(inner, max_size=3).map(lambda parts: "{" + ";".join(parts) + "}")
    return st.one_of(
        joined("if (", values, ")", block),
        joined("if (", values, ")", block, "else ", block),
        joined("if (", values, ")", plain, ";", "else ", plain),
        joined("if (", values, ")", block, "else if (", values, ")", block, "else ", block),
        joined("if (", values, ") return"),
    )


statements = st.recursive(
    plain
    | values.map(lambda text: f"if (true) {{ let v = {text}; y = v }}")
    | st.just("x++; y += x"),
    grow_statements,
    max_leaves=5,
)


@st.composite
def programs(draw: st.DrawFn) -> list[str]:
    made = []
    for place in range(draw(st.integers(1, 30))):
        first, second = draw(values), draw(statements)
        end = draw(st.sampled_from([";", "\n", " // the end\n"]))
        made.append(f"{PREFIX} report({place}, {first}); {second}{end}report({place}, x, y, z, o)")
    return made


@pytest.fixture
def lab(desk: Any, new_page: Any, console: Any) -> Page:
    console.allow("")
    page = new_page(bypass_csp=True)
    desk.page("")
    page.goto(desk.url)
    return page


def test_expressions_and_statements_are_javascripts(lab: Page) -> None:
    @settings(
        max_examples=100,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(programs())
    def law(texts: list[str]) -> None:
        ours, theirs = lab.evaluate(RUN, texts)
        for text, own, other in zip(texts, ours, theirs, strict=True):
            assert own == other, text

    law()
