"""What the server sends: every patch mode, morphing around the user, scripts, signals."""

import pytest
from playwright.sync_api import expect
from support.client_desk import NONCE, patch, signals

LIST = "<ul id=list><li id=a>a</li><li id=b>b</li></ul>"


@pytest.mark.parametrize(
    ("mode", "elements", "result"),
    [
        ("outer", "<li id=b class=x>B</li>", '<li id="a">a</li><li id="b" class="x">B</li>'),
        ("inner", "<i>B</i>", '<li id="a">a</li><li id="b"><i>B</i></li>'),
        ("replace", "<li id=c>c</li>", '<li id="a">a</li><li id="c">c</li>'),
        ("prepend", "<i>x</i><i>y</i>", '<li id="a">a</li><li id="b"><i>x</i><i>y</i>b</li>'),
        ("append", "<i>x</i><i>y</i>", '<li id="a">a</li><li id="b">b<i>x</i><i>y</i></li>'),
        (
            "before",
            "<li>x</li><li>y</li>",
            '<li id="a">a</li><li>x</li><li>y</li><li id="b">b</li>',
        ),
        ("after", "<li>x</li>text", '<li id="a">a</li><li id="b">b</li><li>x</li>text'),
        ("remove", "", '<li id="a">a</li>'),
    ],
)
def test_modes_with_a_selector(show, desk, mode, elements, result):
    page = show(LIST, stream=True)
    desk.push(
        patch(elements, selector="#b", mode=mode) + patch("<title>done</title>", selector="title")
    )
    expect(page).to_have_title("done")
    assert page.inner_html("#list") == result


def test_without_a_selector_each_element_finds_its_own_by_id(show, desk, console):
    page = show(LIST, stream=True)
    desk.push(patch("<li id=b>B</li>\n<li id=nobody>?</li>\n<li id=a>A</li>"))
    expect(page.locator("#list")).to_have_text("AB")
    desk.push(patch("<li id=a>new</li>", mode="replace") + patch("<li id=b></li>", mode="remove"))
    expect(page.locator("#list")).to_have_text("new")
    assert any('"nobody"' in warning for warning in console.warnings)


def test_a_selector_may_match_many(show, desk):
    page = show(LIST, stream=True)
    desk.push(patch("<b>!</b>", selector="li", mode="append"))
    expect(page.locator("#list")).to_have_text("a!b!")
    desk.push(patch(selector="li", mode="remove"))
    expect(page.locator("#list")).to_have_text("")


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        (patch("<b></b>", selector="#a", mode="sideways"), 'unknown patch mode "sideways"'),
        (patch("<b></b>", selector="##", mode="inner"), "not a valid selector"),
        ("event: datastar-patch-signals\ndata: signals {oops\n\n", "datastar-patch-signals"),
        ("event: datastar-patch-signals\ndata: signals 5\n\n", "must be a JSON object"),
    ],
)
def test_an_event_that_cannot_be_applied_is_reported_and_the_stream_goes_on(
    show, desk, console, event, complaint
):
    console.expect(complaint)
    page = show(LIST, stream=True)
    desk.push(event + patch("<ul id=list>went on</ul>"))
    expect(page.locator("#list")).to_have_text("went on")
    assert len(desk.streams) == 1


@pytest.mark.parametrize(
    ("body", "selector", "elements", "found"),
    [
        ("<table><tbody id=t></tbody></table>", "#t", "<tr><td>1</td></tr>", "#t > tr > td"),
        ("<table><tr id=t></tr></table>", "#t", "<td>1</td><td>2</td>", "#t > td + td"),
        ("<select id=t></select>", "#t", "<option>1</option>", "#t > option"),
        ("<dl id=t></dl>", "#t", "<dt>1</dt><dd>2</dd>", "#t > dt + dd"),
    ],
)
def test_parts_of_tables_and_lists_parse_without_their_parents(
    show, desk, body, selector, elements, found
):
    page = show(body, stream=True)
    desk.push(patch(elements, selector=selector, mode="append"))
    expect(page.locator(found)).to_have_count(1)


