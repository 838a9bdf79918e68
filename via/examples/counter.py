"""A counter: server state, a two-way bound signal and an action."""

import via
from via import h
from via.examples._look import STYLE

v = via.new()
v.append_to_head(STYLE)


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
            h.P(h.ID("count"), h.Class("figure"), h.Textf("Count: %d", count)),
            h.Form(
                increment.on_submit(),
                h.Label(h.Text("Step"), h.Input(h.Type("number"), step.bind())),
                h.Button(h.Text("Increment")),
            ),
        )


if __name__ == "__main__":
    v.start()
