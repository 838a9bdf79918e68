"""Navigation from page to page in one tab, over its open stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from .._core.tasks import handlers
from ..page.error_log import log_error
from ..page.urls import is_local
from .history_step import HistoryStep
from .page_route import PageRoute
from .tab import Tab
from .view import PageView

MAX_HOPS: Final = 10
"""Redirects from page function to page function that one navigation follows."""

Find = Callable[[str], tuple[PageRoute, dict[str, str]] | None]
"""The page that answers a path, and the path's parameters."""


async def navigate(find: Find, default_title: str, tab: Tab, url: str, step: HistoryStep) -> None:
    """Show the page at a URL in the tab; run it in the tab's queue.

    The old page's signals, actions, subscriptions and intervals end; the tab and its stream live
    on. A URL that is not a page of the app, or whose page fails, is left to the browser.
    """
    for _ in range(MAX_HOPS):
        root = tab.page.request.root_path
        path = unquote(urlsplit(url).path)
        if root and not path.startswith(root + "/"):
            url = root + url
        path = path.removeprefix(root)
        found = find(path)
        if found is None:
            break
        route, params = found
        page = tab.enter(path, params, urlsplit(url).query)
        try:
            context = await handlers.run(route.set_up, tab, PageView(tab, page))
        except Exception as error:
            log_error(tab.logger(), f"page {path}", error)
            break
        if not page.redirect_to:
            tab.page_ready()
            context.sync()
            context.exec_script(_arrival(url, step, page.title or default_title))
            return
        # The new address is of the app's own making, and so not a step back any more.
        url = page.redirect_to
        if step is HistoryStep.SHOWN:
            step = HistoryStep.PUSH
        if not is_local(url):
            break
    tab.redirect_browser(url)


def _arrival(url: str, step: HistoryStep, title: str) -> str:
    """What the browser runs once it shows the page; its client then sees to scrolling."""
    arrival = msgspec.json.encode({"url": url, "popstate": step is HistoryStep.SHOWN}).decode()
    target = msgspec.json.encode(url).decode()
    # As with any link, another visit to the address that is shown is not a new step.
    method = f"location.href==new URL({target},location)?'replaceState':'{step.value}'"
    push = "" if step is HistoryStep.SHOWN else f"history[{method}]({{}},'',{target});"
    return (
        f"{push}document.title={msgspec.json.encode(title).decode()};"
        f"window.dispatchEvent(new CustomEvent('via-navigated',{{detail:{arrival}}}))"
    )
