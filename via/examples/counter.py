"""A counter: server state, a two-way bound signal and an action."""

import via
from via import h

v = via.new()


@v.page("/")
def counter(c: via.Context) -> None:
    count = 0
    step = c.signal(1)

    @c.action
    def increment() -> None:
        nonlocal count
        count += step.int()
        c.sync()

    @c.view
    def view() -> h.H:
        return h.Main(
            h.P(h.ID("count"), h.Textf("Count: %d", count)),
            h.Label(h.Text("Step "), h.Input(h.Type("number"), step.bind())),
            h.Button(h.Text("Increment"), increment.on_click()),
        )


if __name__ == "__main__":
    v.start()
