"""An app that several processes serve: under `v.start(workers=…)` and under uvicorn's workers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest
from support.nats_cluster import free_ports
from support.server import Visitor, wait_until
from support.socket_visitor import talk

from via.live.tab_registry import GRACE

APP = """
import os
import via
from via import h

v = via.new()
v.config(via.Options(server_address="127.0.0.1:PORT", action_rate_limit=via.RateLimitConfig(-1, 1)))

@v.page("/")
def page(c):
    n = 0
    heard = []
    via.subscribe[str](c, "said", lambda text: (heard.append(text), c.sync()))

    @c.action
    def add():
        nonlocal n
        n += 1
        c.sync()

    @c.action
    def say():
        via.publish(c, "said", f"from {os.getpid()}")

    @c.action
    def log_in():
        c.session().set("name", "Ann")

    @c.action
    def end():
        v.shutdown()

    c.view(lambda: h.Main(
        h.P(h.ID("n"), h.Text(f"clicks: {n}")),
        h.P(h.ID("heard"), h.Text(" ".join(heard))),
        h.P(h.ID("v"), h.Text("version: VERSION")),
        h.P(h.ID("who"), h.Text(f"who: {c.session().get_string('name')}")),
        h.P(h.ID("pid"), h.Text(f"pid: {os.getpid()}.")),
        h.Button(add.on_click()), h.Button(say.on_click()), h.Button(log_in.on_click()),
        h.Button(end.on_click()),
    ))

if __name__ == "__main__":
    v.start(START)
"""


class Program:
    """A program in a process of its own, and what it serves."""

    def __init__(self, folder: Path, start: str = "") -> None:
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.file = folder / "workers_app.py"
        self.log = folder / "log"
        self.start_arguments = start
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, version: str = "one") -> None:
        text = APP.replace("PORT", str(self.port)).replace("VERSION", version)
        self.file.write_text(text.replace("START", self.start_arguments))

    def start(self, *command: str, **environment: str) -> None:
        self.write()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=self.file.parent,
                env=os.environ | environment,
                stdout=log,
                stderr=log,
            )
        wait_until(self.answers, "the app to answer", 60)

    def answers(self) -> bool:
        try:
            return httpx.get(self.url, trust_env=False).status_code == 200
        except httpx.HTTPError:
            assert self.process is None or self.process.poll() is None, self.log.read_text()
            return False

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def pids(self) -> set[int]:
        """The processes that answer, of which each is asked often enough."""
        found = set()
        for _ in range(60):
            text = httpx.get(self.url, trust_env=False).text
            found.add(int(re.search(r"pid: (\d+)", text)[1]))  # type: ignore[index]
            if len(found) == 2:
                break
        return found


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    programs = []

    def start(*command: str, start: str = "", **environment: str) -> Program:
        program = Program(tmp_path, start)
        programs.append(program)
        program.start(*(part.replace("PORT", str(program.port)) for part in command), **environment)
        return program

    yield start
    for program in programs:
        if program.process is not None and program.process.poll() is None:
            program.stop()


OWN = ("workers_app.py",)
UVICORN = ("-m", "uvicorn", "--workers", "2", "--port", "PORT", "workers_app:v")


@pytest.fixture(params=["start", "environment", "uvicorn"])
def program(request: pytest.FixtureRequest, run: Callable[..., Program]) -> Program:
    if request.param == "start":
        return run(*OWN, start="workers=2")
    if request.param == "environment":
        return run(*OWN, VIA_WORKERS="2")
    return run(*UVICORN)


class Wanderer(Visitor):
    """A visitor each of whose requests takes a connection of its own, to any of the processes."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.http.headers["connection"] = "close"


@pytest.fixture
def wanderers(program: Program) -> Iterator[list[Wanderer]]:
    made = [Wanderer(program.url) for _ in range(6)]
    yield made
    for one in made:
        one.http.close()


def test_any_worker_serves_any_tab(program: Program, wanderers: list[Wanderer]) -> None:
    assert len(program.pids()) == 2
    for one in wanderers:
        one.visit()
        with one.listen() as stream:
            assert [one.act("a1").status_code for _ in range(10)] == [204] * 10
            stream.wait_for("clicks: 10")
            assert one.close().status_code == 204


