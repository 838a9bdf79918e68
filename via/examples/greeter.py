"""A greeter: text typed in the browser, greeted on the server by click or by the Enter key."""

import via
from via import h
from via.examples._look import STYLE

v = via.new()
v.append_to_head(STYLE)


@v.page("/")
def greeter(c: via.Context) -> None:
    name = c.signal("")
    greeting = "Hello…"

    @c.action
    def greet() -> None:
        nonlocal greeting
        greeting = f"Hello, {name.string() or 'stranger'}!"
        name.set_value("")
        c.sync()

    @c.view
    def view() -> h.H:
        return h.Main(
            h.H1(h.ID("greeting"), h.Text(greeting)),
            h.P(h.ID("echo"), h.Text("You type: "), name.text()),
            h.Div(
                h.Class("stack"),
                h.Input(
                    h.Type("text"),
                    h.Placeholder("Your name"),
                    name.bind(),
                    greet.on_key_down("Enter"),
                ),
                h.Button(h.Text("Greet"), greet.on_click()),
            ),
        )


if __name__ == "__main__":
    v.start()
