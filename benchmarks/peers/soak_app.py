"""What the soak runs against: rooms in which clicks are published, and kept in a stream."""

from __future__ import annotations

import logging
from collections import Counter

from starlette.requests import Request
from starlette.responses import JSONResponse

import via
from benchmarks.peers._child import port
from via import h

v = via.new()
EVERY = via.RateLimitConfig(-1, 1)
v.config(
    via.Options(
        server_address=f"127.0.0.1:{port()}",
        streams=[via.StreamConfig("CLICKS", ["clicks.>"], max_msgs=2_000_000)],
        action_rate_limit=EVERY,
        page_rate_limit=EVERY,
        address_rate_limit=EVERY,
        visitor_rate_limit=EVERY,
        log_level=logging.WARNING,
    )
)


def show(c: via.Context, name: str) -> None:
    room = c.get_path_param("number")
    which = c.signal("")
    heard: list[str] = []

    def hear(text: str) -> None:
        heard.append(text)
        del heard[:-10]
        c.sync()

    via.subscribe[str](c, f"room.{room}", hear)

    @c.action
    def click() -> None:
        text = which.string()
        via.publish_durable(c, "clicks.all", text)
        via.publish(c, f"room.{room}", text)

    c.view(
        lambda: h.Main(
            h.H1(f"{name} {room}"),
            h.Ul(h.ID("heard"), [h.Li(text) for text in heard]),
            h.Input(which.bind()),
            h.Button("Click", click.on_click()),
        )
    )


v.page("/room/{number}")(lambda c: show(c, "Room"))
v.page("/other/{number}")(lambda c: show(c, "Other room"))


async def kept(request: Request) -> JSONResponse:
    texts = await via.replay_history[str](v, "clicks.all", 2_000_000)
    return JSONResponse(Counter(texts))


v.http_serve_mux().add_route("/kept", kept)

if __name__ == "__main__":
    v.start()
