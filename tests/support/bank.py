"""An app with a login, for attacks: also as a process of its own.

`python -m support.bank STORE PORT` serves it until its standard input ends.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from starlette.responses import JSONResponse
from starlette.routing import Route

import via
from via import h


class Bank:
    """An app with a login and an action that must be the visitor's own."""

    def __init__(self, v: via.V) -> None:
        self.v = v
        self.paid: list[str] = []
        v.page("/", self.page)
        v.page("/account", self.account)
        paid = Route("/paid", lambda request: JSONResponse(self.paid))
        v.http_serve_mux().routes.append(paid)

    def page(self, c: via.Context) -> None:
        user = c.signal("")

        @c.action
        def log_in() -> None:
            c.session().renew_token()
            c.session().set("user", user.string())
            c.sync()

        @c.action
        def pay() -> None:
            self.paid.append(c.session().get_string("user"))

        @c.action
        def visit() -> None:
            c.session().set("visited", True)

        c.view(
            lambda: h.Main(
                h.P(h.Text(f"user {c.session().get_string('user')}")),
                h.Input(user.bind()),
                h.Button(h.ID("in"), log_in.on_click(), h.Text("Log in")),
                h.Button(h.ID("pay"), pay.on_click(), h.Text("Pay")),
                h.Button(h.ID("visit"), visit.on_click(), h.Text("Visit")),
            )
        )

    def account(self, c: via.Context) -> None:
        if not c.session().get_string("user"):
            c.redirect("/")
        out = c.action(c.session().destroy)

        def hear(news: bytes) -> None:
            news_shown.append(news.decode())
            c.sync()

        news_shown: list[str] = []
        c.subscribe("news", hear)
        c.view(
            lambda: h.Main(
                h.P(h.Text(f"account of {c.session().get_string('user')}")),
                h.P(h.ID("news"), h.Text(" ".join(news_shown))),
                h.Button(h.ID("out"), out.on_click(), h.Text("Log out")),
            )
        )


def open_bank(store: str) -> Bank:
    """The app on "memory", a file of SQLite, a NATS server's URL, or "nats" for its own."""
    v = via.new()
    v.config(via.Options(action_rate_limit=via.RateLimitConfig(rate=-1)))
    if store == "nats" or store.startswith("nats:"):
        v.config(via.Options(session_manager=via.new_nats_session_manager(v.jetstream)))
        if store != "nats":
            v.config(via.Options(nats_url=store))
    else:
        v.config(via.Options(pubsub=via.MemoryPubSub()))
        if store != "memory":
            manager = via.new_sqlite_session_manager(Path(store))
            v.config(via.Options(session_manager=manager))
    return Bank(v)


def _end_with_parent(v: via.V) -> None:
    sys.stdin.read()
    v.shutdown()
    threading.Timer(5, os._exit, [1]).start()


if __name__ == "__main__":
    bank = open_bank(sys.argv[1])
    bank.v.config(via.Options(server_address=f"127.0.0.1:{sys.argv[2]}"))
    threading.Thread(target=_end_with_parent, args=[bank.v], daemon=True).start()
    bank.v.start()
