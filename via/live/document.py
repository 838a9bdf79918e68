"""The HTML document around a page's view."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import msgspec

from .. import h
from .._core.html import to_bytes
from .dry_run import Layout
from .tab import Tab

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)
"""Inline styles are allowed, since `h.Style` writes them; scripts need the page's nonce."""

_ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath fill='%23f59e0b' d='M9 0 2 9h5l-1 7 8-10H8z'/%3E%3C/svg%3E"
)
"""Without an icon browsers ask for /favicon.ico, which a page at `/{name}` would answer.

One that is appended to the head takes precedence."""

_EARLY: Final = (
    "{let d=document,seen=[],observer=new MutationObserver(r=>"
    "seen.push([d.currentScript,r]));"
    "viaEarly={seen,observer};observer.observe(d,{subtree:!0,childList:!0,"
    "attributes:!0,attributeOldValue:!0})}"
    "via={exposed:{},expose(f){Object.assign(this.exposed,f)}}"
)
"""Watches what scripts do to the page before the client runs (`sent.ts`), and keeps the functions
that they make known to expressions (`exposed.ts`)."""


@dataclass(slots=True)
class Frame:
    """What the app puts around every page."""

    head: list[h.H] = field(default_factory=list)
    foot: list[h.H] = field(default_factory=list)
    layout: Layout | None = None


class DocumentParts:
    """The documents under one root path: the same bytes for all tabs, but for what is a tab's own.

    `head` and `foot` are the app's nodes in every page.
    """

    __slots__ = ("_parts",)

    def __init__(
        self,
        root: str,
        *,
        client_path: str,
        is_official_client: bool = False,
        has_sockets: bool = False,
        head: Sequence[h.H] = (),
        foot: Sequence[h.H] = (),
    ) -> None:
        # Stand for the title, the signals, the nonce and the view; nobody else knows them.
        marks = [secrets.token_hex(16) for _ in range(4)]
        title, signals, nonce, view = marks
        whole = to_bytes(
            _document(
                root,
                title=title,
                signals=signals,
                view=h.Raw(view),
                client_path=client_path,
                is_official_client=is_official_client,
                has_sockets=has_sockets,
                head=head,
                foot=foot,
            ),
            nonce,
        )
        parts = re.split("|".join(marks), whole.decode())
        found = re.findall("|".join(marks), whole.decode())
        self._parts: list[bytes | int] = [parts[0].encode()]
        for mark, part in zip(found, parts[1:], strict=True):
            self._parts += [marks.index(mark), part.encode()]

    def document(self, title: str, signals: bytes, nonce: str, view: bytes) -> bytes:
        """A tab's document; `signals` are JSON."""
        own = (_escaped(title), _attribute(signals), nonce.encode(), view)
        return b"".join([own[part] if isinstance(part, int) else part for part in self._parts])


def signals_of(tab: Tab) -> bytes:
    """The signals that a tab begins with, as JSON."""
    return msgspec.json.encode(
        {
            "via_ctx": tab.id,
            "via_csrf": tab.csrf,
            **{name: signal.value for name, signal in tab.page.signals.items()},
        }
    )


def _escaped(text: str) -> bytes:
    return to_bytes(h.Text(text))


def _attribute(value: bytes) -> bytes:
    """A value as it is written between quotes."""
    return to_bytes(h.Br(h.Data("x", value.decode())))[len('<br data-x="') : -len('">')]


def _document(
    root: str,
    *,
    title: str,
    signals: str,
    view: h.H,
    client_path: str,
    is_official_client: bool,
    has_sockets: bool,
    head: Sequence[h.H],
    foot: Sequence[h.H],
) -> h.H:
    """The whole document: it loads the client, declares the signals and opens the stream."""
    close, who = f"{root}/_session/close", "{via_ctx:$via_ctx,via_csrf:$via_csrf}"
    history: list[h.Attribute] = []
    roads = "" if is_official_client else f",websocket:{'true' if has_sockets else 'false'}"
    note = ""
    if is_official_client:  # whose requests end with their page, but which knows every function
        goodbye = (
            f"fetch('{close}',{{method:'POST',keepalive:true,"
            f"headers:{{'Datastar-Request':'true'}},body:JSON.stringify({who})}})"
        )
        note = f"el.viaAt={_HERE};"
        history = _history(root)
    else:
        goodbye = f"@post('{close}',{{payload:{who},keepalive:true}})"
    return h.HTML5(
        h.HTML5Props(
            title=title,
            language="en",
            head=[
                h.Link(h.Rel("icon"), h.Href(_ICON)),
                h.Meta(h.Data("signals", signals)),
                None if is_official_client else h.Script(h.Raw(_EARLY)),
                h.Script(h.Type("module"), h.Src(root + client_path)),
                *head,
            ],
            body=[
                h.Data("via-navigate", f"{root}/_navigate"),
                h.Data(
                    "init",
                    f"{note}@post('{root}/_sse',"
                    f"{{openWhenHidden:true,retry:'always',retryMaxCount:Infinity{roads}}})",
                ),
                h.Data("on:pagehide__window", goodbye),
                *history,
                view,
                *foot,
            ],
        )
    )


_HERE: Final = "location.pathname+location.search"


def _history(root: str) -> list[h.Attribute]:
    """What has another client than via's follow Back and Forward over the open stream."""
    payload = f"{{via_ctx:$via_ctx,via_csrf:$via_csrf,via_url:{_HERE},via_popstate:true}}"
    options = f"{{payload:{payload},requestCancellation:'disabled'}}"
    return [
        h.Data("on:via-navigated__window", f"el.viaAt={_HERE}"),
        h.Data("on:popstate__window", f"el.viaAt!=={_HERE}&&@post('{root}/_navigate',{options})"),
    ]


@lru_cache(maxsize=16)
def allow_eval(policy: str) -> str:
    """The policy with `'unsafe-eval'`, which a client that compiles expressions needs."""
    directives = {
        name.lower(): (name, values)
        for name, *values in (part.split() for part in policy.split(";") if part.strip())
    }
    name, values = directives.get("script-src") or ("script-src", [])
    if not values and "default-src" in directives:
        values = directives["default-src"][1]
    if not values or "'unsafe-eval'" in values:
        return policy  # nothing is forbidden
    allowed = [value for value in values if value.lower() != "'none'"] + ["'unsafe-eval'"]
    directives["script-src"] = (name, allowed)
    return "; ".join(" ".join((name, *values)) for name, values in directives.values())
