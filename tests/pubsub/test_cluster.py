"""An existing NATS: one server with a login, and a cluster of three of which one dies."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
from support.nats_cluster import Cluster, board
from support.server import wait_until

import via
from via.pubsub import NATSBackend

LOGGER = logging.getLogger("via.tests")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()


def test_two_apps_on_a_cluster_go_on_when_a_server_dies(cluster, visitor) -> None:
    heard: list[list[str]] = [[], []]
    apps = [board(cluster, lines) for lines in heard]
    people = [visitor(app) for app in apps]
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
            wait_until(lambda lines=lines: len(lines) >= 60, "every line", 60)  # type: ignore[misc]
            assert lines == acknowledged
        for stream in (first, second):
            stream.wait_for("line 59")
    # Each replay makes a consumer, which the cluster may place on the server that died.
    for _ in range(5):
        heard[0].clear()
        people[0].visit()
        assert heard[0] == acknowledged


@pytest.mark.parametrize("user", ["ann:wrong@", ""])
def test_a_wrong_login_is_refused_with_the_servers_word(cluster, monkeypatch, user) -> None:
    monkeypatch.setattr("via.pubsub.nats.backend.CONNECT_TIMEOUT", 1.5)
    url = cluster.urls[1].replace("ann:secret@", user)

    async def scenario() -> None:
        backend = NATSBackend(url, logger=LOGGER)
        with pytest.raises(via.PubSubError, match=r"no connection to NATS at .*127"):
            await backend.connect()
        await backend.close()

    asyncio.run(scenario())
