"""An existing NATS: one server with a login, and a cluster of three of which one dies."""

import asyncio
import logging
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from support import Visitor, wait_until

import via
from via import h
from via.pubsub import NATSBackend
from via.pubsub.nats_server import _executable

LOGGER = logging.getLogger("via.tests")


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


class Cluster:
    """Three servers with routes to each other, JetStream and a login."""

    def __init__(self, folder: Path) -> None:
        ports, routes, self.monitors = free_ports(3), free_ports(3), free_ports(3)
        self.urls = [f"nats://ann:secret@127.0.0.1:{port}" for port in ports]
        every = ", ".join(f"nats://127.0.0.1:{port}" for port in routes)
        self.servers = []
        for number in range(3):
            config = folder / f"{number}.conf"
            config.write_text(
                f"server_name: n{number}\nlisten: 127.0.0.1:{ports[number]}\n"
                f"http: 127.0.0.1:{self.monitors[number]}\n"
                "authorization { user: ann, password: secret }\n"
                f'jetstream {{ store_dir: "{folder / str(number)}" }}\n'
                f"cluster {{ name: c, listen: 127.0.0.1:{routes[number]}, routes: [{every}] }}\n"
            )
            log = str(folder / f"{number}.log")
            self.servers.append(subprocess.Popen([_executable(), "-c", config, "-l", log]))
        wait_until(self._is_ready, "the cluster to choose a leader", 60)

    def _is_ready(self) -> bool:
        try:
            state = [
                httpx.get(f"http://127.0.0.1:{port}/jsz", trust_env=False).json()
                for port in self.monitors
            ]
        except httpx.HTTPError:
            return False
        return all(
            one.get("meta_cluster", {}).get("leader")
            and one["meta_cluster"].get("cluster_size") == 3
            for one in state
        )

    def stop(self) -> None:
        for server in self.servers:
            server.kill()
            server.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()


def board(cluster: Cluster, heard: list[str]) -> via.V:
    """One process of an app: it shows and records every line of the stream."""
    v = via.new()
    v.config(
        via.Options(
            nats_url=cluster.urls,
            streams=[via.StreamConfig("LINES", ["lines.>"], replicas=3)],
            action_rate_limit=via.RateLimitConfig(rate=-1),
        )
    )

    @v.page("/")
    def page(c: via.Context) -> None:
        text = c.signal("")

        def hear(line: str) -> None:
            heard.append(line)
            c.sync()

        @c.action
        def say() -> None:
            via.publish_durable(c, "lines.a", text.string())

        c.view(lambda: h.Ul(say.on_click(), [h.Li(h.Text(line)) for line in heard]))
        heard.extend(via.replay_and_follow[str](c, "lines.a", 1000, hear))

    return v


def test_two_apps_on_a_cluster_go_on_when_a_server_dies(cluster, serve) -> None:
    heard: list[list[str]] = [[], []]
    apps = [serve(board(cluster, lines)) for lines in heard]
    people = [Visitor(app.url) for app in apps]
    for person in people:
        person.visit()
    acknowledged: list[str] = []
    with people[0].listen() as first, people[1].listen() as second:
        for number in range(60):
            if number == 20:
                cluster.servers[0].kill()
                cluster.servers[0].wait()
            line = f"line {number}"
            if people[number % 2].act(s1=line).status_code == 204:
                acknowledged.append(line)
        assert len(acknowledged) == 60
        for lines in heard:
            wait_until(lambda lines=lines: len(lines) >= 60, "every line", 60)
            assert lines == acknowledged
        for stream in (first, second):
            stream.wait_for("line 59")
    late = Visitor(apps[0].url)
    heard[0].clear()
    late.visit()
    assert heard[0] == acknowledged
    for person in (*people, late):
        person.http.close()


@pytest.mark.parametrize("user", ["ann:wrong@", ""])
def test_a_wrong_login_is_refused_with_the_servers_word(cluster, monkeypatch, user) -> None:
    monkeypatch.setattr("via.pubsub.nats_backend.CONNECT_TIMEOUT", 1.5)
    url = cluster.urls[1].replace("ann:secret@", user)

    async def scenario() -> None:
        backend = NATSBackend(url, logger=LOGGER)
        with pytest.raises(via.PubSubError, match=r"no connection to NATS at .*127"):
            await backend.connect()
        await backend.close()

    asyncio.run(scenario())