@pytest.mark.parametrize(
    ("namespace", "parent", "child", "uri"),
    [
        ("svg", "<svg id=t></svg>", "<circle id=c r=5></circle>", "http://www.w3.org/2000/svg"),
        ("mathml", "<math id=t></math>", "<mi id=c>x</mi>", "http://www.w3.org/1998/Math/MathML"),
    ],
)
def test_fragments_of_other_namespaces(show, desk, namespace, parent, child, uri):
    page = show(parent, stream=True)
    desk.push(patch(child, selector="#t", mode="append", namespace=namespace))
    expect(page.locator("#c")).to_have_count(1)
    assert page.eval_on_selector("#c", "el => el.namespaceURI") == uri
    desk.push(patch(child.replace(" id=c", " id=c class=new"), namespace=namespace))
    expect(page.locator("#c")).to_have_attribute("class", "new")


SVG = "http://www.w3.org/2000/svg"
DRAWING = (
    "<svg id=s><g id=g><circle id=c r=5></circle></g>"
    "<foreignObject id=f><p id=p>x</p></foreignObject></svg>"
)


@pytest.mark.parametrize(
    ("event", "selector", "uri"),
    [
        (patch("<circle id=c r=6 class=new />"), "#c.new", SVG),
        (patch("<circle id=c class=new></circle>", mode="replace"), "#c.new", SVG),
        (patch("<rect id=n class=new></rect>", mode="inner", selector="#g"), "g > .new", SVG),
        (patch("<rect class=new /><g></g>", mode="append", selector="#g"), "g > .new", SVG),
        (patch("<rect class=new></rect>", mode="prepend", selector="#s"), "svg > .new", SVG),
        (patch("<text class=new>x</text>", mode="after", selector="#c"), "g > .new", SVG),
        (patch("<text class=new>x</text>", mode="before", selector="#g"), "svg > .new", SVG),
        (patch("<svg id=s class=new viewBox='0 0 1 1'></svg>"), "#s.new", SVG),
        (patch("<p id=p class=new>y</p>"), "#p.new", "http://www.w3.org/1999/xhtml"),
        (patch("<b class=new>y</b>", mode="append", selector="#f"), "foreignObject > .new",
         "http://www.w3.org/1999/xhtml"),
    ],
)  # fmt: skip
def test_parts_of_an_svg_are_svg_without_being_told(show, desk, event, selector, uri):
    page = show(DRAWING, stream=True)
    desk.push(event)
    expect(page.locator(selector)).to_have_count(1)
    assert page.eval_on_selector(selector, "el => el.namespaceURI") == uri


def test_one_event_may_bring_text_and_drawing(show, desk):
    page = show("<b id=b>old</b>" + DRAWING, stream=True)
    gradient = "<linearGradient id=l gradientUnits=userSpaceOnUse></linearGradient>"
    desk.push(patch(f"<b id=b>new</b>\n<g id=g>{gradient}</g>"))
    expect(page.locator("#b")).to_have_text("new")
    assert (
        page.inner_html("#g")
        == '<linearGradient id="l" gradientUnits="userSpaceOnUse"></linearGradient>'
    )
    assert page.eval_on_selector("#l", "el => el.namespaceURI") == SVG


@pytest.mark.parametrize(
    ("body", "elements", "result"),
    [
        ("<table id=t><tr id=x><td id=y>1</td></tr></table>",
         "<tr id=x class=new><td id=y>2</td><td>3</td></tr>",
         '<tbody><tr id="x" class="new"><td id="y">2</td><td>3</td></tr></tbody>'),
        ("<table id=t><tr id=x><td id=y>1</td></tr></table>", "<td id=y>2</td>",
         '<tbody><tr id="x"><td id="y">2</td></tr></tbody>'),
        ("<table id=t><thead id=x></thead></table>", "<thead id=x><tr><th>1</th></tr></thead>",
         '<thead id="x"><tr><th>1</th></tr></thead>'),
        ("<select id=t><option id=x>1</select>", "<option id=x value=2>2</option>",
         '<option id="x" value="2">2</option>'),
        ("<ol id=t><li id=x>1<li id=y>2</ol>", "<li id=y>3</li>\n<li id=x>4</li>",
         '<li id="x">4</li><li id="y">3</li>'),
    ],
)  # fmt: skip
def test_rows_cells_options_and_items_are_patched_alone(show, desk, body, elements, result):
    page = show(body, stream=True)
    desk.push(patch(elements) + patch("<title>done</title>", selector="title"))
    expect(page).to_have_title("done")
    assert page.inner_html("#t") == result


