"""The pure-Python twin of `_events_c`: Datastar's events as they stand on the wire."""

from __future__ import annotations

import re
from typing import Final

from ..html import attr, element, raw, to_bytes
from ..html.inline_script import guard_script

MODES: Final = frozenset(
    ["outer", "inner", "replace", "prepend", "append", "before", "after", "remove"]
)
NAMESPACES: Final = frozenset(["html", "svg", "mathml"])
RETRY: Final = 1000
"""Milliseconds after which a browser reconnects, unless an event says otherwise."""

_BREAK: Final = re.compile(rb"\r\n|\n|\r")


def line(name: str, value: str) -> bytes:
    """A field's value in UTF-8. Raises ValueError if it cannot stand on one line."""
    if "\n" in value or "\r" in value or "\0" in value:
        raise ValueError(f"an event's {name} is one line, not {value!r}")
    return value.encode(errors="replace")


def _start(event: bytes, event_id: str, retry: int) -> bytes:
    head = b"event: datastar-patch-" + event + b"\n"
    if event_id:
        head += b"id: %s\n" % line("id", event_id)
    if retry != RETRY:
        head += b"retry: %d\n" % retry
    return head


def patch_elements(
    html: bytes,
    *,
    selector: str = "",
    mode: str = "outer",
    namespace: str = "html",
    use_view_transition: bool = False,
    view_transition_selector: str = "",
    event_id: str = "",
    retry: int = RETRY,
) -> bytes:
    """An event that patches elements of the page.

    `html` is UTF-8; `retry` is in milliseconds. Without a selector, elements are found by their
    ids. `view_transition_selector` is of the element that has the transition, in place of the whole
    document. Raises ValueError for an unknown mode or namespace, and for a selector or id of
    several lines.
    """
    out = _start(b"elements", event_id, retry)
    if mode != "outer":
        if mode not in MODES:
            raise ValueError(f"the mode {mode!r} is not one of {', '.join(sorted(MODES))}")
        out += b"data: mode " + mode.encode() + b"\n"
    if selector:
        out += b"data: selector " + line("selector", selector) + b"\n"
    if namespace != "html":
        if namespace not in NAMESPACES:
            raise ValueError(f"the namespace {namespace!r} is not one of html, mathml, svg")
        out += b"data: namespace " + namespace.encode() + b"\n"
    if use_view_transition:
        out += b"data: useViewTransition true\n"
        if view_transition_selector:
            inside = line("view transition's selector", view_transition_selector)
            out += b"data: viewTransitionSelector " + inside + b"\n"
    if html:
        out += b"data: elements " + _BREAK.sub(b"\ndata: elements ", html) + b"\n"
    return out + b"\n"


def patch_signals(
    signals: bytes, *, only_if_missing: bool = False, event_id: str = "", retry: int = RETRY
) -> bytes:
    """An event that merges `signals`, a JSON object in UTF-8, into the page's signals.

    `retry` is in milliseconds. Raises ValueError for an id of several lines.
    """
    out = _start(b"signals", event_id, retry)
    if only_if_missing:
        out += b"data: onlyIfMissing true\n"
    return out + b"data: signals " + _BREAK.sub(b"\ndata: signals ", signals) + b"\n\n"


def remove_elements(selector: str) -> bytes:
    """An event that removes the elements that the CSS selector finds.

    Raises ValueError for a selector of several lines.
    """
    return patch_elements(b"", selector=selector, mode="remove")


def execute_script(script: str, nonce: str = "") -> bytes:
    """An event that runs JavaScript once; `nonce` is what the page's policy asks of scripts."""
    node = element("script", attr("data-effect", "el.remove()"), raw(guard_script(script, nonce)))
    return patch_elements(to_bytes(node, nonce), selector="body", mode="append")
