"""What a page's code does once the tab shows another page: nothing that the browser sees."""

import asyncio
import threading

import pytest
from support.server import wait_until

import via
from via import h
from via.app import running
from via.page.mounted_page import Phase


class Left:
    """An app of two pages, and what the first one's code may do late."""

    def __init__(self, v: via.V) -> None:
        self.contexts: dict[str, via.Context] = {}
        self.signals: dict[str, via.Signal] = {}
        self.ran: list[str] = []
        self.gate = threading.Event()
        self.slow = threading.Event()
        for name in ("one", "two"):
            v.page(f"/{name}")(self.page(name))

    def page(self, name: str):
        def page(c: via.Context) -> None:
            self.contexts[name] = c
            self.signals[name] = signal = c.signal(name)

            @c.action
            async def wait() -> None:
                self.slow.set()
                await asyncio.to_thread(self.gate.wait, 20)

            @c.action
            def act() -> None:
                self.ran.append(f"{name} {signal.string()}")
                c.sync()

            c.view(lambda: h.Div(h.P(f"page {name}"), h.Input(signal.bind())))

        return page


@pytest.fixture
def left(v) -> Left:
    return Left(v)


@pytest.fixture
def at_two(left, v, visitor):
    """The stream of a visitor who came from page one to page two."""
    someone = visitor(v)
    someone.visit("/one")
    with someone.listen() as stream:
        someone.http.post("/_navigate", json=someone.signals | {"via_url": "/two"})
        stream.wait_for("page two")
        stream.wait_for("via-navigated")
        yield stream


def test_what_it_sends_is_dropped(left, at_two) -> None:
    stream = at_two
    old, new = left.contexts["one"], left.contexts["two"]
    came = len(stream.events)
    old.sync()
    old.sync_elements(h.P(h.ID("late"), "page one"))
    old.exec_script("late()")
    old.redirect("/late")
    old.title("late")
    old.navigate("/one")
    left.signals["one"].set_value("late")
    old.sync_signals()
    left.signals["two"].set_value("new")
    new.sync()
    new.sync_elements(h.P(h.ID("last"), "last"))
    stream.wait_for("last")
    sent = "\n".join("\n".join(event.data) for event in stream.events[came:])
    assert "page one" not in sent
    assert "late" not in sent
    assert next(e for e in stream.events[came:] if "signals" in e.kind).signals() == {"s1": "new"}
    assert left.signals["two"].string() == "new"


def test_what_it_begins_ends_at_once(left, at_two) -> None:
    stream = at_two
    heard: list[bytes] = []
    old, new = left.contexts["one"], left.contexts["two"]
    old.subscribe("news", lambda message: heard.append(b"old " + message))
    new.subscribe("news", lambda message: (heard.append(b"new " + message), new.sync()))
    new.publish("news", b"1")
    stream.wait_for("page two")
    new.on_interval(0.01, lambda: heard.append(b"tick"))
    wait_until(lambda: b"tick" in heard and b"new 1" in heard, "the message and a tick")
    assert b"old 1" not in heard


def test_nothing_begins_in_a_tab_that_has_ended(left, v, visitor) -> None:
    visitor(v).visit("/one")
    [tab] = running(v).registry.tabs.values()
    running(v).services.loop.call_soon_threadsafe(tab.dispose)
    wait_until(lambda: tab.closed, "the tab to end")
    assert tab.enter("/two", {}, "").phase is Phase.CLOSED


def test_an_action_that_waits_while_the_page_is_left_is_not_run(left, v, visitor) -> None:
    someone = visitor(v)
    someone.visit("/one")
    statuses: list[int] = []

    def post(path: str, **signals: str) -> threading.Thread:
        def run() -> None:
            answer = someone.http.post(path, json=someone.signals | signals)
            statuses.append(answer.status_code)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    [tab] = running(v).registry.tabs.values()
    with someone.listen() as stream:
        first = post("/_action/a1")
        assert left.slow.wait(20)
        someone.http.post("/_navigate", json=someone.signals | {"via_url": "/two"})
        second = post("/_action/a2", s1="typed on page one")
        wait_until(lambda: len(tab.handlers) == 2, "both to wait")
        left.gate.set()
        for thread in (first, second):
            thread.join(20)
        stream.wait_for("via-navigated")
        assert sorted(statuses) == [204, 410]
        assert left.ran == []
        assert left.signals["two"].string() == "two"