def test_a_row_morphs_between_rows_and_keeps_its_field(show, desk):
    row = "<tr id=r{0}><td><input data-bind:v{0}></td><td>{1}</td></tr>"
    page = show(
        f"<table id=t>{row.format(1, 'a')}{row.format(2, 'a')}</table>", {"v1": "", "v2": ""}, True
    )
    page.locator("#r2 input").press_sequentially("half")
    desk.push(patch(row.format(3, "c"), selector="#r1", mode="after") + patch(row.format(2, "b")))
    expect(page.locator("#r2 td").last).to_have_text("b")
    expect(page.locator("#r2 input")).to_be_focused()
    expect(page.locator("#r2 input")).to_have_value("half")
    assert page.eval_on_selector_all("tr", "rows => rows.map(row => row.id)") == ["r1", "r3", "r2"]
    desk.push(patch("<td>only</td>", selector="#r1", mode="inner"))
    expect(page.locator("#r1 td")).to_have_text(["only"])


def test_a_whole_document_can_be_patched_and_the_stream_lives_on(show, desk):
    page = show("<p id=a>a</p>", stream=True)
    desk.push(patch(desk.html.replace("<p id=a>a</p>", "<p id=b>b</p>").replace("test<", "new<")))
    expect(page.locator("#b")).to_have_text("b")
    expect(page).to_have_title("new")
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    desk.push(patch("<p id=b>again</p>"))
    expect(page.locator("#b")).to_have_text("again")
    assert len(desk.streams) == 1


def test_scripts_run_once_with_their_nonce_and_go(show, desk):
    page = show("<p id=a>0</p>", stream=True)
    script = (
        f'<script data-effect="el.remove()" nonce="{NONCE}">'
        "document.getElementById('a').textContent++</script>"
    )
    desk.push(patch(script, selector="body", mode="append"))
    expect(page.locator("#a")).to_have_text("1")
    expect(page.locator("body script")).to_have_count(0)


def test_a_morph_runs_new_scripts_only(show, desk):
    page = show("<p id=a>0</p><div id=b></div>", stream=True)
    script = f"<script id=s nonce={NONCE}>document.getElementById('a').textContent++</script>"
    desk.push(patch(f"<div id=b>{script}</div>"))
    expect(page.locator("#a")).to_have_text("1")
    desk.push(patch(f"<div id=b class=x>{script}</div>"))
    expect(page.locator("#b")).to_have_class("x")
    expect(page.locator("#a")).to_have_text("1")


def test_a_script_without_the_nonce_does_not_run(show, desk, console):
    console.expect("Content Security Policy")
    page = show("<p id=a>0</p>", stream=True)
    desk.push(
        patch("<script>document.getElementById('a').textContent = 'bad'</script>", selector="body",
              mode="append")
        + patch("<p id=a>good</p>")
    )  # fmt: skip
    expect(page.locator("#a")).to_have_text("good")


COUNT_TRANSITIONS = """() => {
  const start = document.startViewTransition.bind(document);
  window.transitions = 0;
  document.startViewTransition = change => { window.transitions++; return start(change); };
}"""


def test_patches_with_a_view_transition_stay_in_order(show, desk):
    page = show("<p id=a>0</p>", {"n": 0}, stream=True)
    page.evaluate(COUNT_TRANSITIONS)
    desk.push(
        patch("<p id=a data-text=$n>1</p>", useViewTransition="true")
        + patch("<p id=a>2</p>", useViewTransition="true")
        + patch("<p id=a>3</p>")
    )
    expect(page.locator("#a")).to_have_text("3")
    assert page.evaluate("window.transitions") == 2


