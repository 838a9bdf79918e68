"""Datastar 1.0's events, byte for byte, and what a browser's parser reads out of them."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from via._core.sse import _events_c, _events_py  # type: ignore[attr-defined]

VARIANTS = [pytest.param(_events_c, id="compiled"), pytest.param(_events_py, id="pure")]
MODES = ["outer", "inner", "replace", "prepend", "append", "before", "after", "remove"]


def parsed(stream: bytes) -> list[tuple[dict[str, str], list[str]]]:
    """Events as the standard's parser of event streams reads them: fields, and lines of data."""
    events = []
    fields: dict[str, str] = {}
    data: list[str] = []
    for line in re.split("\r\n|\n|\r", stream.decode())[:-1]:
        if line == "":
            events.append((fields, data))
            fields, data = {}, []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        else:
            assert name in ("event", "id", "retry")
            assert name not in fields
            fields[name] = value
    assert not fields
    assert not data
    return events


def argument(data: list[str], name: str) -> str:
    """The lines of data that begin with the name, joined as the client joins them."""
    return "\n".join(line.removeprefix(f"{name} ") for line in data if line.startswith(f"{name} "))


class TestPatchElements:
    def test_by_default_only_the_elements_are_written(self, events: Any) -> None:
        assert events.patch_elements(b'<p id="a">x</p>') == (
            b'event: datastar-patch-elements\ndata: elements <p id="a">x</p>\n\n'
        )

    def test_the_order_of_all_options(self, events: Any) -> None:
        assert (
            events.patch_elements(
                b"<li>",
                selector="#list > li",
                mode="append",
                namespace="svg",
                use_view_transition=True,
                view_transition_selector="#list",
                event_id="7-é",
                retry=250,
            )
            == (
                "event: datastar-patch-elements\n"
                "id: 7-é\n"
                "retry: 250\n"
                "data: mode append\n"
                "data: selector #list > li\n"
                "data: namespace svg\n"
                "data: useViewTransition true\n"
                "data: viewTransitionSelector #list\n"
                "data: elements <li>\n\n"
            ).encode()
        )

    @pytest.mark.parametrize("mode", MODES)
    def test_modes(self, events: Any, mode: str) -> None:
        written = b"" if mode == "outer" else f"data: mode {mode}\n".encode()
        assert events.patch_elements(b"<p>", mode=mode) == (
            b"event: datastar-patch-elements\n" + written + b"data: elements <p>\n\n"
        )

    @pytest.mark.parametrize("mode", ["", "morph", "OUTER", "append\ndata: elements x"])
    def test_an_unknown_mode_is_refused(self, events: Any, mode: str) -> None:
        with pytest.raises(ValueError, match=r"is not one of after, append, before, inner, outer"):
            events.patch_elements(b"<p>", mode=mode)

    @pytest.mark.parametrize("namespace", ["", "SVG", "xml", "svg\ndata: elements x"])
    def test_an_unknown_namespace_is_refused(self, events: Any, namespace: str) -> None:
        with pytest.raises(ValueError, match=r"is not one of html, mathml, svg"):
            events.patch_elements(b"<g>", namespace=namespace)

    @pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
    def test_one_elements_line_per_line_of_html(self, events: Any, newline: bytes) -> None:
        assert events.patch_elements(newline.join([b"<pre>", b"", b"a", b"</pre>", b""])) == (
            b"event: datastar-patch-elements\n"
            b"data: elements <pre>\n"
            b"data: elements \n"
            b"data: elements a\n"
            b"data: elements </pre>\n"
            b"data: elements \n\n"
        )

    @pytest.mark.parametrize("character", "\x0b\x0c\x1c\x85\u2028\u2029")
    def test_only_the_line_breaks_of_the_protocol_split_lines(
        self, events: Any, character: str
    ) -> None:
        html = f"<p>a{character}b</p>".encode()
        assert events.patch_elements(html) == (
            b"event: datastar-patch-elements\ndata: elements " + html + b"\n\n"
        )

    def test_without_elements_there_is_no_elements_line(self, events: Any) -> None:
        assert events.patch_elements(b"", selector="#a", mode="inner") == (
            b"event: datastar-patch-elements\ndata: mode inner\ndata: selector #a\n\n"
        )

    def test_remove_elements(self, events: Any) -> None:
        assert events.remove_elements("#a, .b") == (
            b"event: datastar-patch-elements\ndata: mode remove\ndata: selector #a, .b\n\n"
        )

    @pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\r\nb", "\n", "a\0"])
    def test_what_must_stand_on_one_line_does(self, events: Any, bad: str) -> None:
        for call in (
            lambda: events.patch_elements(b"<p>", selector=bad),
            lambda: events.remove_elements(bad),
        ):
            with pytest.raises(ValueError, match=r"an event's selector is one line, not '"):
                call()
        for call in (
            lambda: events.patch_elements(b"<p>", event_id=bad),
            lambda: events.patch_signals(b"{}", event_id=bad),
        ):
            with pytest.raises(ValueError, match=r"an event's id is one line, not '"):
                call()

    def test_html_is_bytes(self, events: Any) -> None:
        with pytest.raises(TypeError):
            events.patch_elements("<p>")


