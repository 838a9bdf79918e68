"""Shared bookmarks: everybody sees additions live, and a stream keeps them for the next visit."""

from urllib.parse import urlsplit

import msgspec

import via
from via import h
from via.examples._look import STYLE

SUBJECT = "bookmarks.added"
KEPT = 100

v = via.new()
v.config(
    via.Options(
        document_title="Bookmarks",
        streams=[via.StreamConfig(name="BOOKMARKS", subjects=["bookmarks.>"], max_msgs=KEPT)],
    )
)
v.append_to_head(STYLE)


class Bookmark(msgspec.Struct):
    title: str
    url: str


def entry(label: str, field: via.Field, placeholder: str, *attributes: h.H) -> h.H:
    return h.Label(
        h.Text(label),
        h.Input(field.bind(), h.Placeholder(placeholder), attributes),
        h.If(field.has_error(), h.Span(h.Class("error"), h.Text(field.first_error()))),
    )


def item(bookmark: Bookmark) -> h.H:
    return h.Li(
        h.A(h.Href(bookmark.url), h.Target("_blank"), h.Rel("noopener"), h.Text(bookmark.title)),
        h.Br(),
        h.Small(h.Text(bookmark.url)),
    )


@v.page("/")
def bookmarks(c: via.Context) -> None:
    # Only http and https: a link with `javascript:` would run in every visitor's browser.
    url = c.field(
        "",
        via.required("Which page?"),
        via.max_len(500),
        via.pattern(r"^https?://[^\s/]+", "An address begins with http:// or https://"),
    )
    title = c.field("", via.max_len(100))
    shown: list[Bookmark] = []

    @c.action
    def add() -> None:
        if c.validate_all(url, title):
            name = title.string().strip() or urlsplit(url.string()).netloc
            via.publish(c, SUBJECT, Bookmark(name, url.string()))
            c.reset_fields(url, title)
        c.sync()

    def added(bookmark: Bookmark) -> None:
        shown.append(bookmark)
        c.sync()

    shown.extend(via.replay_and_follow[Bookmark](c, SUBJECT, KEPT, added))

    @c.view
    def view() -> h.H:
        return h.Main(
            h.H1(h.Text("Bookmarks")),
            h.Form(
                add.on_submit(),
                h.NoValidate(),
                entry("Address", url, "https://…", h.Type("url")),
                entry("Title (optional)", title, ""),
                h.Button(h.Text("Share")),
            ),
            h.Ul(h.ID("bookmarks"), [item(bookmark) for bookmark in reversed(shown)]),
            h.If(not shown, h.P(h.Class("quiet"), h.Text("Nothing shared yet."))),
        )


if __name__ == "__main__":
    v.start()
