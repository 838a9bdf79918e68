"""`V`: the application."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from starlette.requests import ClientDisconnect
from starlette.routing import Router

from . import h
from ._core.tasks.handlers import can_wait
from .errors import ConfigError, ViaError
from .live.context import ContextMiddleware
from .live.dry_run import Layout
from .live.groups import Group
from .live.page_route import PageFunction, registering
from .live.page_router import PageRouter
from .live.request_error import RequestError
from .live.siblings import meeting_place
from .options import DEFAULTS, Limits, Options
from .page.unawaited import UnawaitedLog
from .pubsub import DryRunHub
from .pubsub.waiting import WaitingPubSub
from .server.addresses import address_of
from .server.app_connection import AppConnection, not_started
from .server.asgi import Receive, Scope, Send
from .server.client_asset import WORKER_PATH
from .server.collector import few_collections
from .server.listeners import listen
from .server.responses import ShortResponse
from .server.run import Run, open_run
from .server.shutdown import ShutdownSignals
from .server.socket.asgi_socket import serve as serve_socket
from .server.socket.handover import Handover
from .server.socket.tab_socket import PATH as SOCKET_PATH
from .server.static import resource_directory, static_mount
from .server.supervise import drain_time, supervise, workers_wanted
from .server.uvicorn_server import Server, make_server
from .server.workers import Worker
from .sessions import SessionManager

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from .pubsub import Hub, PubSub

PageFunctionT = TypeVar("PageFunctionT", bound=PageFunction)


@dataclass(frozen=True, slots=True)
class _Publisher:
    """What reaches the app's messages."""

    hub: Hub | DryRunHub

    def sent_values(self) -> tuple[str, ...]:
        """No browser belongs to it."""
        return ()


_LOCAL: Final = frozenset({"::", "0.0.0.0", "127.0.0.1"})


