"""The everyday pages of Datastar's examples, written anew, on a server made with datastar-py."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from datastar_py import ServerSentEventGenerator as SSE
from datastar_py.consts import ElementPatchMode
from datastar_py.starlette import DatastarResponse, read_signals
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

CLIENT = Path(__file__).parents[2] / "via" / "client"
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'"
PEOPLE = ["Ann", "Anna", "Bob", "Cid"]
SCRIPT = """
addEventListener("DOMContentLoaded", () => {
  const list = document.querySelector("[data-sortable]");
  if (list) new Sortable(list, {
    forceFallback: true,
    onEnd: () => list.dispatchEvent(new CustomEvent("reordered", {
      detail: [...list.children].map(item => item.textContent).join(),
    })),
  });
  document.querySelector("#ring")?.addEventListener("click", ({target}) =>
    target.dispatchEvent(new CustomEvent("bell-rung", {detail: "ding", bubbles: true})));
});
"""


class Site:
    """One app, and what it keeps."""

    def __init__(self) -> None:
        self.people = list(PEOPLE)
        self.active = [False] * 4
        self.todos: list[tuple[str, bool]] = []
        self.polls = 0
        self.order = ""

    # Pieces

    def results(self, query: str) -> str:
        found = [name for name in self.people if query.lower() in name.lower()]
        return f"<ul id=results>{''.join(f'<li>{name}</li>' for name in found)}</ul>"

    def bulk(self) -> str:
        rows = "".join(
            f"<tr id=r{i}><td><input type=checkbox data-bind:chosen></td><td>{name}</td>"
            f"<td class=state>{'active' if self.active[i] else 'inactive'}</td></tr>"
            for i, name in enumerate(self.people)
        )
        return f"<tbody id=rows>{rows}</tbody>"

    def contact(self, editing: bool) -> str:
        if editing:
            return (
                "<div id=contact><input id=name data-bind:name>"
                "<button id=save data-on:click=\"@put('/contact')\">Save</button>"
                "<button id=cancel data-on:click=\"@get('/contact')\">Cancel</button></div>"
            )
        return (
            f"<div id=contact><b id=shown>{html.escape(self.people[0])}</b>"
            "<button id=edit data-on:click=\"@get('/contact/edit')\">Edit</button></div>"
        )

    def rows(self, editing: int = -1) -> str:
        def row(i: int, name: str) -> str:
            if i == editing:
                return (
                    f"<tr id=p{i}><td><input id=name data-bind:name></td><td>"
                    f"<button id=save data-on:click=\"@put('/rows/{i}')\">Save</button></td></tr>"
                )
            return (
                f"<tr id=p{i}><td class=name>{html.escape(name)}</td>"
                f"<td><button class=edit data-on:click=\"@get('/rows/{i}')\">Edit</button>"
                f"<button class=delete data-on:click=\"@delete('/rows/{i}')\">Delete</button></td></tr>"
            )

        return (
            f"<tbody id=rows>{''.join(row(i, name) for i, name in enumerate(self.people))}</tbody>"
        )

    def todo_list(self) -> str:
        items = "".join(
            f"<li id=t{i} class={'done' if done else 'open'}><span>{html.escape(text)}</span>"
            f"<button class=toggle data-on:click=\"@post('/todos/{i}')\">toggle</button>"
            f"<button class=delete data-on:click=\"@delete('/todos/{i}')\">delete</button></li>"
            for i, (text, done) in enumerate(self.todos)
        )
        left = sum(not done for _, done in self.todos)
        return f"<div id=todos><ul>{items}</ul><i id=left>{left}</i></div>"

    def body(self, name: str) -> str:
        pages = {
            "active_search": "<input id=q data-bind:q data-on:input__debounce.50ms=\"@get('/search')\">"
            + self.results(""),
            "bulk_update": "<table data-signals:chosen='[false, false, false, false]'>"
            + self.bulk()
            + "</table><button id=on data-on:click=\"@put('/bulk/on')\">Activate</button>"
            "<button id=off data-on:click=\"@put('/bulk/off')\">Deactivate</button>",
            "click_to_edit": self.contact(False),
            "delete_row": f"<table>{self.rows()}</table>",
            "edit_row": f"<table>{self.rows()}</table>",
            "file_upload": "<input id=file type=file multiple data-bind:files>"
            "<button id=upload data-on:click=\"@post('/upload')\">Upload</button><p id=told></p>",
            "form_data": "<form id=f><input name=n value=a><input type=checkbox name=c value=x>"
            "<input type=checkbox name=c value=y checked>"
            "<button id=post name=b value=w data-on:click=\"@post('/form', {contentType: 'form'})\">Post"
            "</button><button id=get type=button data-on:click=\"@get('/form', {contentType: 'form'})\">"
            "Get</button></form><p id=told></p>",
            "infinite_scroll": "<ul id=feed style='padding: 0'></ul>" + self.more(0),
            "inline_validation": "<input id=email data-bind:email "
            "data-on:input__debounce.50ms=\"@post('/validate')\"><i id=error></i>"
            "<button id=send disabled>Sign up</button>",
            "lazy_load": "<div id=late data-init=\"@get('/late')\">loading</div>",
            "lazy_tabs": self.tabs(0),
            "polling": "<p id=polled data-on-interval__duration.50ms=\"@get('/poll')\">0</p>",
            "progress": "<div id=job><button id=start data-on:click=\"@get('/job')\">Start</button></div>",
            "sortable": "<ul data-sortable data-on:reordered=\"$order = evt.detail; @put('/order')\">"
            "<li>a</li><li>b</li><li>c</li></ul><p id=told></p>",
            "todo": '<input id=new data-bind:text data-on:keydown="'
            "if (evt.key === 'Enter') { @post('/todos'); $text = '' }\">" + self.todo_list(),
            "custom_events": '<div data-on:bell-rung="$rung = evt.detail; $times = ($times || 0) + 1">'
            "<button id=ring>Ring</button></div><p id=told data-text=\"$rung + ' ' + $times\"></p>",
        }
        return pages[name]

    def more(self, start: int) -> str:
        return (
            f"<p id=more style='height: 10px' data-on-intersect=\"@get('/feed/{start}')\">more</p>"
        )

    def tabs(self, shown: int) -> str:
        buttons = "".join(
            f"<button id=tab{i} class={'on' if i == shown else 'off'} "
            f"data-on:click=\"@get('/tabs/{i}')\">Tab {i}</button>"
            for i in range(3)
        )
        return f"<div id=tabs>{buttons}<p id=panel>panel {shown}</p></div>"

    # Requests

    async def page(self, request: Request) -> Response:
        text = (
            "<!doctype html><html lang=en><title>page</title>"
            "<script src=/sortable.js></script><script src=/page.js></script>"
            f"<script type=module src=/client.js></script><body>{self.body(request.path_params['name'])}"
        )
        return HTMLResponse(text, headers={"content-security-policy": POLICY})

    async def act(self, request: Request) -> Response:
        what, place = request.path_params["what"], request.path_params.get("place", "")
        form: Any = request.query_params
        if what == "form" and request.method == "POST":
            form = await request.form()
        signals = {} if what == "form" else await read_signals(request) or {}
        return DatastarResponse(self.answer(what, place, request.method, signals, form))

    async def answer(
        self, what: str, place: str, method: str, signals: dict[str, Any], form: Any
    ) -> AsyncIterator[Any]:
        match what, method:
            case "search", _:
                yield SSE.patch_elements(self.results(signals["q"]))
            case "bulk", _:
                for i, chosen in enumerate(signals["chosen"]):
                    if chosen:
                        self.active[i] = place == "on"
                yield SSE.patch_elements(self.bulk())
                yield SSE.patch_signals({"chosen": [False] * 4})
            case "contact", "GET":
                if place:
                    yield SSE.patch_signals({"name": self.people[0]})
                yield SSE.patch_elements(self.contact(bool(place)))
            case "contact", _:
                self.people[0] = signals["name"]
                yield SSE.patch_elements(self.contact(False))
            case "rows", "GET":
                yield SSE.patch_signals({"name": self.people[int(place)]})
                yield SSE.patch_elements(self.rows(int(place)))
            case "rows", "PUT":
                self.people[int(place)] = signals["name"]
                yield SSE.patch_elements(self.rows())
            case "rows", _:
                del self.people[int(place)]
                yield SSE.patch_elements(self.rows())
            case "upload", _:
                told = ", ".join(
                    f"{one['name']} {one['mime']} {one['contents']}" for one in signals["files"]
                )
                yield SSE.patch_elements(f"<p id=told>{html.escape(told)}</p>")
            case "form", _:
                told = " ".join(f"{name}={value}" for name, value in form.multi_items())
                yield SSE.patch_elements(f"<p id=told>{method} {html.escape(told)}</p>")
            case "feed", _:
                start = int(place)
                items = "".join(
                    f"<li style='height: 100px'>item {i}</li>" for i in range(start, start + 10)
                )
                yield SSE.patch_elements(items, selector="#feed", mode=ElementPatchMode.APPEND)
                more = self.more(start + 10) if start < 20 else "<p id=more>the end</p>"
                yield SSE.patch_elements(more)
            case "validate", _:
                is_right = "@" in signals["email"]
                error = "" if is_right else "no address"
                yield SSE.patch_elements(f"<i id=error>{error}</i>")
                yield SSE.patch_elements(
                    f"<button id=send{'' if is_right else ' disabled'}>Sign up</button>"
                )
            case "late", _:
                yield SSE.patch_elements("<div id=late>here it is</div>")
            case "tabs", _:
                yield SSE.patch_elements(self.tabs(int(place)))
            case "poll", _:
                self.polls += 1
                yield SSE.patch_elements(
                    "<p id=polled data-on-interval__duration.50ms=\"@get('/poll')\">"
                    f"{self.polls}</p>"
                )
            case "job", _:
                for done in (0, 50, 100):
                    yield SSE.patch_elements(
                        f"<div id=job><progress max=100 value={done}></progress></div>"
                    )
                    await asyncio.sleep(0.02)
                yield SSE.patch_elements("<div id=job>done</div>")
            case "order", _:
                yield SSE.patch_elements(f"<p id=told>{html.escape(signals['order'])}</p>")
            case "todos", "POST":
                if place:
                    text, done = self.todos[int(place)]
                    self.todos[int(place)] = (text, not done)
                else:
                    self.todos.append((signals["text"], False))
                yield SSE.patch_elements(self.todo_list())
            case "todos", _:
                del self.todos[int(place)]
                yield SSE.patch_elements(self.todo_list())


def app() -> Starlette:
    site = Site()

    async def page_script(request: Request) -> Response:
        return Response(SCRIPT, media_type="text/javascript")

    def file(path: str) -> Any:
        async def serve(request: Request) -> Response:
            return FileResponse(CLIENT / path, media_type="text/javascript")

        return serve

    async def icon(request: Request) -> Response:
        return Response(status_code=204)

    methods = ["GET", "POST", "PUT", "DELETE"]
    return Starlette(
        routes=[
            Route("/favicon.ico", icon),
            Route("/client.js", file("dist/via.js")),
            Route("/sortable.js", file("node_modules/sortablejs/Sortable.min.js")),
            Route("/page.js", page_script),
            Route("/pages/{name}", site.page),
            Route("/{what}", site.act, methods=methods),
            Route("/{what}/{place}", site.act, methods=methods),
        ]
    )
