"""Addresses that are scripts are refused wherever a browser would go to them, however written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.core_variants import IDS, core_module

COMPILED, PURE = (core_module("html", variant) for variant in IDS)
VARIANTS = [pytest.param(COMPILED, id="compiled"), pytest.param(PURE, id="pure")]
NAMES = ["href", "HREF", "src", "action", "formaction", "data", "xlink:href"]


def is_script(value: str) -> bool:
    """As the URL standard reads an address."""
    trimmed = value.lstrip("".join(map(chr, range(0x21))))
    return re.sub("[\t\n\r]", "", trimmed).lower().startswith("javascript:")


words = ["javascript", "JavaScript:", "java", "script:", "alert(1)", "https:", "&#106;", "%6a"]
# Two letters that become s and k when their case is folded, which an address does not do.
others = ["\t", "\n", "\r", " ", "\0", "\x1f", "/", "#", "\u017f", "\u212a"]
pieces = st.lists(st.sampled_from([*"javascript:", *words, *others]), max_size=8).map("".join)


@pytest.mark.parametrize("render", VARIANTS)
@pytest.mark.parametrize("name", NAMES)
@given(value=pieces | st.text(max_size=20))
def test_an_address_that_is_a_script_is_refused(render: Any, name: str, value: str) -> None:
    if is_script(value):
        with pytest.raises(ValueError, match=re.escape("is a script, which whoever gave it")):
            render.attr(name, value)
    else:
        assert render.attr(name, value).value == value


@pytest.mark.parametrize("render", VARIANTS)
@pytest.mark.parametrize("display", ["Href", "Src", "Action", "FormAction"])
def test_the_error_names_the_attribute_and_the_value(render: Any, display: str) -> None:
    factory = render.attribute_factory(display.lower(), display, "")
    with pytest.raises(ValueError, match=rf"^h\.{display}: 'javascript:alert\(1\)' is a script"):
        factory("javascript:alert(1)")


@pytest.mark.parametrize("render", VARIANTS)
def test_a_str_of_the_users_own_is_looked_at_too(render: Any) -> None:
    class Address(str):
        __slots__ = ()

    with pytest.raises(ValueError, match="is a script"):
        render.attr("href", Address("javascript:1"))


@pytest.mark.parametrize("render", VARIANTS)
@pytest.mark.parametrize("name", ["title", "value", "data-href", "alt", "content"])
def test_other_attributes_take_any_text(render: Any, name: str) -> None:
    assert render.attr(name, "javascript:alert(1)").value == "javascript:alert(1)"
