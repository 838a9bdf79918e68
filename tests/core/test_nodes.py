"""What elements take, what they write, and what they refuse."""

import gc
import io
import traceback
from enum import IntEnum, StrEnum
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from support.random_views import Maker, build


@pytest.fixture(scope="module")
def h(render: Any) -> Any:
    elements = ("div", "p", "br", "pre", "textarea", "script", "input")
    names = {name: render.element_factory(name, name.title(), "") for name in elements}
    for name in ("id", "class", "style", "nonce"):
        names[f"{name}_"] = render.attribute_factory(name, name.title(), "")
    for name in ("attr", "data", "aria", "text", "raw", "element", "fragment", "to_bytes"):
        names[name] = getattr(render, name)
    return SimpleNamespace(**names)


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Shown:
    def render(self, w: io.BytesIO) -> None:
        w.write("<i>né</i>".encode())


class TestChildren:
    def test_none_and_bools_render_nothing(self, h: Any) -> None:
        assert str(h.div(None, True, "a", False, None)) == "<div>a</div>"

    def test_numbers_render_as_text(self, h: Any) -> None:
        big = 10**40
        numbers = h.div(0, " ", -7, " ", 1.5, " ", -(2**63), " ", 2**63, " ", big, " ", Level.HIGH)
        assert (
            str(numbers) == f"<div>0 -7 1.5 -9223372036854775808 9223372036854775808 {big} 3</div>"
        )

    def test_strings_are_escaped_whatever_their_class(self, h: Any) -> None:
        assert str(h.div("<b>", Colour.RED)) == "<div>&lt;b&gt;red</div>"

    def test_attributes_go_into_the_open_tag_wherever_they_stand(self, h: Any) -> None:
        assert str(h.div("a", h.id_("x"), h.p(), [h.class_("y")])) == (
            '<div id="x" class="y">a<p></p></div>'
        )

    def test_iterables_are_flattened(self, h: Any) -> None:
        children = [h.p(1), (h.p(2), [h.p(3)])]
        assert str(h.div(children, (h.p(n) for n in (4, 5)), {"a": 1}.keys())) == (
            "<div><p>1</p><p>2</p><p>3</p><p>4</p><p>5</p>a</div>"
        )

    def test_a_generator_is_read_once_and_the_element_renders_twice(self, h: Any) -> None:
        element = h.div(str(n) for n in range(3))
        assert str(element) == str(element) == "<div>012</div>"

    def test_a_list_that_changes_later_does_not_change_the_element(self, h: Any) -> None:
        items = ["a"]
        element = h.div(items)
        items.append("b")
        assert str(element) == "<div>a</div>"

    def test_objects_with_html_are_not_escaped_again(self, h: Any) -> None:
        assert str(h.div(Markup("<b>x</b>"))) == "<div><b>x</b></div>"

    def test_objects_with_render_write_themselves(self, h: Any) -> None:
        assert str(h.div(Shown(), [Shown()])) == "<div><i>né</i><i>né</i></div>"

    def test_fragments_become_the_element_s_own_children(self, h: Any) -> None:
        assert str(h.div(h.fragment("a", h.id_("x"), h.p()))) == '<div id="x">a<p></p></div>'

    def test_raw_is_written_as_it_stands(self, h: Any) -> None:
        assert str(h.div(h.raw("<b>&nbsp;</b>"))) == "<div><b>&nbsp;</b></div>"

    def test_text_is_escaped_even_if_it_says_it_is_markup(self, h: Any) -> None:
        assert str(h.text(Markup("<b>"))) == "&lt;b&gt;"


