"""The HTML document."""

from collections.abc import Iterable
from dataclasses import dataclass

from .._core.html import Child, Fragment, fragment
from .attributes import Charset, Content, Lang, Name
from .elements import HTML, Body, Head, Meta, Title
from .text import Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class HTML5Props:
    """What a document is made of; description and language are left out where empty."""

    title: str = ""
    description: str = ""
    language: str = ""
    head: Iterable[Child] = ()
    body: Iterable[Child] = ()
    html_attrs: Iterable[Child] = ()


def HTML5(props: HTML5Props) -> Fragment:
    """A whole document: doctype, character set, viewport, title, description, head and body."""
    described = Meta(Name("description"), Content(props.description))
    return fragment(
        Raw("<!doctype html>"),
        HTML(
            Lang(props.language) if props.language else None,
            props.html_attrs,
            Head(
                Meta(Charset("utf-8")),
                Meta(Name("viewport"), Content("width=device-width, initial-scale=1")),
                Title(props.title),
                described if props.description else None,
                props.head,
            ),
            Body(props.body),
        ),
    )


__all__ = ["HTML5", "HTML5Props"]
