"""A program that serves ends in order: what it has to do after `v.start()` is done."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from support.server import Visitor, wait_until
from support.socket_visitor import talk

import via
from via import h
from via.app import running

PROGRAM = """
import atexit
import via
from via import h

v = via.new()
v.config(via.Options(server_address="127.0.0.1:0", pubsub=via.MemoryPubSub()))

@v.page("/")
def page(c):
    c.view(lambda: h.P(h.Text("x")))

atexit.register(print, "at exit")
try:
    v.start()
    print("after the start")
finally:
    print("finally")
"""


WORKING = """
import asyncio
import sys
import via
from via import h

v = via.new()
v.config(via.Options(server_address="127.0.0.1:0", pubsub=via.MemoryPubSub()))

@v.page("/")
def page(c):
    count = 0

    @c.action
    async def work():
        nonlocal count
        print("began")
        print(await asyncio.to_thread(sys.stdin.readline), end="")
        count += 1
        c.sync()

    c.view(lambda: h.Button(h.Textf("count %d", count), work.on_click()))

v.start()
print("after the start")
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[str], tuple[subprocess.Popen[str], str, str]]]:
    """Run a program until it serves; returns it, its URL and what it has logged."""
    programs = []

    def start(text: str) -> tuple[subprocess.Popen[str], str, str]:
        script = tmp_path / "program.py"
        script.write_text(text)
        program = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        programs.append(program)
        assert program.stderr is not None
        log = ""
        while "serving on" not in log:
            line = program.stderr.readline()
            assert line, log
            log += line
        return program, log.split()[-1], log

    yield start
    for program in programs:
        program.kill()
        program.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_comes_after_the_start_is_done_once_a_signal_ended_it(run, how) -> None:
    program, _, log = run(PROGRAM)
    program.send_signal(how)
    out, rest = program.communicate(timeout=20)
    assert out.split("\n") == ["after the start", "finally", "at exit", ""]
    assert "Traceback" not in log + rest
    assert program.returncode == 0


def refuses(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port))).close()
    except OSError:
        return True
    return False


def test_a_running_action_ends_before_the_app_does(run) -> None:
    program, url, log = run(WORKING)
    visitor = Visitor(url)
    visitor.visit()
    with visitor.listen() as stream, closing(visitor.http), ThreadPoolExecutor() as pool:
        answer = pool.submit(visitor.act)
        assert program.stdout.readline() == "began\n"
        program.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(url), "new connections to be refused")
        assert not answer.done()
        program.stdin.write("worked\n")
        program.stdin.flush()
        assert answer.result().is_success
        wait_until(lambda: stream.ended, "the stream to end")
        assert "count 1" in stream.events[-1].elements()
    out, rest = program.communicate(timeout=20)
    assert out == "worked\nafter the start\n"
    assert "Traceback" not in log + rest
    assert program.returncode == 0


def test_an_action_that_does_not_end_is_cancelled_after_the_grace(v, serve) -> None:
    seen = []

    @v.page("/")
    def page(c: via.Context) -> None:
        @c.action
        async def forever() -> None:
            seen.append("began")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

        c.view(lambda: h.Button(forever.on_click()))

    server = serve(v)
    visitor = Visitor(server.url)
    visitor.visit()
    with closing(visitor.http), ThreadPoolExecutor() as pool:
        answer = pool.submit(visitor.act)
        wait_until(lambda: seen == ["began"], "the action to begin")
        server.stop()  # its grace is a second
        assert seen == ["began", "cancelled"]
        answer.exception()


def test_a_page_that_is_asked_for_during_the_grace_is_shown(v, serve) -> None:
    release, began = threading.Event(), threading.Event()

    @v.page("/")
    def page(c: via.Context) -> None:
        @c.action
        async def work() -> None:
            began.set()
            await asyncio.to_thread(release.wait, 20)

        c.view(lambda: h.Button(h.Text("the page"), work.on_click()))

    server = serve(v)
    visitor, other = Visitor(server.url), Visitor(server.url)
    visitor.visit()
    other.visit()
    run = running(v)
    with closing(visitor.http), closing(other.http), ThreadPoolExecutor() as pool:
        answer = pool.submit(visitor.act)
        assert began.wait(20)
        draining = asyncio.run_coroutine_threadsafe(run.drain(), run.services.loop)
        wait_until(lambda: len(run.registry.tabs) == 1, "the idle tab to end")
        other.visit()
        assert "the page" in other.html
        assert len(run.registry.tabs) == 1
        release.set()
        assert answer.result().is_success
        draining.result(20)


DRAINING = """
import via
from via import h

v = via.new()
v.config(via.Options(server_address="127.0.0.1:0", pubsub=via.MemoryPubSub(), drain_time=2))

@v.page("/")
def page(c):
    count = 0

    @c.action
    def add():
        nonlocal count
        count += 1
        c.sync()

    c.view(lambda: h.Button(h.Textf("count %d", count), add.on_click()))

v.start()
print("after the start")
"""


def test_a_process_that_is_to_end_sends_its_tabs_away_one_after_another(run) -> None:
    program, url, _ = run(DRAINING)
    visitors = [Visitor(url) for _ in range(30)]
    for one in visitors:
        one.visit()
    assert visitors[0].http.get("/_ready").status_code == 200
    with ExitStack() as stack:
        talks = [stack.enter_context(talk(one)) for one in visitors]
        program.send_signal(signal.SIGTERM)
        wait_until(lambda: visitors[0].http.get("/_ready").status_code == 503, "it to be said")
        wait_until(lambda: sum(bool(talking.closed) for talking in talks) >= 5, "the first to go")
        last = talks[-1]
        assert not last.closed
        last.act("a1", n=1)
        assert last.answer(1)["status"] == 204
        last.wait_for("count 1")
        for talking in talks:
            talking.wait_closed()
    program.wait(20)
    assert program.stdout is not None
    assert program.stdout.read() == "after the start\n"
    for one in visitors:
        one.http.close()


def test_what_a_websocket_asked_is_answered_before_it_is_closed(run) -> None:
    program, url, _ = run(WORKING)
    assert program.stdin is not None
    assert program.stdout is not None
    one = Visitor(url)
    one.visit()
    with talk(one) as talking:
        talking.act("a1", n=1)
        assert program.stdout.readline() == "began\n"
        program.send_signal(signal.SIGTERM)
        wait_until(lambda: _is_refused(url), "the end of new connections")
        program.stdin.write("go on\n")
        program.stdin.flush()
        assert talking.answer(1)["status"] == 204
        talking.wait_for("count 1")
        talking.wait_closed()
    assert program.wait(20) == 0
    one.http.close()


def _is_refused(url: str) -> bool:
    try:
        httpx.get(url, trust_env=False)
    except httpx.HTTPError:
        return True
    return False
