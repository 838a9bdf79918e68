"""The counter and the feed with via, under its own server."""

import logging

from starlette.requests import Request
from starlette.responses import Response

import via
from benchmarks.peers._child import port
from via import h

v = via.new()


@v.page("/")
def counter(c: via.Context) -> None:
    count = 0

    @c.action
    def increment() -> None:
        nonlocal count
        count += 1
        c.sync()

    @c.view
    def view() -> h.H:
        return h.Main(
            h.P(h.ID("count"), h.Text(f"Count: {count}")),
            h.Button(h.Text("Increment"), increment.on_click()),
        )


@v.page("/feed")
def feed(c: via.Context) -> None:
    lines: list[str] = []

    def receive(line: str) -> None:
        lines.append(line)
        c.sync()

    via.subscribe(c, "feed", receive)

    @c.view
    def view() -> h.H:
        return h.Main(h.Ul(h.ID("lines"), [h.Li(line) for line in lines]))


def shared_lines(c: via.SharedContext) -> None:
    lines: list[str] = []

    def receive(line: str) -> None:
        lines.append(line)
        c.sync()

    via.subscribe(c, "feed", receive)
    c.view(lambda: h.Ul(h.ID("lines"), [h.Li(line) for line in lines]))


@v.page("/shared-feed")
def shared_feed(c: via.Context) -> None:
    shown = c.shared("lines", shared_lines)
    c.view(lambda: h.Main(shown()))


async def publish(request: Request) -> Response:
    via.publish(v, "feed", request.query_params["line"])
    return Response(status_code=204)


v.http_serve_mux().add_route("/publish", publish, methods=["POST"])

if __name__ == "__main__":
    v.config(
        via.Options(
            server_address=f"127.0.0.1:{port()}",
            log_level=logging.WARNING,
            action_rate_limit=via.RateLimitConfig(rate=-1),
            # Thousands of tabs open their pages first and their streams afterwards.
            context_ttl=600,
        )
    )
    v.start()
