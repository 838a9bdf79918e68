"""What an app runs on, from its start to its shutdown."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial

from ..errors import seconds
from ..live.burst_memory import BurstMemory
from ..live.messaging import Messaging
from ..live.page_router import PageRouter
from ..live.services import Services
from ..live.siblings import meeting_place
from ..live.tab_access import TabAccess
from ..live.tab_id import new_node
from ..live.tab_registry import TabRegistry
from ..options import Limits
from ..page.rate_limit import RateLimitConfig
from ..sessions import SessionManager
from .app_connection import AppConnection
from .asgi import Receive, Scope, Send
from .client_asset import ClientAsset, bundled_client, bundled_worker
from .clients import Clients
from .endpoints import Endpoints
from .nodes.nodes import Nodes
from .page_requests import PageRequests
from .proxies import TrustedProxies
from .refusals import Refusals
from .request_origin import RequestOrigin


@dataclass(frozen=True, slots=True)
class Run:
    """The parts that an app is made of while it runs."""

    services: Services
    registry: TabRegistry
    messaging: Messaging
    endpoints: Endpoints
    pages: PageRequests
    client: ClientAsset
    worker: ClientAsset
    origin: RequestOrigin
    proxies: TrustedProxies
    refusals: Refusals
    nodes: Nodes | None

    def connect(self, address: str) -> AppConnection:
        """What the app is to a connection that comes from this address."""
        return self.endpoints.connect(address, self.pages.connect(address))

    async def drain(self, moving: float = 0.0) -> None:
        """Let what runs end, and everything else end over so many seconds; see `TabRegistry`."""
        await self.registry.move(moving)
        if self.nodes is not None:
            self.nodes.leave()
        await self.registry.drain()
        self.endpoints.sharing.end()

    async def close(self) -> None:
        """End everything now."""
        self.registry.close()
        self.endpoints.close()
        if self.nodes is not None:
            await self.nodes.close()
        await self.services.sessions.close()
        await self.messaging.close()

    @property
    def runtime(self) -> TabRegistry:
        """The registry, under the name by which programs that watch tabs know it."""
        return self.registry


async def open_run(logger: logging.Logger, router: PageRouter, sessions: SessionManager) -> Run:
    """Start what the pages of a router are served with, by the router's options.

    `sessions` are the app's where the options name none. Raises what keeps the app from starting.
    """
    options = router.options
    client = ClientAsset(options.datastar_content or bundled_client())
    if options.datastar_content is not None:
        logger.warning(
            "Options.datastar_content: 'unsafe-eval' is added to the Content-Security-Policy, "
            "since Datastar's own client compiles its expressions"
        )
    place = None if options.nats_url else meeting_place(router.routes())
    messaging = await Messaging.open(options, logger, place)
    if place is not None and messaging.shared is not None:
        from ..sessions.stores.nats import NATSStore

        sessions.store = NATSStore(messaging.shared.jetstream)
    limit = options.action_rate_limit or RateLimitConfig()
    services = Services(
        asyncio.get_running_loop(),
        logger,
        messaging.hub,
        options.session_manager or sessions,
        context_ttl=seconds(options.context_ttl or 0.0),
        resume_grace=seconds(options.resume_grace or 0.0),
        action_rate_limit=limit,
        limits=options.limits or Limits(),
        is_own_client=options.datastar_content is None,
        node=new_node(),
        dev_mode=bool(options.dev_mode),
    )
    services.sessions.start_following()
    registry = TabRegistry(
        services.limits,
        options.visitor_rate_limit or limit.times(5),
        BurstMemory(services.loop),
    )
    access = TabAccess(registry, services.sessions)
    origin = RequestOrigin(options.allowed_origins or (), options.allowed_hosts)
    clients = Clients(
        options.address_rate_limit, options.page_rate_limit, limit.times(20), limit.times(5)
    )
    proxies = TrustedProxies(options.trusted_proxies or ())
    refusals = Refusals(logger)
    nodes = (
        None
        if messaging.shared is None
        else Nodes(messaging.shared, services.node, logger, lambda: registry.closing)
    )
    router.open(services, registry, access, clients.admit_page)
    endpoints = Endpoints(
        services,
        registry,
        access,
        router.rebuild_tab,
        origin,
        clients,
        proxies,
        refusals,
        nodes,
        compress=bool(options.compression),
    )
    if nodes is not None:
        await nodes.open(partial(_relayed, endpoints))
    worker = ClientAsset(bundled_worker())
    pages = PageRequests(router, registry, origin, clients, proxies, refusals)
    return Run(
        services,
        registry,
        messaging,
        endpoints,
        pages,
        client,
        worker,
        origin,
        proxies,
        refusals,
        nodes,
    )


async def _relayed(endpoints: Endpoints, scope: Scope, receive: Receive, send: Send) -> None:
    await endpoints(scope["path"].removeprefix(scope["root_path"]), scope, receive, send)