def test_a_websocket_is_given_to_the_worker_where_its_tab_lives(run) -> None:
    program = run(*OWN, start="workers=2")
    assert len(program.pids()) == 2
    for _ in range(12):  # of which the kernel gives about half to the other worker
        one = Wanderer(program.url)
        one.visit()
        pid = int(re.search(r"pid: (\d+)", one.html)[1])  # type: ignore[index]
        with talk(one) as talking:
            talking.act("a1", n=1)
            assert talking.answer(1)["status"] == 204
            talking.wait_for("clicks: 1")
            port = talking.connection.local_address[1]
            held = psutil.Process(pid).net_connections("tcp")
            assert [it for it in held if it.raddr and it.raddr.port == port]
        one.http.close()
    assert "Traceback" not in program.log.read_text()


def test_messages_and_sessions_are_shared(program: Program, wanderers: list[Wanderer]) -> None:
    pids = set()
    for one in wanderers:
        one.visit()
        pids.add(re.search(r"pid: (\d+)", one.html)[1])  # type: ignore[index]
    with wanderers[0].listen() as first, wanderers[1].listen() as second:
        for one in wanderers:
            assert one.act("a2").status_code == 204
        for pid in pids:
            for stream in (first, second):
                stream.wait_for(f"from {pid}")
        assert wanderers[0].act("a3").status_code == 200
        for _ in range(8):
            wanderers[0].visit()
            assert "who: Ann" in wanderers[0].html


def test_it_ends_when_it_is_told_to_and_leaves_nothing(program: Program) -> None:
    pids = program.pids()
    assert program.stop() in (0, -signal.SIGTERM)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert "Traceback" not in program.log.read_text()


def test_a_worker_that_dies_is_replaced_and_its_tabs_are_rebuilt(run) -> None:
    program = run(*OWN, start="workers=2")
    one = Wanderer(program.url)
    one.visit()
    pid = int(re.search(r"pid: (\d+)", one.html)[1])  # type: ignore[index]
    with one.listen() as stream:
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: stream.ended, "the stream to end", 20)
    with one.listen() as stream:
        stream.wait_for("clicks: 0")
    wait_until(lambda: len(program.pids()) == 2 and pid not in program.pids(), "a new worker", 30)
    assert "replacing it" in program.log.read_text()
    one.http.close()


def test_hangup_rolls_over_to_new_code_and_refuses_no_request(run) -> None:
    program = run(*OWN, start="workers=2")
    old = program.pids()
    program.write("two")
    assert program.process is not None
    program.process.send_signal(signal.SIGHUP)
    statuses = set()

    def is_done() -> bool:
        response = httpx.get(program.url, trust_env=False)
        statuses.add(response.status_code)
        return "the workers are replaced" in program.log.read_text()

    wait_until(is_done, "the workers to be replaced", 60)
    assert statuses == {200}
    assert "version: two" in httpx.get(program.url, trust_env=False).text
    assert not program.pids() & old


def test_workers_end_with_their_parent(run) -> None:
    program = run(*OWN, start="workers=2")
    pids = program.pids()
    assert program.process is not None
    program.process.kill()
    program.process.wait()

    def are_gone() -> bool:
        alive = 0
        for pid in pids:
            try:
                os.kill(pid, 0)
                alive += 1
            except ProcessLookupError:
                pass
        return not alive

    wait_until(are_gone, "the workers to end", 30)


def test_a_port_that_is_taken_is_said_once(run, tmp_path) -> None:
    program = run(*OWN, start="workers=2")
    second = subprocess.run(
        [sys.executable, *OWN], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 1
    assert second.stderr.count("cannot be used: Address already in use") == 1
    assert program.answers()


@pytest.mark.parametrize("given", ["0", "many", "-1", "1.5"])
def test_a_wrong_number_of_workers_is_refused(given: str, tmp_path) -> None:
    program = Program(tmp_path)
    program.write()
    ended = subprocess.run(
        [sys.executable, *OWN],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"VIA_WORKERS": given},
    )
    assert ended.returncode == 1
    assert "VIA_WORKERS must be a number of processes, from 1 to 1024" in ended.stderr


def test_shutdown_in_a_worker_ends_the_app(run) -> None:
    program = run(*OWN, start="workers=2")
    one = Wanderer(program.url)
    one.visit()
    assert one.act("a4").status_code in (200, 204)
    assert program.process is not None
    assert program.process.wait(30) == 0
    one.http.close()


def test_a_stop_does_not_wait_for_streams_of_other_workers(run) -> None:
    program = run(*OWN, start="workers=2")
    tabs = [Wanderer(program.url) for _ in range(8)]
    with ExitStack() as streams:
        for tab in tabs:
            tab.visit()
            streams.enter_context(tab.listen())
        begun = time.monotonic()
        assert program.stop() == 0
        assert time.monotonic() - begun < GRACE
    for tab in tabs:
        tab.http.close()