class V:
    """A via application, made by `via.new()`; itself an ASGI app, lifespan included."""

    def __init__(self) -> None:
        self._router = PageRouter()
        self._root = Group(self._router.register)
        self._run: Run | None = None
        self._starting: asyncio.Task[Run] | None = None
        self._draining: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._address = ""
        self._unawaited: UnawaitedLog | None = None
        self._server: Server | None = None
        self._failure: Exception | None = None
        self._worker: Worker | None = None
        self._closed = False
        self._sessions = SessionManager()

    # Set-up

    def config(self, options: Options) -> None:
        """Override the options that are given, and run the plugins among them.

        Raises ConfigError once the app runs.
        """
        if not isinstance(options, Options):
            raise ConfigError(f"v.config needs a via.Options, not {options!r}")
        if self._run is not None:
            raise ConfigError("v.config has no effect on an app that runs; call it before start")
        self._router.options = self._router.options.merged(options)
        merged = self._router.options
        if options.log_level is not None and merged.logger is DEFAULTS.logger:
            self._logger().setLevel(options.log_level)
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
        return self._root.page(route) if function is None else self._root.page(route, function)

    def use(self, *middleware: ContextMiddleware) -> None:
        """Put middleware around every page, and around every action of it."""
        self._root.use(*middleware)

    def group(self, prefix: str, *middleware: ContextMiddleware) -> Group:
        """A group of pages that share a prefix ("" for none) and middleware."""
        return self._root.group(prefix, *middleware)

    def append_to_head(self, *nodes: h.H) -> None:
        """Add nodes to the head of every page."""
        self._router.frame.head.extend(nodes)

    def append_to_foot(self, *nodes: h.H) -> None:
        """Add nodes to the end of the body of every page."""
        self._router.frame.foot.extend(nodes)

    def layout(self, layout: Layout) -> Layout:
        """Wrap the view of every page: `layout(content)` returns a node; also a decorator.

        `content` is the view: a node where one is wanted, and `content()` gives it as well.
        """
        if not callable(layout):
            raise ConfigError(f"v.layout needs a function of the content, not {layout!r}")
        self._router.frame.layout = layout
        return layout

    def static(self, prefix: str, directory: str | os.PathLike[str]) -> None:
        """Serve the files below a directory, with ETags and ranges; a directory is a 404.

        Raises ConfigError if there is no such directory.
        """
        self._router.router.routes.append(static_mount(prefix, directory))

    def static_fs(self, prefix: str, source: str | Traversable) -> None:
        """As `static`, from a package (by name) or another tree of resources."""
        self.static(prefix, resource_directory(source))

    def http_serve_mux(self) -> Router:
        """The Starlette router under the pages, to add routes of your own before the start."""
        return self._router.router

    # Life

    def start(self, *, workers: int | None = None) -> None:
        """Serve until SIGINT or SIGTERM or `shutdown`, then end gracefully; blocks.

        With several `workers` (or `Options.workers`, or the environment variable VIA_WORKERS) as
        many processes run the program up to here, and serve the app together; a SIGHUP replaces
        them one by one. Raises ConfigError if the address cannot be used, and what kept the app
        from starting.
        """
        _log_to_terminal(self._logger())
        options = self._router.options
        worker = Worker.of_environment()
        if worker is not None:
            self._serve(worker.listener, worker)
            return
        count = Options(workers=workers).workers or options.workers or workers_wanted()
        address = options.server_address or ""
        if count > 1:
            supervise(self._logger(), options, self._router.routes(), address, count)
            return
        self._serve(listen(address), None)

    def _serve(self, listener: socket.socket, worker: Worker | None) -> None:
        with listener:
            self._worker = worker
            self._server = server_for(self)
            if worker is None:
                moving = drain_time(self._router.options, is_replaced=False)
                self._server.accepts_while_draining = moving > 0
            self._failure = None
            host, port = listener.getsockname()[:2]
            self._address = f"http://{'localhost' if host in _LOCAL else host}:{port}"
            try:
                self._server.run(sockets=[listener])
            except SystemExit:  # of uvicorn, where the app did not start
                if self._failure is None:
                    raise
            finally:
                self._server = None
        if self._failure is not None:
            raise self._failure

    def shutdown(self) -> None:
        """End every page and pub/sub, and the server if `start` runs one. Safe to call twice.

        From a thread of its own it returns when all has ended; on the event loop at once.
        """
        self._closed = True
        if self._worker is not None:
            self._worker.end_all()
        if self._server is not None:
            self._server.should_exit = True
        if self._run is None:
            return
        services = self._run.services
        if services.in_loop_thread():
            is_served = self._server is not None  # which stops what the pages run on
            ending = self._drain() if is_served else self._drain_and_stop()
            services.run_in_background(ending)
        else:
            asyncio.run_coroutine_threadsafe(self._drain_and_stop(), services.loop).result()

    # Pub/sub

    def pubsub(self) -> PubSub | None:
        """The pub/sub backend; None before the start.

        What it has to wait for is awaited, save in a `def` handler, which it suspends meanwhile.
        """
        if self._run is None:
            return None
        backend = self._run.messaging.backend
        return WaitingPubSub(backend) if can_wait() else backend

    def nats_conn(self) -> Client | None:
        """nats-py's client; None before the start and under a backend of your own."""
        return None if self._run is None else self._run.messaging.nats_conn()

    def jetstream(self) -> JetStreamContext | None:
        """nats-py's JetStream context; None before the start and under a backend of your own."""
        return None if self._run is None else self._run.messaging.jetstream()

    def __pubsub__(self) -> _Publisher:
        """What via's pub/sub functions reach the messages by."""
        if registering.get():
            return _Publisher(DryRunHub())
        if self._run is None:
            raise ViaError("pub/sub begins with the app: start it first")
        return _Publisher(self._run.messaging.hub)

    # ASGI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
            return
        if scope["type"] != "http":
            raise ViaError(f"via serves HTTP and WebSockets, not {scope['type']!r}")
        if self._closed:
            await ShortResponse(503, b"the app is shut down\n").send(send)
            return
        run = self._run or await self._start()
        run.proxies.apply(scope)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        try:
            run.origin.check_host(scope["headers"])
            if path == self._router.options.datastar_path:
                await run.client(scope, receive, send)
            elif path == WORKER_PATH:
                await run.worker(scope, receive, send)
            elif not path.startswith("/_") or not await run.endpoints(path, scope, receive, send):
                await self._router.app(scope, receive, send)
        except RequestError as error:
            refusal = run.refusals.refuse(address_of(scope), scope["method"], path, error)
            await refusal.send(send)
        except ClientDisconnect:
            pass  # a route of the app's own was reading the body; nobody is there to be answered

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path != SOCKET_PATH:
            await self._router.app(scope, receive, send)  # one of the app's own, or none
        elif self._closed:
            await send({"type": "websocket.close"})
        else:
            run = self._run or await self._start()
            await serve_socket(run.endpoints.sockets, scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._closed = False
        try:
            await self._start()
        except Exception as error:
            self._failure = error
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        threshold = self._router.options.gc_threshold
        collector: AbstractContextManager[None] = nullcontext()
        if self._server is not None and threshold is not None:
            collector = few_collections(threshold)
        with collector:
            await self._serve_lifespan(receive, send)

    async def _serve_lifespan(self, receive: Receive, send: Send) -> None:
        signals = ShutdownSignals(self._on_shutdown_signal)
        signals.watch()
        if self._worker is not None:
            self._meet_workers()
            self._worker.ready()
        elif self._server is not None:
            self._logger().info("serving on %s", self._address)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        signals.restore()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _meet_workers(self) -> None:
        """Give WebSockets to the workers where their tabs live, and take those for this one."""
        run, server = self._run, self._server
        place = meeting_place(self._router.routes())
        if run is None or server is None or place is None:
            return
        services, sockets = run.services, run.endpoints.sockets

        def take(connection: socket.socket, scope: Scope, message: bytes) -> None:
            services.run_in_background(server.adopt(sockets, connection, scope, message))

        sockets.handover = Handover.open(place, services.node, take)

    async def _start(self) -> Run:
        """Start what the app runs on, once, however many requests ask for it."""
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._open())
        try:
            return await asyncio.shield(self._starting)
        except Exception:
            self._starting = None
            raise

    async def _open(self) -> Run:
        self._run = await open_run(self._logger(), self._router, self._sessions)
        self._unawaited = UnawaitedLog(self._logger())
        return self._run

    async def _drain(self) -> None:
        """Send the tabs elsewhere, once, however many ask for it; return when they are gone."""
        if self._run is None:
            return
        if self._draining is None:
            is_replaced = self._worker is not None and self._worker.is_replaced
            moving = drain_time(self._router.options, is_replaced=is_replaced)
            self._draining = asyncio.ensure_future(self._run.drain(moving))
        await asyncio.shield(self._draining)

    async def _drain_and_stop(self) -> None:
        await self._drain()
        await self._stop()

    async def _stop(self) -> None:
        """End what the app runs on, once, however many ask for it; return when it has ended."""
        if self._stopping is None:
            self._stopping = asyncio.ensure_future(self._close())
        await asyncio.shield(self._stopping)

    async def _close(self) -> None:
        run, self._run, self._starting, self._draining = self._run, None, None, None
        try:
            if self._unawaited is not None:
                self._unawaited.close()
                self._unawaited = None
            if run is not None:
                await run.close()
        finally:
            self._stopping = None

    def _on_shutdown_signal(self) -> None:
        if self._run is not None:
            asyncio.run_coroutine_threadsafe(self._drain(), self._run.services.loop)

    def _logger(self) -> logging.Logger:
        return self._router.options.logger or logging.getLogger("via")


def new() -> V:
    """A new app with the default options."""
    return V()


def running(v: V) -> Run:
    """What a running app is made of. Raises ViaError if it does not run."""
    if v._run is None:
        raise ViaError("the app does not run")
    return v._run


def server_for(v: V) -> Server:
    """The server that `V.start` runs: it also serves the app's actions past ASGI."""

    def connect(address: str) -> AppConnection:
        return not_started(address) if v._run is None else v._run.connect(address)

    server = make_server(v, connect, v._router.options.limits or Limits())
    server.drain = v._drain
    return server


def _log_to_terminal(logger: logging.Logger) -> None:
    """Let a program that set up no logging see via's."""
    if not logger.hasHandlers():
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