@pytest.mark.parametrize("why", ["hidden", "reduced motion"])
def test_hidden_pages_and_reduced_motion_are_not_animated(show, desk, why):
    page = show("<p id=a>0</p>", stream=True)
    page.evaluate(COUNT_TRANSITIONS)
    if why == "hidden":
        page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    else:
        page.emulate_media(reduced_motion="reduce")
    desk.push(patch("<p id=a>1</p>", useViewTransition="true"))
    expect(page.locator("#a")).to_have_text("1")
    assert page.evaluate("window.transitions") == 0


def test_a_transition_that_the_browser_skips_is_not_an_error(show, desk, page):
    page.add_init_script(
        """document.startViewTransition = change => {
          const skipped = Promise.reject(new DOMException("hidden", "InvalidStateError"));
          const done = Promise.resolve().then(change);
          return {ready: skipped, finished: done, updateCallbackDone: done};
        }"""
    )
    show("<p id=a>0</p><ul id=l></ul>", stream=True)
    desk.push(
        patch("<p id=a>1</p>", useViewTransition="true")
        + patch("<li>x</li>", selector="#l", mode="append", useViewTransition="true")
        + patch("<p id=a>2</p>")
    )
    expect(page.locator("#a")).to_have_text("2")
    expect(page.locator("li")).to_have_count(1)


# Morphing


def test_focus_caret_and_half_typed_text_survive_a_morph(show, desk):
    form = "<div id=d><p>{}</p><input id=i value={}><input id=j></div>"
    page = show(form.format("old", "a"), stream=True)
    page.locator("#i").press("End")
    page.keyboard.type("bc")
    page.keyboard.press("ArrowLeft")
    desk.push(patch(form.format("new</p><p>more", "a")))
    expect(page.locator("p").first).to_have_text("new")
    page.keyboard.type("X")
    expect(page.locator("#i")).to_have_value("abXc")
    # Even where the server's own value has moved on meanwhile.
    desk.push(patch(form.format("newer", "server")))
    expect(page.locator("p").first).to_have_text("newer")
    expect(page.locator("#i")).to_have_value("abXc")
    expect(page.locator("#i")).to_be_focused()


def test_a_focused_field_without_an_id_keeps_focus_as_elements_come_before_it(show, desk):
    page = show("<div id=d><form><input></form></div>", stream=True)
    page.locator("input").press_sequentially("ab")
    desk.push(patch("<div id=d><h1>new</h1><form><label>x</label><input></form></div>"))
    expect(page.locator("h1")).to_have_text("new")
    expect(page.locator("input")).to_be_focused()
    expect(page.locator("input")).to_have_value("ab")


def test_fields_keep_what_was_entered_until_the_server_says_otherwise(show, desk):
    form = (
        "<form id=f><input id=t {0}><input type=checkbox id=c {1}><textarea id=a>{2}</textarea>"
        "<select id=s><option {3}>x<option {4}>y</select></form><p id=p>{5}</p>"
    )
    page = show("<div id=d>" + form.format("", "", "", "", "", 0) + "</div>", stream=True)
    page.fill("#t", "typed")
    page.check("#c")
    page.fill("#a", "typed")
    page.select_option("#s", "y")
    page.evaluate("document.activeElement.blur()")
    desk.push(patch("<div id=d>" + form.format("class=new", "", "", "", "", 1) + "</div>"))
    expect(page.locator("#p")).to_have_text("1")
    expect(page.locator("#t")).to_have_class("new")
    expect(page.locator("#t")).to_have_value("typed")
    expect(page.locator("#c")).to_be_checked()
    expect(page.locator("#a")).to_have_value("typed")
    expect(page.locator("#s")).to_have_value("y")
    changed = form.format("value=sent", "checked", "sent", "selected", "", 2)
    desk.push(patch(f"<div id=d>{changed}</div>"))
    expect(page.locator("#p")).to_have_text("2")
    expect(page.locator("#t")).to_have_value("sent")
    expect(page.locator("#c")).to_be_checked()
    expect(page.locator("#a")).to_have_value("sent")
    expect(page.locator("#s")).to_have_value("x")
    desk.push(patch("<div id=d>" + form.format("", "", "", "", "selected", 3) + "</div>"))
    expect(page.locator("#p")).to_have_text("3")
    expect(page.locator("#t")).to_have_value("")
    expect(page.locator("#c")).not_to_be_checked()
    expect(page.locator("#a")).to_have_value("")
    expect(page.locator("#s")).to_have_value("y")


