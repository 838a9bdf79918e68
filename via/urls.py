"""Checks of URLs and routes."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_CONTROL: Final = re.compile(r"[\x00-\x20\x7f\\]")


def check_redirect(url: str) -> None:
    """Raise ValueError unless the URL is relative or http(s), with nothing hidden in it."""
    if not isinstance(url, str) or not url:
        raise ValueError(f"a redirect needs a URL, not {url!r}")
    if _CONTROL.search(url):
        raise ValueError(f"a redirect's URL has white space, a backslash or controls: {url!r}")
    if urlsplit(url).scheme not in ("", "http", "https"):
        raise ValueError(f"a redirect goes to a relative, http or https URL, not to {url!r}")


def is_local(url: str) -> bool:
    """Whether the URL stays at the app's own origin: a path, not a scheme or a host."""
    return url.startswith("/") and not url.startswith("//")
