"""A protected page: sign in with a user name and a password, see the dashboard, sign out."""

from collections.abc import Callable
from hmac import compare_digest

import via
from via import h
from via.examples._look import STYLE

v = via.new()
v.config(via.Options(document_title="Members"))
v.append_to_head(STYLE)


def authenticate(user: str, password: str) -> bool:
    """A stand-in for your own users: `admin` with the password `secret`."""
    right = compare_digest(password.encode(), b"secret")
    return user == "admin" and right


def auth_required(c: via.Context, next: Callable[[], object]) -> None:
    if c.session().get_string("username") == "":
        c.session().set("flash", "Please log in first")
        c.redirect_view("/login")
        return
    next()


@v.page("/")
def home(c: via.Context) -> None:
    c.redirect("/dashboard")


@v.page("/login")
def login_page(c: via.Context) -> None:
    user, password = c.signal(""), c.signal("")
    flash = c.session().pop_string("flash")

    @c.action
    def login() -> None:
        nonlocal flash
        if authenticate(user.string(), password.string()):
            c.session().renew_token()
            c.session().set("username", user.string())
            c.redirect("/dashboard")
        else:
            flash = "Invalid credentials"
            c.sync()

    @c.view
    def view() -> h.H:
        return h.Main(
            h.H1(h.Text("Members")),
            h.Form(
                login.on_submit(),
                h.If(flash != "", h.P(h.Class("note"), h.Role("status"), h.Text(flash))),
                h.Input(h.Type("text"), user.bind(), h.Placeholder("Username")),
                h.Input(h.Type("password"), password.bind(), h.Placeholder("Password")),
                h.Button(h.Type("submit"), h.Text("Log In")),
            ),
            h.P(h.Class("quiet hint"), h.Text("Try admin with the password secret.")),
        )


def dashboard(c: via.Context) -> None:
    @c.action
    def logout() -> None:
        c.session().destroy()
        c.redirect("/login")

    c.view(
        lambda: h.Main(
            h.H1(h.Textf("Welcome, %s", c.session().get_string("username"))),
            h.Button(logout.on_click(), h.Text("Log Out")),
        )
    )


protected = v.group("", auth_required)
protected.page("/dashboard", dashboard)


if __name__ == "__main__":
    v.start()
