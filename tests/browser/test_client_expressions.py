"""Expressions: JavaScript's own results, without eval, and without a way out of the sandbox."""

import re
from random import Random

import pytest
from playwright.sync_api import expect

VALUES = {
    "n": 3,
    "s": "hi",
    "yes": True,
    "list": [1, 2, 3],
    "user": {"name": "Ada", "age": 36},
    "foo-bar": 7,
    "zero": 0,
    "gone": "",
}

RESULTS = [
    ("$n + 1", 4),
    ("1 + 2 * 3 - 4 / 2", 5),
    ("(1 + 2) * 3", 9),
    ("2 ** 3 ** 2", 512),
    ("7 % 4", 3),
    ("-$n", -3),
    ("!$yes", False),
    ("~5", -6),
    ("typeof $s", "string"),
    ("typeof $n === 'number'", True),
    ("$n > 2 && $s", "hi"),
    ("$zero || 'other'", "other"),
    ("$zero ?? 'other'", 0),
    ("null ?? 'other'", "other"),
    ("$yes ? 'a' : 'b'", "a"),
    ("$zero ? 'a' : $n ? 'b' : 'c'", "b"),
    ("$n == '3'", True),
    ("$n === '3'", False),
    ("$n != 3", False),
    ("$n !== '3'", True),
    ("5 & 3 | 8 ^ 2", 11),
    ("1 << 4 >> 2", 4),
    ("-1 >>> 28", 15),
    ("'name' in $user", True),
    ("$list instanceof Array", True),
    ("$user.name", "Ada"),
    ("$user['name']", "Ada"),
    ("$user.name.length", 3),
    ("$user.nobody", ""),
    ("$nothing", ""),
    ("$nothing?.deep?.deeper", None),
    ("$nothing.deep?.deeper.deepest()", None),
    ("$user?.name", "Ada"),
    ("$s?.toUpperCase?.()", "HI"),
    ("$s.nope?.()", None),
    ("$foo-bar + 1", 8),
    ("$n-1", 2),
    ("$n - $zero", 3),
    ("$list[1]", 2),
    ("$list.length", 3),
    ("$list.map(x => x * 2).join()", "2,4,6"),
    ("$list.filter((x, i) => i > 0).length", 2),
    ("$list.reduce((a, b) => a + b, 0)", 6),
    ("$list.map(x => x > 1 ? 'big' : 'small').join(' ')", "small big big"),
    ("(() => 5)()", 5),
    ("$list.map(x => $list.map(y => x * y).length)[0]", 3),
    ("[...$list, 4].length", 4),
    ("[1, 2, 3]", [1, 2, 3]),
    ("Math.max(...$list)", 3),
    (
        "({a: 1, 'b': 2, ['c' + 1]: 3, ...$user})",
        {"a": 1, "b": 2, "c1": 3, "name": "Ada", "age": 36},
    ),
    ("({$n: 1, x: {y: [1]}})", {"$n": 1, "x": {"y": [1]}}),
    ("`a ${$n} b ${$s + `!${$n}`}`", "a 3 b hi!3"),
    ("'it\\'s \\u00e9\\x41\\n\\u{1F600}'", "it's éA\n😀"),
    ('"double \\"quoted\\""', 'double "quoted"'),
    ("$n = 10; $n + 1", 11),
    ("$n = 1\n$s = 'two'\n$n + $s", "1two"),
    ("$n += 2; $n", 5),
    ("$n -= 2; $n *= 5; $n /= 2; $n **= 2; $n %= 4; $n", 2.25),
    ("$zero ||= 5; $n &&= 6; $gone ??= 7; [$zero, $n, $gone]", [5, 6, ""]),
    ("$n++ + $n", 7),
    ("++$n + $n", 8),
    ("$n--; --$n", 1),
    ("$user.age++; $user.age", 37),
    ("$made.up.path = 1; $made.up", {"path": 1}),
    ("$list.push(4); $list.length", 4),
    ("$a = $b = 2; $a + $b", 4),
    ("$yes && ($n = 9); $n", 9),
    ("$yes ? $n = 1 : $n = 2; $n", 1),
    ("/^h/i.test('Hello')", True),
    ("'a-b-c'.split('-').at(-1)", "c"),
    ("'aXbX'.replace(/x/gi, '_')", "a_b_"),
    ("new Date(0).getTime()", 0),
    ("new Date(2020, 0, 1).getFullYear()", 2020),
    ("JSON.stringify($user)", '{"name":"Ada","age":36}'),
    ("JSON.parse('{\"a\":1}').a", 1),
    ("Object.keys($user).join()", "name,age"),
    ("parseInt('12px')", 12),
    ("Number('1.5') + parseFloat('.5')", 2),
    ("String(null) + Boolean(1)", "nulltrue"),
    ("isNaN(NaN)", True),
    ("undefined", None),
    ("encodeURIComponent('a b')", "a%20b"),
    ("Array.from({length: 3}, (x, i) => i)", [0, 1, 2]),
    ("el.id", "probe"),
    ("evt.type", "probe"),
    ("location.pathname", "/"),
    ("window.location.pathname + window.Math.abs(-1)", "/1"),
    ("document.title", "test"),
    ("@peek(() => $n)", 3),
    ("1;2;;3", 3),
    ("  $n  ", 3),
    (".5 + 1e3 + 0xfF", 1255.5),
    ("1..toFixed(1)", "1.0"),
    ("(1, 2, 3)", 3),
    ("$n ? .5 : 1", 0.5),
    ("!!$n", True),
    ("- -$n", 3),
    ("1 - -1", 2),
    ("!$user.name", False),
    ("typeof $user.name + 1", "string1"),
    ("1 + 1 == 2 && 3 > 2 != false", True),
    ("'in' in {in: 1}", True),
    ("({a: 1, b: [2,], n: {},})", {"a": 1, "b": [2], "n": {}}),
    ("({$n}).$n", 3),
    ("({1: 'x'})[1]", "x"),
    ("/[/\\]]\\//.test(']/')", True),
    ("$list.at( -1 )", 3),
    ("$list .map( ( x ) => ({x}) ) [ 0 ] .x", 1),
    ("$list.map(x => { $n += x })[0]", None),
    ("new Date(0)['getTime']()", 0),
    ("new URL('/x', 'http://a').pathname", "/x"),
    ("($user).name", "Ada"),
    ("($s.toUpperCase)()", "HI"),
    ("$n\n++$zero\n$n + $zero", 4),
    ("$größe = 2; $größe", 2),
    ("''", ""),
]