class TestMistakes:
    @pytest.mark.parametrize(
        ("child", "type_name"),
        [({}, "dict"), (b"x", "bytes"), (object(), "object"), (1j, "complex")],
    )
    def test_what_cannot_be_shown_is_named_with_its_place(
        self, h: Any, child: object, type_name: str
    ) -> None:
        with pytest.raises(TypeError, match=rf"h\.Div: child 2 is a value of type {type_name}; .*"):
            h.div("a", child)
        with pytest.raises(TypeError, match=r"h\.Div: child 1, item 2, item 1 is .*"):
            h.div(["a", (child,)])

    def test_a_function_that_was_not_called_is_asked_about(self, h: Any) -> None:
        with pytest.raises(TypeError, match="was it meant to be called"):
            h.div(h.p)

    def test_void_elements_take_attributes_only(self, h: Any) -> None:
        assert str(h.br(h.id_("x"), None)) == '<br id="x">'
        for content in ("a", h.p(), 0):
            with pytest.raises(TypeError, match=r"h\.Br: child 2 is content, but <br> is a void"):
                h.br(h.id_("x"), content)
        with pytest.raises(TypeError, match=r"h\.Br: child 2, item 1 is content, but <br>"):
            h.br(h.id_("x"), [h.p()])

    def test_a_list_within_itself_is_refused(self, h: Any) -> None:
        endless: list[Any] = []
        endless.append(endless)
        with pytest.raises(TypeError, match="is a value of type list"):
            h.div(endless)

    def test_nesting_past_what_browsers_keep_is_refused(self, h: Any) -> None:
        element = h.div()
        for _ in range(511):
            element = h.div(element)
        assert str(element).count("<div>") == 512
        for too_deep in (lambda: h.div(element), lambda: h.div([element])):
            with pytest.raises(RecursionError, match=r"h.Div: elements are nested more than 512"):
                too_deep()

    @pytest.mark.parametrize(
        "name", ["", "a b", "a\tb", 'a"', "a'", "a>", "a/", "a=b", "a\0", "\x7f"]
    )
    def test_bad_attribute_names(self, h: Any, name: str) -> None:
        for make in (h.attr, lambda name: h.attr(name, "value")):
            with pytest.raises(ValueError, match="name"):
                make(name)

    @pytest.mark.parametrize("name", ["", "1a", "a b", "a>", "a/", "a\0", "é"])
    def test_bad_element_names(self, h: Any, name: str) -> None:
        with pytest.raises(ValueError, match="cannot name an element"):
            h.element(name)

    def test_names_are_strings(self, h: Any) -> None:
        for make in (h.attr, h.data, h.element):
            with pytest.raises(TypeError, match="name is a str"):
                make(5)

    def test_text_and_raw_take_text(self, h: Any) -> None:
        for value in (None, True, b"x", h.p()):
            with pytest.raises(TypeError, match=r"h\.Text takes a str, int or float, not"):
                h.text(value)
        with pytest.raises(TypeError, match=r"h\.Raw takes"):
            h.raw(b"x")

    def test_the_compiled_core_s_traceback_ends_at_the_user_s_line(self) -> None:
        from via._core.html._factories_c import attr, element_factory, text

        div = element_factory("div", "Div", "")
        for wrong in (lambda: div({}), lambda: div([b""]), lambda: attr(""), lambda: text(None)):
            with pytest.raises((TypeError, ValueError)) as caught:
                wrong()
            assert traceback.extract_tb(caught.tb)[-1].filename == __file__

    def test_a_list_may_change_while_the_collector_runs(self, h: Any) -> None:
        rows: list[Any] = []

        def change(phase: str, info: dict[str, int]) -> None:
            rows[:] = [] if len(rows) > 50 else rows + [h.p()] * 25

        thresholds = gc.get_threshold()
        gc.callbacks.append(change)
        gc.set_threshold(1, 1, 1)
        try:
            built = [h.div(rows) for _ in range(2000)]
        finally:
            gc.set_threshold(*thresholds)
            gc.callbacks.remove(change)
        assert {str(node).replace("<p></p>", "") for node in built} == {"<div></div>"}

    def test_a_user_s_own_error_keeps_its_traceback(self, h: Any) -> None:
        def broken() -> Any:
            yield "a"
            raise LookupError("mine")

        with pytest.raises(LookupError) as caught:
            h.div(broken())
        assert traceback.extract_tb(caught.tb)[-1].name == "broken"

    def test_nodes_come_from_their_functions_alone(self) -> None:
        from via._core.html._nodes_c import Attribute, Element, Fragment, Node, Raw, Text

        for kind in (Node, Element, Attribute, Fragment, Raw, Text):
            with pytest.raises(TypeError):
                kind()
            with pytest.raises(TypeError, match="not an acceptable base type"):
                type("Mine", (kind,), {})
        with pytest.raises(TypeError):
            object.__new__(Element)


class TestAttributes:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            ("a", ' x="a"'),
            ("", ' x=""'),
            (5, ' x="5"'),
            (1.5, ' x="1.5"'),
            (True, " x"),
            (False, ""),
            (None, ""),
            (Colour.RED, ' x="red"'),
            (Markup('<"'), ' x="&lt;&quot;"'),
        ],
    )
    def test_values(self, h: Any, value: object, written: str) -> None:
        assert str(h.div(h.attr("x", value))) == f"<div{written}></div>"

    def test_a_name_alone_is_a_boolean_attribute(self, h: Any) -> None:
        assert str(h.input(h.attr("disabled"))) == "<input disabled>"

    def test_values_of_other_types_are_refused(self, h: Any) -> None:
        with pytest.raises(TypeError, match=r"h\.Class: the value is a value of type list"):
            h.class_(["a"])

    def test_data_and_aria(self, h: Any) -> None:
        element = h.div(
            h.data("a", "b"), h.data("c"), h.aria("hidden", True), h.aria("busy", False)
        )
        assert str(element) == (
            '<div data-a="b" data-c aria-hidden="true" aria-busy="false"></div>'
        )

    def test_flags_take_bools_only(self, render: Any, h: Any) -> None:
        disabled = render.attribute_factory("disabled", "Disabled", "", "flag")
        assert str(h.div(disabled(), h.p(disabled(True)), h.p(disabled(False)))) == (
            "<div disabled><p disabled></p><p></p></div>"
        )
        with pytest.raises(TypeError, match=r"h\.Disabled: .* takes True, False or None"):
            disabled("false")
        assert str(h.attr("disabled", "x")) == ' disabled="x"'

    def test_optional_values(self, render: Any) -> None:
        download = render.attribute_factory("download", "Download", "", "optional")
        assert [str(download()), str(download("a.txt")), str(download(False))] == [
            " download",
            ' download="a.txt"',
            "",
        ]
        with pytest.raises(TypeError):
            download("a", "b")

    def test_the_last_of_two_wins(self, h: Any) -> None:
        assert str(h.div(h.id_("a"), h.attr("title", "t"), h.attr("ID", "b"))) == (
            '<div ID="b" title="t"></div>'
        )
        assert str(h.div(h.id_("a"), h.id_(None))) == "<div></div>"

    def test_classes_styles_and_statements_add_up(self, h: Any) -> None:
        element = h.div(
            h.class_("a"),
            h.style_("x:y;"),
            h.data("on:click", "one()"),
            "text",
            h.class_("b c"),
            h.style_("z:w"),
            h.data("on:click", "two()"),
            h.class_(None),
        )
        assert str(element) == (
            '<div class="a b c" style="x:y;z:w" data-on:click="one();two()">text</div>'
        )


