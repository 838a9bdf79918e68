"""The pure-Python twin of `_factories_c`: the functions that `via.h` is made of."""

from __future__ import annotations

from typing import Any, cast

from ._construct_py import attribute_of, build, raw_of, text_of
from ._nodes_py import Attribute, Element, Name, Raw, Tag, Text
from .factory_types import ElementFactory
from .types import Child, Value
from .validation import DOCS, check_attribute_name, check_element_name


def _named(function: Any, display: str, doc: str) -> Any:
    function.__name__ = function.__qualname__ = display
    function.__module__ = "via.h"
    function.__doc__ = doc
    return function


def element_factory(name: str, display: str, doc: str) -> ElementFactory:
    """The function `display(*children)` that makes the element `name`."""
    tag = Tag(name, f"h.{display}")

    def factory(*children: Child) -> Element:
        return build(tag, children)

    return cast(ElementFactory, _named(factory, display, doc))


def attribute_factory(name: str, display: str, doc: str, kind: str = "value") -> Any:
    """The function `display(value)` that makes the attribute `name`.

    `kind` is "value", "flag" (there or not: a bool, True by default), "optional" (a value, the
    bare name by default) or "spelled" (bools are written as `true` and `false`).
    """
    spec = Name(name, f"h.{display}", kind)

    def factory(value: Value, /) -> Attribute:
        return attribute_of(spec, value)

    def optional(value: Value = True, /) -> Attribute:
        return attribute_of(spec, value)

    return _named(optional if kind in ("flag", "optional") else factory, display, doc)


def _by_name(name: object, value: Value, kind: str = "value") -> Attribute:
    checked = check_attribute_name(name)
    return attribute_of(Name(checked, f"h.Attr({checked!r})", kind), value)


def attr(name: str, value: Value = True, /) -> Attribute:
    return _by_name(name, value)


def data(name: str, value: Value = True, /) -> Attribute:
    return _by_name("data-" + name if isinstance(name, str) else name, value)


def aria(name: str, value: Value, /) -> Attribute:
    return _by_name("aria-" + name if isinstance(name, str) else name, value, "spelled")


def element(name: str, /, *children: Child) -> Element:
    return build(Tag(check_element_name(name), f"h.El({name!r})"), children)


def text(value: str | int | float, /) -> Text:
    return text_of(value)


def raw(markup: str, /) -> Raw:
    return raw_of(markup)


for _function, _display in (
    (text, "Text"),
    (raw, "Raw"),
    (attr, "Attr"),
    (data, "Data"),
    (aria, "Aria"),
    (element, "El"),
):
    _named(_function, _display, DOCS[_display])
