"""Pages in one layout: links are followed over the open stream, and the layout stays as it is."""

from datetime import datetime

import via
from via import h
from via.examples._look import STYLE

PLANETS = {
    "mercury": ("#a8a29e", 88),
    "venus": ("#e0b15c", 225),
    "earth": ("#4f8fd8", 365),
    "mars": ("#cf6543", 687),
    "jupiter": ("#c9a27e", 4_333),
    "saturn": ("#d9bf77", 10_759),
    "uranus": ("#86c9cf", 30_687),
    "neptune": ("#4a6cd4", 60_190),
}

v = via.new()
v.config(via.Options(document_title="Planets"))
v.append_to_head(
    STYLE,
    h.StyleEl(
        h.Raw("""
        .disc { display: block; aspect-ratio: 1; border-radius: 50%; box-shadow: inset -0.3em
          -0.3em 1em #0006; }
        .planets { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr));
          gap: 1.5rem; }
        .planets a { display: grid; gap: 0.5rem; text-align: center; text-decoration: none; }
        .large { width: min(16rem, 60%); margin: 1rem auto 2rem; }
        """)
    ),
)


def card(name: str) -> h.H:
    return h.A(
        h.Href(f"/planets/{name}"),
        h.Data("show", f"!$_search || '{name}'.includes($_search.toLowerCase())"),
        disc(name),
        h.Text(name.title()),
    )


def disc(name: str, size: str = "") -> h.H:
    """A planet; on both pages it is the same one, so that the browser moves it over."""
    return h.Span(
        h.Class(f"disc {size}"),
        h.Style(f"background: {PLANETS[name][0]}"),
        h.DataViewTransition(f"planet-{name}"),
    )


@v.layout
def layout(content: h.H) -> h.H:
    return h.Div(
        h.Nav(
            h.Class("bar"),
            h.A(h.Href("/"), h.Text("Planets")),
            h.A(h.Href("/clock"), h.Text("Clock")),
            h.A(h.Href("/about"), h.Text("About")),
            # A signal of the browser alone: its name begins with "_", so it is never sent.
            h.Input(
                h.ID("search"),
                h.Type("search"),
                h.Placeholder("Search"),
                h.Aria("label", "Search planets"),
                h.Data("bind", "_search"),
            ),
        ),
        h.Main(content),
    )


@v.page("/")
def home(c: via.Context) -> None:
    c.title("Planets")
    c.view(
        lambda: h.Div(
            h.H1(h.Text("Planets")),
            h.Div(h.Class("planets"), [card(name) for name in PLANETS]),
        )
    )


@v.page("/planets/{name}")
def planet(c: via.Context) -> None:
    name = c.get_path_param("name")
    if name not in PLANETS:
        c.redirect("/")
        return
    c.title(name.title())
    c.view(
        lambda: h.Article(
            disc(name, "large"),
            h.H1(h.Text(name.title())),
            h.P(h.Textf("One year takes %d days.", PLANETS[name][1])),
            h.A(h.Href("/"), h.Text("All planets")),
        )
    )


@v.page("/clock")
def clock(c: via.Context) -> None:
    c.title("Clock")
    c.on_interval(1, c.sync)  # ends as the page is left
    c.view(
        lambda: h.Div(
            h.H1(h.Text("Time on Earth")),
            h.P(h.ID("clock"), h.Class("figure"), h.Textf("%s", f"{datetime.now():%H:%M:%S}")),
        )
    )


@v.page("/about")
def about(c: via.Context) -> None:
    c.title("About")
    c.view(
        lambda: h.Div(
            h.H1(h.Text("About")),
            h.P(
                h.Text(
                    "Every link here is followed over the stream that is open already. What you "
                    "type into the search stays as it is, while the pages around it change."
                )
            ),
            h.A(h.Href("/"), h.Data("via-no-boost"), h.Text("Load the first page in full")),
        )
    )


if __name__ == "__main__":
    v.start()