class TestWriting:
    def test_every_way_of_rendering_says_the_same(self, h: Any) -> None:
        for node in (h.div("é"), h.text("é"), h.raw("é"), h.fragment("é"), h.id_("é")):
            file = io.BytesIO()
            node.render(file)
            assert (
                file.getvalue()
                == bytes(node)
                == h.to_bytes(node)
                == str(node).encode()
                == node.__html__().encode()
            )

    def test_repr_shows_the_markup(self, h: Any) -> None:
        assert repr(h.p("x")) == "<Element '<p>x</p>'>"

    def test_objects_that_are_not_nodes_can_be_written_too(self, h: Any) -> None:
        assert h.to_bytes([h.p(), "<", Shown()]) == "<p></p>&lt;<i>né</i>".encode()
        with pytest.raises(TypeError, match="child 1 is a value of type dict"):
            h.to_bytes({})

    @pytest.mark.parametrize("name", ["pre", "textarea"])
    @pytest.mark.parametrize("make", ["{text}", "raw", "parts"])
    def test_a_first_newline_that_parsers_drop_is_doubled(
        self, h: Any, name: str, make: str
    ) -> None:
        element = getattr(h, name)
        content = {"{text}": ["\na"], "raw": [h.raw("\na")], "parts": ["", None, h.text("\n"), "a"]}
        assert str(element(*content[make])) == f"<{name}>\n\na</{name}>"
        assert str(element("a\n")) == f"<{name}>a\n</{name}>"

    def test_scripts_bear_the_nonce(self, h: Any) -> None:
        page = h.div(
            h.script(h.attr("src", "a.js")),
            h.script(h.raw("x")),
            h.script(h.nonce_("own")),
            h.raw("<script></script>"),
            h.p(),
        )
        assert h.to_bytes(page, 'n"').decode() == (
            '<div><script src="a.js" nonce="n&quot;"></script><script nonce="n&quot;">x</script>'
            '<script nonce="own"></script><script></script><p></p></div>'
        )
        assert b"n&quot;" not in h.to_bytes(page)

    @given(
        seed=st.integers(0, 2**32), nonces=st.lists(st.sampled_from([None, "a", "b"]), min_size=6)
    )
    def test_nodes_that_are_kept_and_written_often_say_the_same(
        self, render: Any, seed: int, nonces: list[str | None]
    ) -> None:
        made = Maker(Random(seed), wild=False).view()
        kept = build(made, render)
        for nonce in nonces:
            anew = build(made, render)
            assert render.to_bytes(kept, nonce) == render.to_bytes(anew, nonce)

    def test_kept_rows_are_written_into_any_parent(self, h: Any) -> None:
        rows = [h.p(h.id_(i), h.pre("\n<", i)) for i in range(3)]
        for times in range(1, 10):
            content = "".join(f'<p id="{i}"><pre>\n\n&lt;{i}</pre></p>' for i in range(3))
            assert str(h.div(rows, times)) == f"<div>{content}{times}</div>"

    def test_a_kept_script_bears_the_nonce_of_its_page(self, h: Any) -> None:
        inner = h.div(h.p("<", h.p()), h.script("x"))
        page = h.div(inner, h.p(h.p(">")))
        for n in range(10):
            assert h.to_bytes(page, f"n{n}").decode() == (
                f'<div><div><p>&lt;<p></p></p><script nonce="n{n}">x</script></div>'
                "<p><p>&gt;</p></p></div>"
            )

    def test_a_large_page(self, h: Any) -> None:
        page = h.div([h.p("x" * 1000, "&") for _ in range(5000)])
        written = h.to_bytes(page)
        assert written == b"<div>" + b"<p>" + (b"x" * 1000 + b"&amp;</p><p>") * 4999 + (
            b"x" * 1000 + b"&amp;</p></div>"
        )
        assert h.to_bytes(h.p()) == b"<p></p>"
