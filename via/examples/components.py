"""Components: parts of a page with a state of their own, each rendered by itself."""

from collections.abc import Callable

import via
from via import h
from via.examples._look import STYLE

v = via.new()
v.config(via.Options(document_title="Score board"))
v.append_to_head(STYLE)


def stepper(label: str, changed: Callable[[int], None]) -> Callable[[via.Context], None]:
    """A component: a number with buttons; `changed` hears of each step."""

    def component(c: via.Context) -> None:
        count = 0

        def step(by: int) -> None:
            nonlocal count
            count += by
            changed(by)
            c.sync()  # renders this stepper alone

        less, more = c.action(lambda: step(-1)), c.action(lambda: step(1))

        @c.view
        def view() -> h.H:
            return h.Div(
                h.Class("row apart"),
                h.Style("padding: 0.4rem 0"),
                h.Span(h.Text(label)),
                h.Span(
                    h.Class("row"),
                    h.Button(
                        h.Class("plain"),
                        h.Aria("label", f"{label} less"),
                        less.on_click(),
                        h.Text("\N{MINUS SIGN}"),
                    ),
                    h.Output(h.Text(str(count))),
                    h.Button(
                        h.Class("plain"),
                        h.Aria("label", f"{label} more"),
                        more.on_click(),
                        h.Text("+"),
                    ),
                ),
            )

    return component


def team(name: str) -> Callable[[via.Context], None]:
    """A component made of two others."""

    def component(c: via.Context) -> None:
        total = 0

        def add(points: int) -> None:
            nonlocal total
            total += points
            c.sync()

        goals = c.component(stepper("Goals", add))
        fouls = c.component(stepper("Fouls", lambda fouls: add(-fouls)))

        @c.view
        def view() -> h.H:
            return h.Section(
                h.Class("team"),
                h.Style("padding: 1rem 0; border-top: 1px solid var(--rule)"),
                h.Div(
                    h.Class("row apart"),
                    h.H2(h.Text(name)),
                    h.Span(h.Class("figure"), h.Text(str(total))),
                ),
                goals(),
                fouls(),
            )

    return component


@v.page("/")
def board(c: via.Context) -> None:
    home, guests = c.component(team("Home")), c.component(team("Guests"))
    c.view(lambda: h.Main(h.H1(h.Text("Score board")), home(), guests()))


if __name__ == "__main__":
    v.start()
