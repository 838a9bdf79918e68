"""Navigation from page to page in one tab, over its open stream."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from .faults import log_fault
from .urls import is_local

if TYPE_CHECKING:
    from .site import Site
    from .tab import Tab

MAX_HOPS = 10
"""Redirects from page function to page function that one navigation follows."""


async def navigate(site: Site, tab: Tab, url: str, popstate: bool) -> None:
    """Show the page at a URL in the tab; run it in the tab's queue.

    The old page's signals, actions, subscriptions and intervals end; the tab and its stream live
    on. A URL that is no page of the app, or whose page fails, is left to the browser.
    """
    for _ in range(MAX_HOPS):
        path = urlsplit(url).path.removeprefix(tab.visit.root_path)
        found = site.find(path)
        if found is None:
            break
        page, params = found
        tab.enter(path, params)
        try:
            context = await page.set_up(tab)
        except Exception as error:
            log_fault(tab.logger(), f"page {path}", error)
            tab.redirect_to = ""
            break
        if not tab.redirect_to:
            tab.arrive()
            context.sync()
            if not popstate:
                target = msgspec.json.encode(url).decode()
                context.exec_script(f"history.pushState({{}},'',{target})")
            return
        # The new address is of the app's own making: it is no step back any more.
        url, popstate, tab.redirect_to = tab.redirect_to, False, ""
        if not is_local(url):
            break
    tab.leave_to(url)
