"""Checks of URLs and routes."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_CONTROL: Final = re.compile(r"[\x00-\x20\x7f\\]")


def check_redirect(url: str, *, external: bool) -> None:
    """Raise ValueError unless the URL is relative, or `external` and http(s).

    What browsers read otherwise than they show, such as `//host` or a backslash, is refused.
    """
    if not isinstance(url, str) or not url:
        raise ValueError(f"a redirect needs a URL, not {url!r}")
    if _CONTROL.search(url):
        raise ValueError(f"a redirect's URL has white space, a backslash or controls: {url!r}")
    try:
        scheme, host, *_ = urlsplit(url)
    except ValueError as error:
        raise ValueError(f"a redirect's URL is malformed: {url!r} ({error})") from None
    if external:
        if scheme not in ("http", "https") or not host:
            raise ValueError(f"an external redirect goes to an http or https URL, not to {url!r}")
    elif scheme or host or url.startswith("//"):
        raise ValueError(
            f"a redirect stays in the app unless it is given external=True; refused: {url!r}"
        )


def is_local(url: str) -> bool:
    """Whether the URL stays at the app's own origin: a path, not a scheme or a host."""
    return url.startswith("/") and not url.startswith("//")
