"""What `via.h` offers beside elements and attributes."""

import io

import jinja2
import pytest
from markupsafe import Markup, escape

from via import h


class TestTextf:
    @pytest.mark.parametrize(
        ("format", "args", "written"),
        [
            ("%s has %d points (%.1f%%)", ("Ada", 7, 12.34), "Ada has 7 points (12.3%)"),
            ("%v %v %v", (1, True, "x"), "1 true x"),
            ("%t", (False,), "false"),
            ("[%5d|%-5d|%05d]", (42, 42, -42), "[   42|42   |-0042]"),
            ("%+d % d", (3, 3), "+3  3"),
            ("%x %X %o %b %c %U", (255, 255, 8, 5, 233, 0x1F600), "ff FF 10 101 é U+1F600"),
            ("%x", ("hi",), "6869"),
            ("%.3s|%6.2f|%*d", ("abcdef", 3.14159, 4, 7), "abc|  3.14|   7"),
            ("%g %e", (2.5, 1500.0), "2.5 1.500000e+03"),
            ("100%%", (), "100%"),
            ("%T", (1,), "int"),
        ],
    )
    def test_verbs(self, format: str, args: tuple[object, ...], written: str) -> None:
        assert str(h.Rawf(format, *args)) == str(h.Textf(format, *args)) == written

    def test_values_and_format_are_escaped(self) -> None:
        assert str(h.Textf("<%s> %q", "<b>", 'a"')) == '&lt;&lt;b&gt;&gt; "a\\""'
        assert str(h.Rawf("<%s>", "b")) == "<b>"

    @pytest.mark.parametrize(
        ("format", "args", "error", "message"),
        [
            ("%d %d", (1,), ValueError, "takes more than 1 values"),
            ("%d", (1, 2), ValueError, "takes 1 values, not 2"),
            ("%y", (1,), ValueError, "unknown verb '%y'"),
            ("%", (), ValueError, "unknown verb"),
            ("%d", ("x",), TypeError, "value 1, 'x', does not fit '%d'"),
            ("%t", (1,), TypeError, "value 1, 1, does not fit '%t'"),
        ],
    )
    def test_mistakes(
        self, format: str, args: tuple[object, ...], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            h.Textf(format, *args)


class TestIf:
    def test_the_node_or_nothing(self) -> None:
        assert str(h.P(h.If(True, h.Class("a")), h.If(0, h.Text("x")), "y")) == (
            '<p class="a">y</p>'
        )
        assert h.If("", h.Text("x")) is None


class TestJoinAttrs:
    def test_attributes_of_the_name_become_one(self) -> None:
        joined = h.JoinAttrs("class", h.Class("a"), h.ID("i"), h.Class("b c"), h.P(h.Class("d")))
        assert str(h.Div(joined)) == '<div class="a b c" id="i"><p class="d"></p></div>'

    def test_any_attribute_can_be_joined(self) -> None:
        assert str(h.A(h.JoinAttrs("rel", h.Rel("noopener"), h.Rel("me")))) == (
            '<a rel="noopener me"></a>'
        )

    def test_what_is_left_out_joins_nothing(self) -> None:
        assert str(h.P(h.JoinAttrs("class", h.Class(None), h.Class("a"), None))) == (
            '<p class="a"></p>'
        )


class TestDocument:
    def test_the_whole_document(self) -> None:
        props = h.HTML5Props(
            title="A < B",
            description='say "hi"',
            language="de",
            head=[h.Link(h.Rel("icon"), h.Href("/i.svg"))],
            body=[h.H1(h.Text("Hallo")), None],
            html_attrs=[h.Class("dark")],
        )
        assert str(h.HTML5(props)) == (
            '<!doctype html><html lang="de" class="dark"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<title>A &lt; B</title><meta name="description" content="say &quot;hi&quot;">'
            '<link rel="icon" href="/i.svg"></head><body><h1>Hallo</h1></body></html>'
        )

    def test_what_is_empty_is_left_out(self) -> None:
        document = str(h.HTML5(h.HTML5Props()))
        assert "<html><head>" in document
        assert "description" not in document

    def test_title_and_style_sheet(self) -> None:
        assert str(h.Title("x & y")) == "<title>x &amp; y</title>"
        assert str(h.StyleEl(h.Raw("a > b {}"))) == "<style>a > b {}</style>"


class TestClientAttributes:
    def test_each(self) -> None:
        assert str(
            h.Div(h.DataInit("@get('/x')"), h.DataEffect("$a < 1"), h.DataIgnoreMorph())
        ) == ('<div data-init="@get(\'/x\')" data-effect="$a &lt; 1" data-ignore-morph></div>')

    def test_a_view_transition_adds_up_with_styles(self) -> None:
        assert str(h.Div(h.Style("color: red"), h.DataViewTransition("hero"))) == (
            '<div style="color: red;view-transition-name: hero"></div>'
        )

    @pytest.mark.parametrize("name", ["", "1a", "a b", "a;color:red", "a}"])
    def test_a_view_transition_s_name_is_an_identifier(self, name: str) -> None:
        with pytest.raises(ValueError, match="is a CSS identifier, not"):
            h.DataViewTransition(name)


class TestOtherLibraries:
    def test_markupsafe_and_jinja2_take_nodes_as_they_are(self) -> None:
        node = h.P(h.Class("a"), "<b>")
        html = '<p class="a">&lt;b&gt;</p>'
        assert escape(node) == Markup(html)
        template = jinja2.Environment(autoescape=True).from_string("<div>{{ node }}</div>")
        assert template.render(node=node) == f"<div>{html}</div>"

    def test_nodes_take_markup(self) -> None:
        assert str(h.P(Markup("<b>x</b>"))) == "<p><b>x</b></p>"

    def test_render_writes_utf_8_to_a_file(self) -> None:
        file = io.BytesIO()
        h.P(h.Text("é")).render(file)
        assert file.getvalue() == "<p>é</p>".encode()


class TestMistakes:
    def test_an_error_names_the_function_and_the_place(self) -> None:
        with pytest.raises(
            TypeError, match=r"h\.Ul: child 2, item 1 is .* was it meant to be call"
        ):
            h.Ul(h.Class("a"), [h.Li])  # type: ignore[list-item]
        with pytest.raises(TypeError, match=r"h\.Checked: .* takes True, False or None"):
            h.Checked("checked")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"h\.Img: child 1 is content, but <img> is a void"):
            h.Img("x")
        with pytest.raises(TypeError, match=r"h\.Href: the value is a value of type list"):
            h.Href([])  # type: ignore[arg-type]
