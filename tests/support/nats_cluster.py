"""A NATS cluster of three servers on loopback, and an app that runs on it."""

import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import httpx

import via
from support.server import wait_until
from via import h
from via.pubsub.nats.embedded_server import _executable


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


class Cluster:
    """Three servers with routes to each other, JetStream and a login."""

    def __init__(self, folder: Path) -> None:
        free = free_ports(9)
        ports, routes, self.monitors = free[:3], free[3:6], free[6:]
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

        c.view(
            lambda: h.Main(
                h.Input(text.bind()),
                h.Button(say.on_click(), h.Text("Say")),
                h.Ul([h.Li(h.Text(line)) for line in heard]),
            )
        )
        heard.extend(via.replay_and_follow[str](c, "lines.a", 1000, hear))

    return v
