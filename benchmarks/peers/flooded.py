"""The app that the floods are sent to: a small page, a large one, and one with a text."""

import sys

import via
from via import h


def small(c: via.Context) -> None:
    count = c.signal(0)
    act = c.action(lambda: count.set_value(count.int() + 1))
    c.view(lambda: h.Div(h.Button("+", act.on_click()), count.text()))


def rows(c: via.Context) -> None:
    c.view(
        lambda: h.Table(
            h.TBody(
                h.Tr(h.ID(f"r{i}"), h.Td(str(i)), h.Td(f"name {i}"), h.Td(f"mail{i}@example.com"))
                for i in range(1000)
            )
        )
    )


def text(c: via.Context) -> None:
    value = c.signal("")
    act = c.action(lambda: None)
    c.view(lambda: h.Div(h.Input(value.bind()), h.Button("save", act.on_click())))


v = via.new()
v.config(
    via.Options(
        server_address=f"127.0.0.1:{sys.argv[1]}",
        pubsub=via.MemoryPubSub(),
        log_level=via.LogLevelError,
        action_rate_limit=via.RateLimitConfig(rate=-1),
    )
)
v.page("/", small)
v.page("/rows", rows)
v.page("/text", text)
v.start()
