"""The tabs that requests name, and whether the requests may speak for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..live.browser import Headers
from ..live.request_error import RequestError
from ..live.tab import Tab
from ..live.tab_access import Claim, TabAccess
from .nodes.nodes import Nodes


class TabElsewhere(Exception):
    """The tab may live on another node, to which its requests are relayed."""

    def __init__(self, node: str) -> None:
        super().__init__(f"the tab may live on node {node}")
        self.node = node


class TabRequests:
    """Finds tabs for requests; a request at fault is refused with a RequestError."""

    def __init__(self, access: TabAccess, nodes: Nodes | None) -> None:
        self._access = access
        self._nodes = nodes

    def find(self, signals: Mapping[str, Any]) -> Tab | None:
        """The tab that a request's signals name; None if there is none.

        Raises TabElsewhere where it may live on another node.
        """
        try:
            tab = self._access.find(signals)
        except PermissionError as error:
            raise RequestError(403, str(error)) from None
        if tab is None and self._nodes is not None:
            node = self._nodes.home_of(signals)
            if node:
                raise TabElsewhere(node)
        return tab

    def require(self, signals: Mapping[str, Any]) -> Tab:
        """The tab that a request's signals name."""
        tab = self.find(signals)
        if tab is None:
            raise unknown_tab()
        return tab

    async def check_owner(self, tab: Tab, headers: Headers) -> None:
        """Let a request pass that comes from the tab's own browser and session."""
        self.check_claim(await self._access.claim(tab, headers))

    def check_claim(self, claim: Claim) -> None:
        """Let a request pass whose claim is granted."""
        if claim is Claim.EARLY:
            raise RequestError(409, "the session has a new token; send the request again with it")
        if claim is not Claim.GRANTED:
            raise RequestError(403, "the page belongs to another browser or session; reload it")


def unknown_tab() -> RequestError:
    """Says that there is no such tab."""
    message = "the page is not known here; its stream brings it back"
    return RequestError(404, message, retry_after=1)
