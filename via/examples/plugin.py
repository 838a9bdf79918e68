"""A plugin: it adds to the pages' head, serves a route of its own and watches every visit."""

from collections import Counter
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import via
from via import h
from via.examples._look import STYLE


class Visits:
    """Counts the visits to each page; `GET /visits.json` tells them.

    An object with `__call__` is a plugin as much as a function is.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, v: via.V) -> None:
        v.append_to_head(h.Meta(h.Name("theme-color"), h.Content("#0b6e62")))
        v.http_serve_mux().routes.append(Route("/visits.json", self.report))
        v.use(self.count)

    def count(self, c: via.Context, next: Callable[[], object]) -> None:
        self.counts[c.get_path_param("page") or "home"] += 1
        next()

    async def report(self, request: Request) -> JSONResponse:
        return JSONResponse(dict(self.counts))


visits = Visits()

v = via.new()
v.config(via.Options(document_title="Plugin", plugins=[visits]))
v.append_to_head(STYLE)


def current() -> h.H:
    return h.Aria("current", "page")


@v.page("/")
@v.page("/{page}")
def page(c: via.Context) -> None:
    name = c.get_path_param("page") or "home"
    c.title(name.title())

    @c.view
    def view() -> h.H:
        return h.Main(
            h.Nav(
                h.Style("margin-bottom: 1rem"),
                [
                    h.A(
                        h.Href(path),
                        h.If(path.strip("/") == name.removeprefix("home"), current()),
                        h.Text(label),
                    )
                    for path, label in (("/", "Home"), ("/news", "News"), ("/team", "Team"))
                ],
            ),
            h.H1(h.Text(name.title())),
            h.Table(
                h.THead(h.Tr(h.Th(h.Text("Page")), h.Th(h.Text("Visits")))),
                h.TBody(
                    [
                        h.Tr(h.Td(h.Text(page)), h.Td(h.Text(str(count))))
                        for page, count in sorted(visits.counts.items())
                    ]
                ),
            ),
            h.P(h.A(h.Href("/visits.json"), h.Data("via-no-boost"), h.Text("As JSON"))),
        )


if __name__ == "__main__":
    v.start()
