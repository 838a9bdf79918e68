"""Path parameters: one page function for the profiles of all users and their parts."""

import via
from via import h
from via.examples._look import STYLE

USERS = {
    "ada": ("Ada Lovelace", "Wrote the first program, for a machine that was never built."),
    "grace": ("Grace Hopper", "Taught computers to read words."),
    "katherine": ("Katherine Johnson", "Worked out the way to the moon and back."),
}
PARTS = ("about", "followers")

followers: dict[str, set[str]] = {name: set() for name in USERS}

v = via.new()
v.config(via.Options(document_title="Profiles"))
v.append_to_head(STYLE)


@v.page("/")
def users(c: via.Context) -> None:
    c.view(
        lambda: h.Main(
            h.H1(h.Text("People")),
            h.Ul(
                [
                    h.Li(h.A(h.Href(f"/users/{name}/about"), h.Text(full)))
                    for name, (full, _) in USERS.items()
                ]
            ),
        )
    )


@v.page("/users/{name}")
def user(c: via.Context) -> None:
    c.redirectf("/users/%s/about", c.get_path_param("name"))


@v.page("/users/{name}/{part}")
def profile(c: via.Context) -> None:
    name, part = c.get_path_param("name"), c.get_path_param("part")
    if name not in USERS or part not in PARTS:
        c.redirect("/")
        return
    full, about = USERS[name]
    c.title(full)

    @c.action
    def follow() -> None:
        followers[name] ^= {c.id()}
        c.sync()

    @c.view
    def view() -> h.H:
        follows = c.id() in followers[name]
        return h.Main(
            h.P(h.A(h.Href("/"), h.Text("← People"))),
            h.Div(
                h.Class("row apart"),
                h.H1(h.Text(full)),
                h.Button(
                    h.If(follows, h.Class("plain")),
                    follow.on_click(),
                    h.Text("Unfollow" if follows else "Follow"),
                ),
            ),
            h.Nav(
                [
                    h.A(
                        h.Href(f"/users/{name}/{other}"),
                        h.If(other == part, h.Aria("current", "page")),
                        h.Text(other.title()),
                    )
                    for other in PARTS
                ]
            ),
            h.P(
                h.ID("part"),
                h.Style("margin-top: 1rem"),
                h.Text(about if part == "about" else counted(len(followers[name]))),
            ),
        )


def counted(number: int) -> str:
    return f"{number} follower{'s' * (number != 1)}"


if __name__ == "__main__":
    v.start()