def test_a_range_takes_a_value_beyond_its_old_bounds(show, desk):
    page = show("<div id=d><input type=range id=r max=10 value=5></div>", stream=True)
    desk.push(patch("<div id=d><input type=range id=r value=50 max=100></div>"))
    expect(page.locator("#r")).to_have_value("50")


def test_a_bound_field_keeps_focus_caret_and_half_typed_text(show, desk):
    form = "<div id=d>{}<form><input data-bind:name><input type=number data-bind:n></form></div>"
    page = show(form.format(""), {"name": "", "n": 0}, stream=True)
    name, number = page.locator("input").all()
    name.press_sequentially("helo")
    page.keyboard.press("ArrowLeft")
    desk.push(signals(other=1) + patch(form.format("<h1>one</h1>")))
    expect(page.locator("h1")).to_have_text("one")
    page.keyboard.type("l")
    expect(name).to_have_value("hello")
    number.press_sequentially("1.")
    desk.push(signals(other=2) + patch(form.format("<h1>two</h1><p>more</p>")))
    expect(page.locator("h1")).to_have_text("two")
    page.keyboard.type("5")
    expect(number).to_be_focused()
    assert number.input_value() in ("1.5", "01.5")


def test_bound_fields_follow_their_signal_not_the_html(show, desk):
    page = show("<div id=d><input id=i data-bind:v></div>", {"v": "signal"}, stream=True)
    desk.push(patch("<div id=d><input id=i data-bind:v value=html><p>new</p></div>"))
    expect(page.locator("p")).to_have_text("new")
    expect(page.locator("#i")).to_have_value("signal")


def test_what_signals_show_survives_a_morph_that_does_not_know_of_it(show, desk):
    html = (
        '<div id=d><p id=t data-text="$n">from the server{}</p>'
        '<p id=c class=own data-class:on="$n"></p>'
        '<p id=s data-show="!$n">x</p><p id=a data-attr:title="$n"></p>'
        "<p id=y data-style:color=\"'rgb(9, 9, 9)'\"></p>{}</div>"
    )
    page = show(html.format("", ""), {"n": 1}, stream=True)
    expect(page.locator("#t")).to_have_text("1")
    desk.push(patch(html.format(", anew", "<i>new</i>")))
    expect(page.locator("i")).to_have_text("new")
    expect(page.locator("#t")).to_have_text("1")
    expect(page.locator("#c")).to_have_class("own on")
    expect(page.locator("#s")).to_have_css("display", "none")
    expect(page.locator("#a")).to_have_attribute("title", "1")
    expect(page.locator("#y")).to_have_css("color", "rgb(9, 9, 9)")
    desk.push(signals(n=2))
    expect(page.locator("#t")).to_have_text("2")


@pytest.mark.parametrize("mode", ["append", "inner"])
def test_options_that_come_later_are_chosen_by_the_signal(show, desk, mode):
    page = show("<select id=s data-bind:v></select>", {"v": "b"}, stream=True)
    desk.push(patch("<option>a</option><option>b</option>", selector="#s", mode=mode))
    expect(page.locator("#s")).to_have_value("b")


def test_ignored_subtrees_and_preserved_attributes_are_left_alone(show, desk):
    html = (
        "<div id=d><div id=i data-ignore-morph>{0}</div>"
        '<details id=p data-preserve-attr="open class" class={0} title={0}>x</details></div>'
    )
    page = show(html.format("old"), stream=True)
    page.evaluate("document.getElementById('p').open = true")
    desk.push(patch(html.format("new")))
    expect(page.locator("#p")).to_have_attribute("title", "new")
    expect(page.locator("#p")).to_have_attribute("open", "")
    expect(page.locator("#p")).to_have_class("old")
    expect(page.locator("#i")).to_have_text("old")


