"""The documented HTML functions, row by row."""

import io

import pytest
from test_parity_names import ELEMENTS  # type: ignore[import-not-found]

from via import h

VOID = [
    "Base",
    "Link",
    "Meta",
    "Hr",
    "Br",
    "Wbr",
    "Source",
    "Track",
    "Img",
    "Area",
    "Embed",
    "Col",
    "Input",
]
TAGS = {"DataEl": "data", "StyleEl": "style", "SlotEl": "slot"}
# Title takes its text; the others take nodes.
NORMAL = [name for name in ELEMENTS.split() if name not in [*VOID, "Title"]]


@pytest.mark.parametrize("name", NORMAL)
def test_an_element_holds_its_attributes_and_children(name):
    tag = TAGS.get(name, name.lower())
    node = getattr(h, name)(h.ID("x"), h.Text("a & b"))
    assert str(node) == f'<{tag} id="x">a &amp; b</{tag}>'


@pytest.mark.parametrize("name", VOID)
def test_a_void_element_has_no_end(name):
    assert str(getattr(h, name)(h.ID("x"))).rstrip("/> ") == f'<{name.lower()} id="x"'


EXPECTED = {
    "Text": (h.Text("<b>"), "&lt;b&gt;"),
    "Textf": (h.Textf("%s has %d (%.1f%%)", "<b>", 3, 2.25), "&lt;b&gt; has 3 (2.2%)"),
    "Raw": (h.Raw("<b>"), "<b>"),
    "Rawf": (h.Rawf("<b>%d</b>", 7), "<b>7</b>"),
    "Attr": (h.Div(h.Attr("x-y", 'a"b')), '<div x-y="a&quot;b"></div>'),
    "Attr without a value": (h.Div(h.Attr("open")), "<div open></div>"),
    "If": (h.Div(h.If(True, h.Text("a")), h.If(False, h.Text("b"))), "<div>a</div>"),
    "If with an attribute": (h.Div(h.If(False, h.ID("a"))), "<div></div>"),
    "None": (h.Div(None, h.Text("a"), None), "<div>a</div>"),
    "Class": (h.Div(h.Class("a b")), '<div class="a b"></div>'),
    "Href": (h.A(h.Href("/a?b=1&c")), '<a href="/a?b=1&amp;c"></a>'),
    "Src": (h.Img(h.Src("/a.png")), '<img src="/a.png">'),
    "Type": (h.Input(h.Type("text")), '<input type="text">'),
    "Value": (h.Input(h.Value("v")), '<input value="v">'),
    "Placeholder": (h.Input(h.Placeholder("p")), '<input placeholder="p">'),
    "Rel": (h.Link(h.Rel("icon")), '<link rel="icon">'),
    "Role": (h.Div(h.Role("alert")), '<div role="alert"></div>'),
    "Data": (h.Div(h.Data("a-b", "c")), '<div data-a-b="c"></div>'),
    "Style": (h.Div(h.Style("color: red")), '<div style="color: red"></div>'),
    "StyleEl": (h.StyleEl(h.Raw("a > b {}")), "<style>a > b {}</style>"),
    "Title": (h.Title("a < b"), "<title>a &lt; b</title>"),
    "JoinAttrs": (
        h.Div(h.JoinAttrs("class", h.Class("a"), h.Class("b"), h.ID("x"))),
        '<div class="a b" id="x"></div>',
    ),
    "DataInit": (h.Div(h.DataInit("$a=1")), '<div data-init="$a=1"></div>'),
    "DataEffect": (h.Div(h.DataEffect("f($a)")), '<div data-effect="f($a)"></div>'),
    "DataIgnoreMorph": (h.Div(h.DataIgnoreMorph()), "<div data-ignore-morph></div>"),
    "DataViewTransition": (
        h.Div(h.DataViewTransition("hero")),
        '<div style="view-transition-name: hero"></div>',
    ),
}


@pytest.mark.parametrize("row", EXPECTED)
def test_a_row_renders_as_documented(row):
    node, expected = EXPECTED[row]
    assert str(node) == expected


def test_a_node_writes_utf_8_to_a_file_and_serves_as_html_elsewhere():
    node = h.P(h.Text("é"))
    file = io.BytesIO()
    node.render(file)
    assert file.getvalue() == "<p>é</p>".encode()
    assert node.__html__() == str(node) == "<p>é</p>"


def test_a_whole_document():
    page = str(
        h.HTML5(
            h.HTML5Props(
                title="A & B",
                description="what it is",
                language="en",
                head=[h.Meta(h.Name("x"), h.Content("y"))],
                body=[h.P(h.Text("hello"))],
                html_attrs=[h.Class("dark")],
            )
        )
    )
    assert page.startswith("<!doctype html><html")
    for part in (
        'lang="en"',
        'class="dark"',
        "<title>A &amp; B</title>",
        'content="what it is"',
        '<meta name="x" content="y">',
        "<body><p>hello</p></body>",
    ):
        assert part in page
