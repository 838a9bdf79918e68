"""The core holds nothing back: what is done again and again takes no more memory each time."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from support.core_variants import IDS, core_module

ROUNDS = 150
"""Something that is lost once in each round is as many blocks in the end."""


@pytest.fixture(params=list(IDS), ids=list(IDS.values()))
def core(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    return lambda name: core_module(name, request.param)


def grown(work: Callable[[int], object]) -> int:
    """Blocks of memory that a round of work leaves behind, times `ROUNDS`; the least of a few."""
    least = sys.maxsize
    for _ in range(3):
        gc.collect()
        before = sys.getallocatedblocks()
        for number in range(ROUNDS):
            work(number)
        gc.collect()
        least = min(least, sys.getallocatedblocks() - before)
    return least


def view(render: Any, number: int) -> Any:
    El, Attr = render.element, render.attr
    rows = [
        El("li", Attr("class", f"row{number}"), f"text & {number}", number, 0.5, None)
        for _ in range(number % 7)
    ]
    return El(
        "div",
        Attr("id", "view"),
        El("p", Attr("id", "p"), render.text(f"é < {number}"), render.raw("<b>raw</b>")),
        El("ul", rows, render.fragment("a", El("li", "b"))),
        El("script", "1"),
        El("div", Attr("id", "c"), El("i", str(number))),
        El("p", "much text " * 60),
    )


def test_nodes_and_their_bytes(core) -> None:
    render = core("html")

    def work(number: int) -> None:
        node = view(render, number)
        for _ in range(6):  # from the fourth time on, an element keeps its bytes
            render.to_bytes(node, f"nonce{number}")

    assert grown(work) < ROUNDS


def test_nodes_that_are_refused(core) -> None:
    render = core("html")

    def work(number: int) -> None:
        for children in ([object()], [{}], [render.element("br"), b"bytes"], [[[[print]]]]):  # type: ignore[var-annotated]
            with pytest.raises(TypeError):
                render.element("p", f"text {number}", *children)
        with pytest.raises(TypeError, match="br"):
            render.element("br", f"text {number}")

    assert grown(work) < ROUNDS


def test_views_in_parts(core) -> None:
    render, differs = core("html"), core("diff.differ")

    def work(number: int) -> None:
        differ = differs.ViewDiffer("x")
        for step in range(number, number + 6):
            differ.update(view(render, step), "nonce")
            differ.part("c", render.element("div", render.attr("id", "c"), f"part {step}"))
            differ.part("nobody", render.element("div"))
        differ.adopt("p", render.element("p", render.attr("id", "p"), "adopted"))
        differ.update(render.element("div", render.attr("id", "view")))

    assert grown(work) < ROUNDS


def test_events(core) -> None:
    events = core("sse.events")

    def work(number: int) -> None:
        html = f"<p>\n{number}\r\n</p>".encode()
        events.patch_elements(html, selector=f"#a{number}", mode="append", event_id="7", retry=5)
        events.patch_signals(html, only_if_missing=True)
        events.execute_script(f"alert({number})", "nonce")
        events.remove_elements(f"#a{number}")
        with pytest.raises(ValueError, match="mode"):
            events.patch_elements(html, mode=f"mode{number}")

    assert grown(work) < ROUNDS


def test_requests(core) -> None:
    requests = core("http.requests")

    def work(number: int) -> None:
        head = f"POST /_action/a{number} HTTP/1.1\r\nCookie: a={number}\r\nContent-Length: "
        assert requests.read_action(f"{head}2\r\n\r\n{{}}".encode()) is not None
        assert requests.read_action(f"{head}3\r\n\r\n{{}}".encode()) is None
        assert requests.read_page(b"GET /?q HTTP/1.1\r\nHost: a\r\n\r\n", 9) is not None
        assert requests.read_page(b"GET /?q HTTP/1.1\r\nHost: a\r\n\r\nx", 9) is None

    assert grown(work) < ROUNDS


def test_handlers_that_wait_that_fail_and_that_are_queued(core) -> None:
    handlers = core("tasks.handlers")
    wait = import_module("via._core.tasks.handlers").wait

    def fails() -> None:
        raise ValueError("meant")

    def waits() -> None:
        wait(asyncio.sleep(0))

    async def scenario() -> None:
        loop = asyncio.get_running_loop()

        async def round(number: int) -> None:
            queue = handlers.HandlerQueue(loop, 100, lambda job, error: None, lambda: None)
            queue.submit(lambda: number)
            queue.post(fails)
            queue.post(waits)
            outcome = queue.submit(lambda: number)
            assert await outcome == number
            with pytest.raises(ValueError, match="meant"):
                handlers.start(fails)
            queue.post(waits)
            queue.post(fails)
            queue.close()
            for _ in range(4):
                await asyncio.sleep(0)

        least = sys.maxsize
        for _ in range(3):
            gc.collect()
            before = sys.getallocatedblocks()
            for number in range(ROUNDS):
                await round(number)
            gc.collect()
            least = min(least, sys.getallocatedblocks() - before)
        assert least < ROUNDS

    asyncio.run(scenario())


def test_messages(core) -> None:
    fanout, codecs = core("messaging.fanout"), core("messaging.codecs")

    def work(number: int) -> None:
        codec = codecs.codec(list[int])
        jobs: list[Any] = []
        made = fanout.Fanout(lambda *bad: None, lambda listener: None)
        listeners = [fanout.Listener(len, codec, jobs.append, 3, held) for held in (False, True)]
        for listener in listeners:
            made.add(listener)
        for at in range(6):
            made.deliver(codecs.encode([number, at]), at)
        made.deliver(b"[bad")
        listeners[1].release(2)
        for job in jobs:
            job()
        made.remove(listeners[0])

    assert grown(work) < ROUNDS
