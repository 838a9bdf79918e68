"""A form that is checked on the server: fields, rules, and errors beside the inputs."""

import via
from via import h
from via.examples._look import STYLE

v = via.new()
v.config(via.Options(document_title="Sign up"))
v.append_to_head(STYLE)

TAKEN = {"admin", "root", "ada"}


def entry(label: str, field: via.Field, *attributes: h.H) -> h.H:
    return h.Label(
        h.Text(label),
        h.Input(
            field.bind(), h.Aria("invalid", "true" if field.has_error() else "false"), attributes
        ),
        error(field),
    )


def error(field: via.Field) -> h.H | None:
    return h.If(
        field.has_error(), h.Span(h.Class("error"), h.Role("alert"), h.Text(field.first_error()))
    )


def adult_or_untold(age: str) -> bool:
    return not age or (age.isdecimal() and 18 <= int(age) <= 130)


@v.page("/")
def signup(c: via.Context) -> None:
    welcome = ""
    name = c.field(
        "",
        via.required("Choose a name"),
        via.min_len(3),
        via.max_len(20),
        via.pattern(r"^[a-z0-9_]+$", "Small letters, digits and _ only"),
    )
    email = c.field("", via.required("We need your email address"), via.email())
    password = c.field("", via.required("Choose a password"), via.min_len(8))
    again = c.field(
        "", via.custom(lambda value: value == password.string(), "The passwords differ")
    )
    age = c.field("", via.custom(adult_or_untold, "You must be 18 or older"))
    terms = c.field(False, via.required("Please accept the terms"))

    @c.action
    def submit() -> None:
        nonlocal welcome
        welcome = ""
        valid = c.validate_all(name, email, password, again, age, terms)
        if name.string() in TAKEN:
            name.add_error("This name is taken")
        elif valid:
            welcome = f"Welcome, {name.string()}!"
            c.reset_fields(name, email, password, again, age, terms)
        c.sync()

    @c.action
    def check_name() -> None:
        # Enter changes and submits at once: this comes later, to a form that is empty again.
        if not name.string():
            name.clear_errors()
        elif name.validate() and name.string() in TAKEN:
            name.add_error("This name is taken")
        c.sync()

    @c.action
    def clear() -> None:
        nonlocal welcome
        welcome = ""
        c.reset_fields(name, email, password, again, age, terms)
        c.sync()

    @c.view
    def view() -> h.H:
        return h.Main(
            h.H1(h.Text("Create an account")),
            h.If(welcome, h.P(h.Class("note"), h.Role("status"), h.Text(welcome))),
            h.Form(
                submit.on_submit(),
                h.NoValidate(),
                entry("Name", name, check_name.on_change(), h.AutoComplete("username")),
                entry("Email", email, h.Type("email")),
                entry("Password", password, h.Type("password"), h.AutoComplete("new-password")),
                entry("Password again", again, h.Type("password")),
                entry("Age (optional)", age, h.InputMode("numeric")),
                h.Label(
                    h.Class("choice"),
                    h.Input(h.Type("checkbox"), terms.bind()),
                    h.Text("I accept the terms"),
                    error(terms),
                ),
                h.Div(
                    h.Class("row"),
                    h.Button(h.Text("Sign up")),
                    h.Button(h.Type("button"), h.Class("plain"), clear.on_click(), h.Text("Clear")),
                ),
            ),
        )


if __name__ == "__main__":
    v.start()
