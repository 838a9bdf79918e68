"""The everyday pages of Datastar's examples as pages of via."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

import via
from via import h

from .pages_datastar import PEOPLE


def active_search(c: via.Context) -> None:
    query = c.signal("")
    search = c.action(c.sync)

    @c.view
    def view() -> h.H:
        found = [name for name in PEOPLE if query.string().lower() in name.lower()]
        return h.Main(
            h.Input(h.ID("q"), query.bind(), search.on_input()),
            h.Ul(h.ID("results"), [h.Li(h.Text(name)) for name in found]),
        )


def bulk_update(c: via.Context) -> None:
    chosen = c.signal([False] * 4)
    active = [False] * 4

    def change(to: bool) -> Any:
        def handler() -> None:
            for i, one in enumerate(chosen.value):
                if one:
                    active[i] = to
            chosen.set_value([False] * 4)
            c.sync()

        return c.action(handler)

    on, off = change(True), change(False)

    @c.view
    def view() -> h.H:
        rows = [
            h.Tr(
                h.ID(f"r{i}"),
                h.Td(h.Input(h.Type("checkbox"), chosen.bind())),
                h.Td(h.Text(name)),
                h.Td(h.Class("state"), h.Text("active" if active[i] else "inactive")),
            )
            for i, name in enumerate(PEOPLE)
        ]
        return h.Main(
            h.Table(h.TBody(rows)),
            h.Button(h.ID("on"), h.Text("Activate"), on.on_click()),
            h.Button(h.ID("off"), h.Text("Deactivate"), off.on_click()),
        )


def click_to_edit(c: via.Context) -> None:
    person, editing = PEOPLE[0], False
    name = c.signal("")

    @c.action
    def edit() -> None:
        nonlocal editing
        editing = True
        name.set_value(person)
        c.sync()

    @c.action
    def save() -> None:
        nonlocal person, editing
        person, editing = name.string(), False
        c.sync()

    @c.action
    def cancel() -> None:
        nonlocal editing
        editing = False
        c.sync()

    @c.view
    def view() -> h.H:
        if editing:
            return h.Div(
                h.Input(h.ID("name"), name.bind()),
                h.Button(h.ID("save"), h.Text("Save"), save.on_click()),
                h.Button(h.ID("cancel"), h.Text("Cancel"), cancel.on_click()),
            )
        return h.Div(
            h.B(h.ID("shown"), h.Text(person)),
            h.Button(h.ID("edit"), h.Text("Edit"), edit.on_click()),
        )


def edit_row(c: via.Context) -> None:
    people = list(PEOPLE)
    editing = -1
    name, place = c.signal(""), c.signal(0)

    @c.action
    def edit() -> None:
        nonlocal editing
        editing = place.int()
        name.set_value(people[editing])
        c.sync()

    @c.action
    def save() -> None:
        nonlocal editing
        people[editing] = name.string()
        editing = -1
        c.sync()

    @c.action
    def delete() -> None:
        del people[place.int()]
        c.sync()

    def row(i: int, person: str) -> h.H:
        if i == editing:
            return h.Tr(
                h.ID(f"p{i}"),
                h.Td(h.Input(h.ID("name"), name.bind())),
                h.Td(h.Button(h.ID("save"), h.Text("Save"), save.on_click())),
            )
        at = via.with_signal_int(place, i)
        return h.Tr(
            h.ID(f"p{i}"),
            h.Td(h.Class("name"), h.Text(person)),
            h.Td(
                h.Button(h.Class("edit"), h.Text("Edit"), edit.on_click(at)),
                h.Button(h.Class("delete"), h.Text("Delete"), delete.on_click(at)),
            ),
        )

    c.view(lambda: h.Table(h.TBody([row(i, person) for i, person in enumerate(people)])))


delete_row = edit_row


def file_upload(c: via.Context) -> None:
    files = c.signal([])
    told = ""

    @c.action
    def upload() -> None:
        nonlocal told
        told = ", ".join(f"{one['name']} {one['mime']} {one['contents']}" for one in files.value)
        c.sync()

    c.view(
        lambda: h.Main(
            h.Input(h.ID("file"), h.Type("file"), h.Multiple(), files.bind()),
            h.Button(h.ID("upload"), h.Text("Upload"), upload.on_click()),
            h.P(h.ID("told"), h.Text(told)),
        )
    )


async def answer_form(request: Request) -> Response:
    """A route beside the pages, which takes forms as forms are sent and patches the page."""
    form = await request.form() if request.method == "POST" else request.query_params
    told = " ".join(f"{name}={value}" for name, value in form.multi_items())
    return HTMLResponse(str(h.P(h.ID("told"), h.Textf("%s %s", request.method, told))))


def form_data(c: via.Context) -> None:
    def send(method: str) -> h.Attribute:
        return h.Data("on:click", f"@{method}('/form', {{contentType: 'form'}})")

    def box(value: str, *more: h.H) -> h.H:
        return h.Input(h.Type("checkbox"), h.Name("c"), h.Value(value), *more)

    c.view(
        lambda: h.Main(
            h.Form(
                h.Input(h.Name("n"), h.Value("a")),
                box("x"),
                box("y", h.Checked()),
                h.Button(h.ID("post"), h.Name("b"), h.Value("w"), send("post"), h.Text("Post")),
                h.Button(h.ID("get"), h.Type("button"), send("get"), h.Text("Get")),
            ),
            h.P(h.ID("told")),
        )
    )


def infinite_scroll(c: via.Context) -> None:
    shown = 0

    @c.action
    def more() -> None:
        nonlocal shown
        shown += 10
        c.sync()

    @c.view
    def view() -> h.H:
        items = [h.Li(h.Style("height: 100px"), h.Textf("item %d", i)) for i in range(shown)]
        end = h.P(h.ID("more"), h.Text("the end"))
        # A new element each time: it comes into view anew.
        sight = h.P(h.ID(f"more{shown}"), h.Data("on-intersect", more.call()), h.Text("more"))
        return h.Main(h.Ul(h.ID("feed"), items), end if shown >= 30 else sight)


def inline_validation(c: via.Context) -> None:
    email = c.field("", via.custom(lambda text: None if "@" in text else "no address"))

    @c.action
    def validate() -> None:
        email.validate()
        c.sync()

    c.view(
        lambda: h.Main(
            h.Input(h.ID("email"), email.bind(), validate.on_input()),
            h.I(h.ID("error"), h.Text(email.first_error())),
            h.Button(
                h.ID("send"),
                h.Text("Sign up"),
                None if "@" in email.string() else h.Disabled(),
            ),
        )
    )


def lazy_load(c: via.Context) -> None:
    late = "loading"

    def load() -> None:
        nonlocal late
        late = "here it is"
        stop()
        c.sync()

    stop = c.on_interval(0.05, load)
    c.view(lambda: h.Div(h.ID("late"), h.Text(late)))


def lazy_tabs(c: via.Context) -> None:
    shown = c.signal(0)
    show = c.action(c.sync)

    @c.view
    def view() -> h.H:
        tabs = [
            h.Button(
                h.ID(f"tab{i}"),
                h.Class("on" if i == shown.int() else "off"),
                h.Textf("Tab %d", i),
                show.on_click(via.with_signal_int(shown, i)),
            )
            for i in range(3)
        ]
        return h.Div(tabs, h.P(h.ID("panel"), h.Textf("panel %d", shown.int())))


def polling(c: via.Context) -> None:
    polls = 0

    def poll() -> None:
        nonlocal polls
        polls += 1
        c.sync()

    c.on_interval(0.05, poll)
    c.view(lambda: h.P(h.ID("polled"), h.Text(str(polls))))


def progress(c: via.Context) -> None:
    done = -1

    @c.action
    async def start() -> None:
        nonlocal done
        for percent in (0, 50, 100, 101):
            done = percent
            c.sync()
            await asyncio.sleep(0.02)

    @c.view
    def view() -> h.H:
        if done < 0:
            return h.Div(h.ID("job"), h.Button(h.ID("start"), h.Text("Start"), start.on_click()))
        bar = h.Progress(h.Max("100"), h.Value(str(done)))
        return h.Div(h.ID("job"), bar if done <= 100 else h.Text("done"))


def sortable(c: via.Context) -> None:
    order, names = c.signal(""), ["a", "b", "c"]

    @c.action
    def reorder() -> None:
        names[:] = order.string().split(",")
        c.sync()

    c.view(
        lambda: h.Main(
            h.Ul(
                h.Data("sortable", ""),
                h.Data("on:reordered", f"${order.id()} = evt.detail; {reorder.call()}"),
                [h.Li(h.Text(name)) for name in names],
            ),
            h.P(h.ID("told"), h.Text(",".join(names))),
        )
    )


def todo(c: via.Context) -> None:
    todos: list[tuple[str, bool]] = []
    text, place = c.signal(""), c.signal(0)

    @c.action
    def add() -> None:
        todos.append((text.string(), False))
        text.set_value("")
        c.sync()

    @c.action
    def toggle() -> None:
        name, done = todos[place.int()]
        todos[place.int()] = (name, not done)
        c.sync()

    @c.action
    def delete() -> None:
        del todos[place.int()]
        c.sync()

    @c.view
    def view() -> h.H:
        items = [
            h.Li(
                h.ID(f"t{i}"),
                h.Class("done" if done else "open"),
                h.Span(h.Text(name)),
                h.Button(h.Class("toggle"), toggle.on_click(via.with_signal_int(place, i))),
                h.Button(h.Class("delete"), delete.on_click(via.with_signal_int(place, i))),
            )
            for i, (name, done) in enumerate(todos)
        ]
        left = sum(not done for _, done in todos)
        return h.Main(
            h.Input(h.ID("new"), text.bind(), add.on_key_down("Enter")),
            h.Ul(items),
            h.I(h.ID("left"), h.Text(str(left))),
        )


def custom_events(c: via.Context) -> None:
    rung, times = c.signal(""), 0

    @c.action
    def count() -> None:
        nonlocal times
        times += 1
        c.sync()

    c.view(
        lambda: h.Main(
            h.Div(
                h.Data("on:bell-rung", f"${rung.id()} = evt.detail; {count.call()}"),
                h.Button(h.ID("ring"), h.Text("Ring")),
            ),
            h.P(h.ID("told"), h.Textf("%s %d", rung.string(), times)),
        )
    )


PAGES = [
    active_search, bulk_update, click_to_edit, edit_row, file_upload, form_data,
    infinite_scroll,
    inline_validation, lazy_load, lazy_tabs, polling, progress, sortable, todo, custom_events,
]  # fmt: skip
