"""`V`: the application."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, overload

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route, Router

from . import h
from ._core.render import to_bytes
from .broker import Broker
from .document import CONTENT_SECURITY_POLICY, document
from .endpoints import Endpoints, Scope
from .errors import ConfigError, ViaError
from .faults import log_fault
from .interrupts import Interrupts
from .options import DEFAULTS, Options, seconds
from .pages import Page, PageFunction, check_route, registering
from .runtime import Runtime
from .script import ClientScript, bundled_client
from .server import listen, make_server
from .specificity import specificity
from .stream import Receive, Send
from .tab import Tab, Visit

if TYPE_CHECKING:
    import uvicorn
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from .pubsub import Hub, PubSub

PageFunctionT = TypeVar("PageFunctionT", bound=PageFunction)


class V:
    """A via application, made by `via.new()`; itself an ASGI app, lifespan included."""

    def __init__(self) -> None:
        self._options = DEFAULTS
        self._pages: dict[str, Page] = {}
        self._router = Router()
        self._head: list[h.H] = []
        self._foot: list[h.H] = []
        self._runtime: Runtime | None = None
        self._endpoints: Endpoints | None = None
        self._broker: Broker | None = None
        self._script: ClientScript | None = None
        self._starting: asyncio.Task[None] | None = None
        self._server: uvicorn.Server | None = None
        self._failure: Exception | None = None

    # Set-up

    def config(self, options: Options) -> None:
        """Override the options that are given, and run the plugins among them.

        Raises ConfigError once the app runs.
        """
        if not isinstance(options, Options):
            raise ConfigError(f"v.config needs a via.Options, not {options!r}")
        if self._runtime is not None:
            raise ConfigError("v.config has no effect on an app that runs; call it before start")
        self._options = self._options.merged(options)
        if options.log_level is not None or options.logger is not None:
            self._logger().setLevel(self._options.log_level or logging.INFO)
        for plugin in options.plugins or ():
            plugin(self)

    @overload
    def page(self, route: str, function: PageFunctionT) -> PageFunctionT: ...

    @overload
    def page(self, route: str) -> Callable[[PageFunctionT], PageFunctionT]: ...

    def page(self, route: str, function: PageFunction | None = None) -> Any:
        """Serve a page at a route with `{param}` parts; also a decorator.

        The function runs once right now, without a browser. Raises PageError if it raises or sets
        no view, and ConfigError for a route that is wrong or taken.
        """
        if function is None:
            return partial(self._decorate, route)
        return self._decorate(route, function)

    def append_to_head(self, *nodes: h.H) -> None:
        """Add nodes to the head of every page."""
        self._head.extend(nodes)

    def append_to_foot(self, *nodes: h.H) -> None:
        """Add nodes to the end of the body of every page."""
        self._foot.extend(nodes)

    def http_serve_mux(self) -> Router:
        """The Starlette router under the pages, to add routes of your own before the start."""
        return self._router

    # Life

    def start(self) -> None:
        """Serve until SIGINT or SIGTERM or `shutdown`, then end gracefully; blocks.

        Raises ConfigError if the address cannot be used, and what kept the app from starting.
        """
        _log_to_terminal(self._logger())
        listener = listen(self._options.server_address or ":3000")
        with listener:
            self._server = make_server(self)
            self._failure = None
            host, port = listener.getsockname()[:2]
            shown = "localhost" if host in ("::", "0.0.0.0", "127.0.0.1") else host
            self._logger().info("serving on http://%s:%d", shown, port)
            try:
                self._server.run(sockets=[listener])
            finally:
                self._server = None
        if self._failure is not None:
            raise self._failure

    def shutdown(self) -> None:
        """End every page and pub/sub, and the server if `start` runs one. Safe to call twice.

        From a thread of its own it returns when all has ended; on the event loop at once.
        """
        runtime = self._runtime
        if self._server is not None:
            self._server.should_exit = True
        if runtime is None or runtime.loop.is_closed():
            return
        if runtime.in_loop_thread():
            runtime.close_tabs()
            if self._server is None:
                runtime.keep(asyncio.ensure_future(self._stop(), loop=runtime.loop))
        else:
            asyncio.run_coroutine_threadsafe(self._stop(), runtime.loop).result()

    # Pub/sub

    def pubsub(self) -> PubSub | None:
        """The pub/sub backend; None before the start."""
        return None if self._broker is None else self._broker.backend

    def nats_conn(self) -> Client | None:
        """nats-py's client; None before the start and under a backend of your own."""
        return None if self._broker is None else self._broker.nats_conn()

    def jetstream(self) -> JetStreamContext | None:
        """nats-py's JetStream context; None before the start and under a backend of your own."""
        return None if self._broker is None else self._broker.jetstream()

    def _hub(self) -> Hub | None:
        if registering.get():
            return None
        if self._runtime is None or self._runtime.hub is None:
            raise ViaError("pub/sub begins with the app: start it first")
        return self._runtime.hub

    # ASGI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            raise ViaError(f"via serves HTTP, not {scope['type']!r}")
        if self._endpoints is None or self._script is None:
            await self._start()
            assert self._endpoints is not None and self._script is not None
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path == self._options.datastar_path:
            await self._script(scope, receive, send)
        elif not path.startswith("/_") or not await self._endpoints(path, scope, receive, send):
            await self._router(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        interrupts = Interrupts(self._interrupted)
        try:
            await self._start()
        except Exception as error:
            self._failure = error
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        interrupts.watch()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        interrupts.restore()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        """Start what the app runs on, once, however many requests ask for it."""
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._open())
        try:
            await asyncio.shield(self._starting)
        except Exception:
            self._starting = None
            raise

    async def _open(self) -> None:
        options = self._options
        script = ClientScript(options.datastar_content or bundled_client())
        runtime = Runtime(
            asyncio.get_running_loop(),
            self._logger(),
            context_ttl=seconds(options.context_ttl or 0.0),
            resume_grace=seconds(options.resume_grace or 0.0),
        )
        self._router.routes.sort(key=specificity)
        broker = await Broker.open(options, runtime.logger)
        runtime.hub = broker.hub
        self._runtime, self._broker, self._script = runtime, broker, script
        self._endpoints = Endpoints(runtime, self._reopen)

    async def _stop(self) -> None:
        runtime, broker = self._runtime, self._broker
        if runtime is None:
            return
        self._runtime = self._endpoints = self._script = self._starting = self._broker = None
        runtime.close_tabs()
        if broker is not None:
            await broker.close()

    def _interrupted(self) -> None:
        if self._runtime is not None:
            self._runtime.loop.call_soon_threadsafe(self._runtime.close_tabs)

    # Pages

    def _decorate(self, route: str, function: PageFunctionT) -> PageFunctionT:
        check_route(route)
        if not callable(function):
            raise ConfigError(f"page {route!r} needs a function, not {function!r}")
        if route in self._pages:
            raise ConfigError(f"page {route!r} is registered already")
        page = Page(route, function)
        page.check()
        self._pages[route] = page
        self._router.routes.append(
            Route(page.path(), partial(self._respond, page), methods=["GET"], name=route)
        )
        return function

    async def _respond(self, page: Page, request: Request) -> Response:
        root = request.scope.get("root_path", "")
        path = request.scope["path"].removeprefix(root)
        tab = self._new_tab(Visit(url=path, params=_texts(request.path_params), root_path=root))
        try:
            view = await page.open(tab)
            if tab.redirect_to:
                tab.dispose()
                return RedirectResponse(tab.redirect_to, 303)
            return self._document(tab, view)
        except Exception as error:
            tab.dispose()
            log_fault(self._logger(), f"page {path}", error)
            detail = "".join(traceback.format_exception(error)) if self._options.dev_mode else ""
            return PlainTextResponse(f"Internal Server Error\n{detail}", 500)

    async def _reopen(self, path: str, visit: Visit) -> Tab | None:
        """Build the page at a path for a tab that is open in the browser already."""
        for route in self._router.routes:
            if not isinstance(route, Route) or route.name not in self._pages:
                continue
            match, child = route.matches({"type": "http", "path": path, "method": "GET"})
            if match is Match.FULL:
                tab = self._new_tab(replace(visit, params=_texts(child["path_params"])))
                try:
                    await self._pages[route.name].open(tab)
                except Exception as error:
                    tab.dispose()
                    log_fault(self._logger(), f"page {path}", error)
                    return None
                tab.rendered = True
                if tab.redirect_to:
                    assert tab.root is not None
                    tab.root.redirect(tab.redirect_to)
                return tab
        return None

    def _new_tab(self, visit: Visit) -> Tab:
        if self._runtime is None or self._runtime.closing:
            raise ViaError("the app is shutting down")
        return Tab(self._runtime, visit)

    def _document(self, tab: Tab, view: h.H) -> Response:
        options = self._options
        page = document(
            tab,
            view,
            title=options.document_title or "",
            client_path=options.datastar_path or "",
            head=self._head,
            foot=self._foot,
        )
        body = to_bytes(page, tab.visit.nonce)
        tab.changed.clear()
        tab.rendered = True
        policy = options.content_security_policy or CONTENT_SECURITY_POLICY
        if options.datastar_content is not None:
            # The official client compiles its expressions.
            policy = policy.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")
        return Response(
            body,
            media_type="text/html",
            headers={
                "cache-control": "no-store",
                "content-security-policy": policy.replace("{nonce}", tab.visit.nonce),
                "referrer-policy": "same-origin",
                "x-content-type-options": "nosniff",
            },
        )

    def _logger(self) -> logging.Logger:
        logger = self._options.logger
        assert logger is not None
        return logger


def new() -> V:
    """A new app with the default options."""
    return V()


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


def _log_to_terminal(logger: logging.Logger) -> None:
    """Let a program that set up no logging see via's."""
    if not logger.hasHandlers():
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
