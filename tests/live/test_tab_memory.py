"""A tab that has ended is freed at once: nothing waits for the collector of cycles."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Awaitable, Callable, Iterator

import pytest
from support.server import Visitor, wait_until

import via
from via import h
from via.app import running
from via.live.tab import Tab


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def everything(c: via.Context) -> None:
    """A page with one of each thing that could refer back to its tab."""
    count = c.signal(0)
    c.computed(lambda: count.int() + 1)
    c.field("", via.required())

    def part(inner: via.Context) -> None:
        act = inner.action(lambda: inner.sync())
        inner.view(lambda: h.Button(act.on_click()))

    shown = c.component(part)
    act = c.action(lambda: (count.set_value(count.int() + 1), c.sync()))
    via.subscribe(c, "news", lambda message: c.sync())
    c.on_interval(60, lambda: c.sync())
    c.view(lambda: h.Div(act.on_click(), shown(), h.Text(count.string())))


async def guard(c: via.Context, next: Callable[[], Awaitable[None]]) -> None:
    await next()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("ending", ["closed", "forgotten", "dropped", "shut down"])
@pytest.mark.parametrize("has_stream", [False, True])
def test_a_tab_that_has_ended_is_freed(
    v: via.V, visitor: Callable[..., Visitor], ending: str, has_stream: bool
) -> None:
    v.config(via.Options(context_ttl=0.2, resume_grace=0.2, limits=via.Limits(waiting_pages=1)))
    v.use(guard)
    v.page("/", everything)
    v.page("/other", lambda c: c.view(lambda: h.P()))
    one = visitor(v)
    one.visit()
    registry = running(v).registry
    # A tab takes no weak references; it holds its page, and the page's code held both.
    page = weakref.ref(next(iter(registry.tabs.values())).page)

    def end() -> None:
        assert one.act("a2").status_code == 204
        if ending == "closed":
            one.close()
        elif ending == "dropped" and not has_stream:
            visitor(v).visit("/other")
        elif ending == "shut down":
            running(v).services.call(registry.close)

    if has_stream:
        with one.listen() as stream:
            assert one.act("a2").status_code == 204
            wait_until(lambda: stream.events, "an update")
            end()
    else:
        end()
    wait_until(lambda: not registry.tabs or ending == "dropped", "the tab to end")
    wait_until(lambda: page() is None, "the tab's memory to be free")
    assert not [o for o in gc.get_objects() if type(o) is Tab and o not in registry.tabs.values()]


@pytest.mark.usefixtures("uncollected")
def test_a_page_that_was_left_is_freed(v: via.V, visitor: Callable[..., Visitor]) -> None:
    v.page("/", everything)
    v.page("/other", lambda c: c.view(lambda: h.P()))
    one = visitor(v)
    one.visit()
    [tab] = running(v).registry.tabs.values()
    page = weakref.ref(tab.page)
    with one.listen() as stream:
        answer = one.http.post("/_navigate", json=one.signals | {"via_url": "/other"})
        assert answer.status_code == 204
        stream.wait_for("<p>")
        wait_until(lambda: page() is None, "the page's memory to be free")


def test_the_memory_of_a_burst_is_given_back_by_one_collection(
    v: via.V, visitor: Callable[..., Visitor]
) -> None:
    v.config(via.Options(context_ttl=0.1, limits=via.Limits(waiting_pages=1)))
    v.page("/", lambda c: c.view(lambda: h.P()))
    collected: list[str] = []
    one = visitor(v)

    def watch(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            collected.append(phase)

    gc.collect()
    gc.callbacks.append(watch)
    try:
        for _ in range(250):
            one.visit()
        wait_until(lambda: collected, "a collection")
    finally:
        gc.callbacks.remove(watch)