def test_elements_that_move_are_the_same_elements(show, desk):
    page = show("<ul id=l><li id=a>a<li id=b>b<li id=c data-text=$n></ul>", {"n": 1}, stream=True)
    page.evaluate("for (const el of document.querySelectorAll('li')) el.mark = el.id")
    desk.push(patch("<ul id=l><li id=c data-text=$n><li id=a>a<li id=b>b</ul>"))
    expect(page.locator("li").first).to_have_text("1")
    assert page.eval_on_selector_all("li", "all => all.map(el => el.mark)") == ["c", "a", "b"]
    desk.push(signals(n=2))
    expect(page.locator("#c")).to_have_text("2")


# Signals


def test_signals_are_merged_as_rfc_7386_says(show, desk):
    page = show(
        '<pre id=all data-text="JSON.stringify($)"></pre>',
        {"a": 1, "b": {"c": 1, "d": 2}, "e": [1, 2]},
        stream=True,
    )
    desk.push(signals(a=2, b={"c": None, "n": {"x": None, "y": 1}}, e=[3], f={"g": 1}))
    expect(page.locator("#all")).to_have_text('{"a":2,"b":{"d":2,"n":{"y":1}},"e":[3],"f":{"g":1}}')
    desk.push(signals(b=None, e=None, f="flat"))
    expect(page.locator("#all")).to_have_text('{"a":2,"f":"flat"}')


def test_signals_only_if_missing(show, desk):
    page = show('<pre id=all data-text="JSON.stringify($)"></pre>', {"a": 1, "b": {"c": 1}}, True)
    desk.push(signals(True, a=2, b={"c": 2, "d": 2}, e=None, f=3))
    expect(page.locator("#all")).to_have_text('{"a":1,"b":{"c":1,"d":2},"f":3}')


def test_a_deleted_signal_reads_as_empty_until_it_is_back(show, desk):
    page = show("<p data-text=\"'[' + $a + ']'\"></p>", {"a": 1}, stream=True)
    desk.push(signals(a=None))
    expect(page.locator("p")).to_have_text("[]")
    desk.push(signals(a=5))
    expect(page.locator("p")).to_have_text("[5]")


# Leaks


def counters(cdp) -> dict[str, int]:
    cdp.send("HeapProfiler.collectGarbage")
    return cdp.send("Memory.getDOMCounters")


def test_replacing_a_view_again_and_again_leaks_nothing(show, desk, page):
    row = (
        '<li data-text="$n" data-on:click__debounce.1s="$n++" data-on:scroll__window="$n"'
        ' data-class:on="$n" data-on:x__throttle.1s="$n"><input data-bind:v>'
        "<input type=checkbox data-bind:list value={0}><i data-indicator:busy></i>"
        '<b data-ref:b data-init="@peek(() => $n)"></b></li>'
    )
    view = "<ul id=u class=c{0}>" + "".join(row.format(i) for i in range(20)) + "</ul>"
    show(view.format(0), {"n": 1, "list": []}, stream=True)
    cdp = page.context.new_cdp_session(page)

    def rounds(start: int) -> None:
        for i in range(start, start + 20):
            desk.push(patch(view.format(i), mode="replace"))
        expect(page.locator(f"#u.c{start + 19}")).to_have_count(1)
        desk.push(signals(n=start))
        expect(page.locator("li").first).to_have_text(str(start))

    rounds(100)
    before = counters(cdp)
    rounds(200)
    after = counters(cdp)
    assert after["jsEventListeners"] <= before["jsEventListeners"]
    # Every row has over 10 nodes; twenty views that stayed would be thousands.
    assert after["nodes"] - before["nodes"] < 100


@pytest.mark.parametrize("around", ["{}", "<section><div>{}</div></section>"])
def test_what_a_template_holds_follows(show, desk, around):
    held = "<div id=x>{}<p id=p>{}</p></div>"
    template = around.format("<template><b>{}</b></template>")
    page = show(held.format(template.format("old"), "old"), stream=True)
    desk.push(patch(held.format(template.format("new"), "old")))
    desk.push(patch("<p id=p>new</p>"))
    expect(page.locator("#p")).to_have_text("new")
    assert page.evaluate("document.querySelector('template').innerHTML") == "<b>new</b>"
