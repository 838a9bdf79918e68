"""Counts the files of via that one click and one publish pass, and how often the call changes file.

    python tools/call_path.py [--list]

An app is served as `V.start` serves it; the thread of its event loop is watched with
`sys.setprofile` while one action runs and its patch is sent, and while one message is published
and reaches its listener. Compiled modules do not show: run it with VIA_PURE_PYTHON=1 to count
their twins too. `--list` names the files in the order in which they were entered.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

import via
from via import h
from via.app import server_for

PACKAGE = str(Path(via.__file__).parent) + "/"
TIMEOUT = 20.0


class Recorder:
    """Notes the files of via that the watched thread enters."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.is_on = False

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if self.is_on and event in ("call", "return"):
            entered: FrameType | None = frame if event == "call" else frame.f_back
            name = entered.f_code.co_filename if entered is not None else ""
            if name.startswith(PACKAGE) and (not self.entries or self.entries[-1] != name):
                self.entries.append(name)

    def report(self, what: str, show: bool) -> None:
        """Print the two counts, and forget them."""
        files = dict.fromkeys(self.entries)
        print(f"{what}: {len(files)} files, {len(self.entries)} changes of file")
        if show:
            for name in files:
                print("   ", name.removeprefix(PACKAGE))
        self.entries.clear()


def app() -> via.V:
    """A counter and a chat line, both on one page."""
    v = via.new()

    @v.page("/")
    def page(c: via.Context) -> None:
        count = 0
        said = c.signal("")

        @c.action
        def add() -> None:
            nonlocal count
            count += 1
            said.set_value(f"{count}")
            c.sync()

        @c.action
        def say() -> None:
            c.publish("chat", b"hello")

        def heard(data: bytes) -> None:
            said.set_value(data.decode())
            c.sync()

        c.subscribe("chat", heard)

        @c.view
        def view() -> h.H:
            return h.Div(h.P(str(count)), h.P(said.string()), h.Button(add.on_click(), "+"))

    return v


def serve(v: via.V, recorder: Recorder) -> tuple[uvicorn.Server, threading.Thread]:
    """The app's server in a thread that the recorder watches."""
    server = uvicorn.Server(served_config(v))

    def run() -> None:
        sys.setprofile(recorder)
        server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wait(lambda: server.started, "the server's start")
    return server, thread


def served_config(v: via.V) -> uvicorn.Config:
    """The configuration with which `V.start` serves, on a free loopback port."""
    config = server_for(v).config
    config.host, config.port = "127.0.0.1", 0
    return config


def wait(condition: Callable[[], Any], what: str) -> None:
    """Wait for a condition; fail, naming it, after a while."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {TIMEOUT:g} s in vain for {what}")
        time.sleep(0.01)


class Tab:
    """A page with its stream, over two plain sockets as a browser holds them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._actions = self._connect()
        self._actions.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        document = b""
        while b"</html>" not in document:
            document += self._actions.recv(65536)
        found = re.search(rb'data-signals="([^"]+)"', document)
        assert found is not None
        text = found[1].decode().replace("&#34;", '"').replace("&quot;", '"')
        self.signals: dict[str, Any] = json.loads(text)
        self.stream = self._connect()
        cookie = re.search(rb"(?i)set-cookie: ([^;]+)", document)
        assert cookie is not None
        self.cookie = cookie[1].decode()
        self.stream.sendall(self._post("/_sse"))
        assert b"200 OK" in self.stream.recv(65536)

    def act(self, id: str) -> bytes:
        """Call an action; returns what the stream then brings."""
        self._actions.sendall(self._post(f"/_action/{id}"))
        answer = self._actions.recv(65536)
        assert b"204" in answer, answer
        return self.stream.recv(65536)

    def _post(self, path: str) -> bytes:
        body = json.dumps(self.signals).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nDatastar-Request: true\r\n"
            f"Cookie: {self.cookie}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def close(self) -> None:
        """Leave, as a browser that is gone."""
        self.stream.close()
        self._actions.close()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.settimeout(TIMEOUT)
        return connection


def main() -> None:
    """Serve, click and publish once warm, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="name the files")
    show = parser.parse_args().list
    recorder = Recorder()
    server, thread = serve(app(), recorder)
    tab = Tab(server.servers[0].sockets[0].getsockname()[1])
    for what, action in (("click", "a1"), ("publish", "a2")):
        for _ in range(3):  # what is made once is made
            tab.act(action)
        time.sleep(0.2)
        recorder.is_on = True
        tab.act(action)
        time.sleep(0.2)  # what belongs to the end of it
        recorder.is_on = False
        recorder.report(what, show)
    tab.close()
    server.should_exit = True
    thread.join(TIMEOUT)


if __name__ == "__main__":
    main()
