"""What a stranger's flood costs the others: the longest a click waits meanwhile, and memory.

`python -m benchmarks.load.floods` prints a row for each flood.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from html import unescape
from urllib.parse import quote

from .servers import Server, serve

SETTLE = 35
"""Seconds until pages whose streams never come are gone by themselves."""


class Others:
    """A tab with a stream that clicks all the while."""

    def __init__(self, server: Server) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._http.request("GET", "/")
        response = self._http.getresponse()
        page = response.read().decode()
        cookies = [v.split(";")[0] for k, v in response.getheaders() if k.lower() == "set-cookie"]
        self._headers = {"Datastar-Request": "true", "Cookie": "; ".join(cookies)}
        self._body = signals(page)
        self._stream = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._stream.request("POST", "/_sse", self._body, self._headers)
        if self._stream.getresponse().status == 405:  # of versions before
            self._stream.close()
            self._stream.request("GET", "/_sse?datastar=" + quote(self._body), None, self._headers)
            self._stream.getresponse()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._click)
        self.longest = 0.0

    def _click(self) -> None:
        while not self._stop.wait(0.002):
            begun = time.perf_counter()
            self._http.request("POST", "/_action/a1", self._body, self._headers)
            response = self._http.getresponse()
            response.read()
            if response.status != 204:
                raise RuntimeError(f"a click was answered with {response.status}")
            self.longest = max(self.longest, time.perf_counter() - begun)

    def __enter__(self) -> Others:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()
        self._http.close()
        self._stream.close()


def signals(page: str) -> bytes:
    """The JSON of a page's signals."""
    found = re.search(r'<meta data-signals="([^"]*)"', page) or re.search(
        r"data-signals='([^']*)'", page
    )
    if found is None:
        raise RuntimeError("the page has no signals")
    return unescape(found[1]).encode()


def pages(path: str, count: int) -> Callable[[Server], int]:
    """Load a page again and again, and never open its stream."""

    def flood(server: Server) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        for _ in range(count):
            connection.request("GET", path)
            connection.getresponse().read()
        connection.close()
        return count

    return flood


def send(parts: Callable[[], Iterator[bytes]]) -> Callable[[Server], int]:
    """Send a request that has no end in sight, until the server closes the connection."""

    def flood(server: Server) -> int:
        sent = 0
        client = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        with client, suppress(OSError):
            for part in parts():
                client.sendall(part)
                sent += len(part)
        return sent

    return flood


def long_address() -> Iterator[bytes]:
    """100 MB of address."""
    yield b"GET /"
    for _ in range(1600):
        yield b"a" * 65536


def long_header() -> Iterator[bytes]:
    """100 MB of one header."""
    yield b"GET / HTTP/1.1\r\nHost: x\r\nA: "
    for _ in range(1600):
        yield b"a" * 65536


def many_headers() -> Iterator[bytes]:
    """A million headers."""
    yield b"GET / HTTP/1.1\r\nHost: x\r\n"
    for _ in range(1000):
        yield b"A: a\r\n" * 1000


def long_body() -> Iterator[bytes]:
    """100 MB of signals."""
    yield b"POST /_sse HTTP/1.1\r\nHost: x\r\nDatastar-Request: 1\r\n"
    yield b"Content-Length: 104857600\r\n\r\n"
    for _ in range(1600):
        yield b" " * 65536


def connections(server: Server) -> int:
    """900 requests sent by half, and 200 connections without a word; how many stay for 12 s."""
    clients = []
    for number in range(1100):
        client = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        if number < 900:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        clients.append(client)
    time.sleep(12)
    left = 0
    for client in clients:
        client.setblocking(False)
        try:
            while client.recv(65536):
                pass
        except BlockingIOError:
            left += 1
        except OSError:
            pass
        client.close()
    return left


def nested(server: Server) -> int:
    """A megabyte of nested JSON for a signal that is a text, in 20 tabs; how many kept it."""
    kept = 0
    value = b"[" + b"[]," * 340_000 + b"[]]"
    for _ in range(20):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", "/text")
        response = connection.getresponse()
        page = response.read().decode()
        cookies = [v.split(";")[0] for k, v in response.getheaders() if k.lower() == "set-cookie"]
        body = json.loads(signals(page))
        name = next(key for key in body if not key.startswith("via_"))
        body[name] = "@"
        sent = json.dumps(body).encode().replace(b'"@"', value)
        headers = {"Datastar-Request": "true", "Cookie": "; ".join(cookies)}
        connection.request("POST", "/_action/a1", sent, headers)
        kept += connection.getresponse().status == 204
        connection.close()
    return kept


FLOODS: dict[str, Callable[[Server], int]] = {
    "2,000 loads of a page with 1,000 rows": pages("/rows", 2000),
    "20,000 loads of a small page": pages("/", 20_000),
    "an address of 100 MB": send(long_address),
    "a header of 100 MB": send(long_header),
    "a million headers": send(many_headers),
    "a body of 100 MB": send(long_body),
    "900 requests by half, 200 silent connections": connections,
    "1 MB of nested JSON for a text, 20 times": nested,
}


HEADER = """\
| Flood | result | longest click before, ms | meanwhile | memory before, MB | at most | 35 s later |
|---|---|---|---|---|---|---|"""


class Memory:
    """Watches how much a server holds."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.before = self.most = server.memory()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, self._server.memory())

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()


def main() -> None:
    """Run every flood, each against a server of its own."""
    print(HEADER)
    for name, flood in FLOODS.items():
        with serve("flooded") as server:
            with Others(server) as others:
                time.sleep(0.5)
            calm = others.longest
            memory = Memory(server)
            with memory, Others(server) as others:
                time.sleep(0.2)
                result = flood(server)
                time.sleep(0.2)
            time.sleep(SETTLE)
            print(
                f"| {name} | {result:,} | {calm * 1e3:.1f} | {others.longest * 1e3:.1f} "
                f"| {memory.before / 1e6:.0f} | {memory.most / 1e6:.0f} "
                f"| {server.memory() / 1e6:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