class TestPatchSignals:
    def test_by_default_only_the_signals_are_written(self, events: Any) -> None:
        assert events.patch_signals(b'{"a":1}') == (
            b'event: datastar-patch-signals\ndata: signals {"a":1}\n\n'
        )

    def test_the_order_of_all_options(self, events: Any) -> None:
        assert events.patch_signals(b'{"a":null}', only_if_missing=True, event_id="9", retry=0) == (
            b"event: datastar-patch-signals\nid: 9\nretry: 0\n"
            b'data: onlyIfMissing true\ndata: signals {"a":null}\n\n'
        )

    def test_the_default_retry_is_left_out(self, events: Any) -> None:
        assert b"retry" not in events.patch_signals(b"{}", retry=1000)
        assert b"\nretry: 1001\n" in events.patch_signals(b"{}", retry=1001)

    def test_signals_of_several_lines(self, events: Any) -> None:
        assert events.patch_signals(b'{\r\n"a":\r1\n}') == (
            b"event: datastar-patch-signals\n"
            b'data: signals {\ndata: signals "a":\ndata: signals 1\ndata: signals }\n\n'
        )


class TestExecuteScript:
    def test_a_script_that_removes_itself(self, events: Any) -> None:
        assert events.execute_script("console.log('<hi>' && 1)") == (
            b"event: datastar-patch-elements\n"
            b"data: mode append\n"
            b"data: selector body\n"
            b"data: elements <script data-effect=\"el.remove()\">console.log('<hi>' && 1)"
            b"</script>\n\n"
        )

    def test_the_nonce(self, events: Any) -> None:
        assert b'<script data-effect="el.remove()" nonce="n&quot;">' in (
            events.execute_script("a()", 'n"')
        )

    def test_lines_stay_lines(self, events: Any) -> None:
        [(_, data)] = parsed(events.execute_script("a() // one\nb()\r\nc()"))
        assert "a() // one\nb()\nc()</script>" in argument(data, "elements")

    @pytest.mark.parametrize(
        "script", ['x="</script>"', 'x="</SCRIPT >"', "a<!--b", 'x="<!--<script>"']
    )
    def test_no_script_ends_its_element_early(self, events: Any, script: str) -> None:
        [(_, data)] = parsed(events.execute_script(script, "abc"))
        body = LexborHTMLParser(f"<body>{argument(data, 'elements')}<p>after</p>").body
        assert body is not None
        assert [node.tag for node in body.iter()] == ["script", "p"]


texts = st.text(
    st.one_of(
        st.sampled_from("\n\r \t:<>\x0b\x85\u2028\u2029\0é😀"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)
lines = texts.map(lambda text: re.sub("[\n\r\0]", "", text))


def read(text: str) -> str:
    """The text with its line breaks as HTML and event streams agree on."""
    return re.sub("\r\n|\r", "\n", text)


@pytest.mark.parametrize("events", VARIANTS)
@given(html=texts.filter(bool), selector=lines, event_id=lines, mode=st.sampled_from(MODES))
def test_whatever_goes_in_is_one_event_and_read_back(
    events: Any, html: str, selector: str, event_id: str, mode: str
) -> None:
    [(fields, data)] = parsed(
        events.patch_elements(html.encode(), selector=selector, event_id=event_id, mode=mode)
    )
    assert fields == {"event": "datastar-patch-elements"} | ({"id": event_id} if event_id else {})
    assert argument(data, "elements") == read(html)
    assert argument(data, "selector") == selector
    assert argument(data, "mode") == ("" if mode == "outer" else mode)


@pytest.mark.parametrize("events", VARIANTS)
@given(script=texts | st.sampled_from(["</script>", "<!-- <script>", "</ScRiPt/"]))
def test_any_script_is_one_element(events: Any, script: str) -> None:
    [(_, data)] = parsed(events.execute_script(script, "n"))
    body = LexborHTMLParser(f"<body>{argument(data, 'elements')}<p>after</p>").body
    assert body is not None
    assert [node.tag for node in body.iter()] == ["script", "p"]


def outcome(make: Any) -> Any:
    try:
        return make()
    except (TypeError, ValueError) as error:
        return type(error), str(error)


@given(
    html=st.binary(max_size=80) | texts.map(str.encode),
    options=st.fixed_dictionaries(
        {},
        optional={
            "selector": st.text(max_size=8),
            "mode": st.sampled_from([*MODES, "other"]),
            "namespace": st.sampled_from(["html", "svg", "mathml", "xml"]),
            "use_view_transition": st.booleans(),
            "view_transition_selector": st.text(max_size=8),
            "event_id": st.text(st.characters(), max_size=8),
            "retry": st.integers(0, 2**31),
        },
    ),
    only_if_missing=st.booleans(),
)
def test_both_variants_write_and_refuse_the_same(
    html: bytes, options: dict[str, Any], only_if_missing: bool
) -> None:
    def written(module: Any) -> list[Any]:
        return [
            outcome(lambda: module.patch_elements(html, **options)),
            outcome(lambda: module.patch_signals(html, only_if_missing=only_if_missing)),
            outcome(lambda: module.remove_elements(options.get("selector", ""))),
            outcome(lambda: module.execute_script(html.decode("latin-1"), "n")),
        ]

    assert written(_events_c) == written(_events_py)