EVALUATE = """
async ([cases, values]) => {
  const results = [];
  for (const [before, last] of cases) {
    const el = document.createElement("div");
    let taken;
    el.id = "probe";
    el.take = value => { taken = value; };
    el.setAttribute("data-signals", JSON.stringify(values));
    el.setAttribute("data-on:probe", `${before}\n;el.take(${last})`);
    document.body.append(el);
    await null;
    el.dispatchEvent(new Event("probe"));
    el.remove();
    await null;
    results.push(taken === undefined ? null : JSON.parse(JSON.stringify(taken)));
  }
  return results;
}
"""


def evaluate(page, sources):
    """The value of each expression; the signals are put back before each."""
    cases = []
    for source in sources:
        *before, last = re.split(r"[;\n] ?", source)
        cases.append([";".join(before), last])
    return page.evaluate(EVALUATE, [cases, VALUES])


def test_expressions_give_what_javascript_gives(show):
    page = show("")
    sources = [source for source, _ in RESULTS]
    assert dict(zip(sources, evaluate(page, sources), strict=True)) == dict(RESULTS)


BINARY = re.findall(r"\S+", "+ - * / % ** == != === !== < > <= >= | & ^ << >> >>> && ||")


def generated(random: Random, depth: int) -> str:
    """An expression of JavaScript, at most so many levels deep."""
    if not depth or random.random() < 0.1:
        return random.choice(
            ["$n", "$s", "$yes", "2", "0.5", "'x'", "null", "$list[1]", "$user.age"]
        )

    def part() -> str:
        return generated(random, depth - 1)

    match random.randrange(9):
        case 0:
            # JavaScript itself refuses a sign before the base of a power.
            return f"{random.choice('!-+~')}({part()})"
        case 1:
            return f"({part()})"
        case 2:
            return f"{part()} ? {part()}:{part()}"
        case 3:
            return f"[{part()}, {part()}].length"
        case 4:
            return f"(x => x + {part()})({part()})"
        case 5:
            return f"`{{${{{part()}}}`"
        case _:
            operator = random.choice(BINARY)
            left = f"({part()})" if operator == "**" else part()
            return f"{left} {operator} {part()}"


