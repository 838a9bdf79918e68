"""Navigation from page to page in one tab, over its open stream."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import msgspec

from ..page.error_log import log_fault
from ..page.urls import is_local

if TYPE_CHECKING:
    from .page_router import Site
    from .tab import Tab

MAX_HOPS = 10
"""Redirects from page function to page function that one navigation follows."""


async def navigate(site: Site, tab: Tab, url: str, popstate: bool) -> None:
    """Show the page at a URL in the tab; run it in the tab's queue.

    The old page's signals, actions, subscriptions and intervals end; the tab and its stream live
    on. A URL that is no page of the app, or whose page fails, is left to the browser.
    """
    for _ in range(MAX_HOPS):
        root = tab.visit.root_path
        path = unquote(urlsplit(url).path)
        if root and not path.startswith(root + "/"):
            url = root + url
        path = path.removeprefix(root)
        found = site.find(path)
        if found is None:
            break
        page, params = found
        state = tab.enter(path, params)
        try:
            context = await page.set_up(tab)
        except Exception as error:
            log_fault(tab.logger(), f"page {path}", error)
            break
        if not state.redirect_to:
            tab.arrive()
            context.sync()
            title = state.title or site.options.document_title
            context.exec_script(_arrival(url, popstate, title))
            return
        # The new address is of the app's own making: it is no step back any more.
        url, popstate = state.redirect_to, False
        if not is_local(url):
            break
    tab.leave_to(url)


def _arrival(url: str, popstate: bool, title: str | None) -> str:
    """What the browser runs once it shows the page; its client then sees to scrolling."""
    arrival = msgspec.json.encode({"url": url, "popstate": popstate}).decode()
    target = msgspec.json.encode(url).decode()
    # As with any link, another visit to the address that is shown is no new step.
    push = f"history[location.href==new URL({target},location)?'replaceState':'pushState']"
    push = "" if popstate else f"{push}({{}},'',{target});"
    return (
        f"{push}document.title={msgspec.json.encode(title).decode()};"
        f"window.dispatchEvent(new CustomEvent('via-navigated',{{detail:{arrival}}}))"
    )