def test_precedence_is_javascripts(show, new_page):
    random = Random(7)
    sources = [generated(random, 4) for _ in range(400)]
    names = [name for name in VALUES if name.isidentifier()]
    native = new_page()
    expected = native.evaluate(
        """([sources, names, values]) => sources.map(source => {
          try {
            const run = Function(...names.map(name => "$" + name), `return ${source}`);
            return JSON.stringify(run(...values)) ?? null;
          } catch { return undefined }
        })""",
        [sources, names, [VALUES[name] for name in names]],
    )
    page = show("")
    wrapped = [f"JSON.stringify({source})" for source in sources]
    results = evaluate(page, wrapped)
    comparable = [
        (source, result, wanted)
        for source, result, wanted in zip(sources, results, expected, strict=True)
        if wanted is not None
    ]
    assert len(comparable) > 300
    assert [c for c in comparable if c[1] != c[2]] == []


@pytest.mark.parametrize(
    "source",
    [
        "[].constructor",
        "(() => 1)['const' + 'ructor']('x')",
        "''['__proto__']",
        "({}).__proto__",
        "Array.prototype",
        "$list['constructor']",
        "({__proto__: 1})",
        "({['__proto__']: 1})",
        "el.__lookupGetter__('x')",
        "document.defaultView.eval('1')",
        "document.defaultView.Function('1')",
        "Object.values(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(() => 1)))"
        ".map(d => d.value).find(f => f && f.name === 'Function')",
        "Object.values(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(() => 1)))"
        ".map(d => d.value)",
        "setTimeout('window.hacked = 1')",
    ],
)
def test_nothing_that_compiles_code_can_be_reached(show, console, source):
    console.expect(r"via: data-on:probe=.* on <div id=\"probe\">: .*(not allowed|a function)")
    page = show("")
    assert evaluate(page, [source]) == [None]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("Function('return 1')()", "Function is not known"),
        ("eval('1')", "eval is not known"),
        ("globalThis", "globalThis is not known"),
        ("self", "self is not known"),
        ("fetch('/')", "fetch is not known"),
        ("window.fetch('/')", "fetch is not a function"),
        ("import('/x.js')", '"import" is not supported'),
        ("nobody", "nobody is not known"),
        ("nobody = 1", "cannot assign to nobody"),
        ("el = 1", "cannot assign to el"),
        ("Math = 1", "cannot assign to Math"),
        ("window.thing = 1", "not extensible"),
        ("this", '"this" is not supported'),
        ("@nobody()", "no action @nobody"),
        ("$n()", "not a function"),
        ("$s.nope()", "nope is not a function"),
        ("null.x", "null"),
        ("1 +", "Expected expression"),
        ("(1", "Unclosed"),
        ("'open", "Unclosed quote"),
        ("`open", 'Unclosed ` of character 0: expected "`" at character 5'),
        ("[1, 2", 'Unclosed \\[ of character 0: expected "\\]" at character 5'),
        ("({a: 1 b: 2})", 'Unclosed {.*expected "}" at character 7'),
        ("1 2", 'Unexpected "2" at character 2'),
        ("$n)", r'Unexpected "\)" at character 2'),
        ("$n ? 1", 'Expected ":" at character 6'),
        ("$user.", "Expected a name at character 6"),
        ("$n *= ", "Expected expression at character 6"),
        ("1 = 2", "cannot be assigned"),
    ],
)
def test_a_faulty_expression_is_reported_with_its_place_and_stops_nothing_else(
    show, console, source, complaint
):
    console.expect(re.escape(f'via: data-on:probe="{source}" on <div id="a">: ') + f".*{complaint}")
    page = show(
        f'''<div id=a data-on:probe="{source}" data-on:probe__window="$after = 'ran'"></div>
        <p id=b data-text="$after"></p>''',
        VALUES,
    )
    page.dispatch_event("#a", "probe", {"bubbles": True})
    expect(page.locator("#b")).to_have_text("ran")


def test_unclosed_input_is_refused_quickly(show, console):
    console.expect('on <div id="probe">')
    page = show("")
    assert evaluate(page, ["(" + "a" * 5000, "(" + "a," * 5000]) == [None, None]


def test_a_location_can_be_assigned(show, desk):
    page = show("<button data-on:click=\"location = '/other'\">go</button>")
    page.click("button")
    page.wait_for_url(desk.url + "/other")
