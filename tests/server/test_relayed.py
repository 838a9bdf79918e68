"""Tabs that live on another node: what comes to this one is relayed there, and its answer back."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.nats_cluster import free_ports
from support.server import Server, Visitor, wait_until
from support.shared_visitor import shared
from support.socket_visitor import opening, talk

import via
from via import h
from via.app import running
from via.live.tab_id import new_node, new_tab_id, node_of
from via.pubsub.nats.embedded_server import _executable
from via.server.nodes import home, peers


@pytest.fixture(scope="module")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("nats")
    (port,) = free_ports(1)
    command = [_executable(), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def is_up() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(is_up, "nats-server to listen")
    yield f"nats://127.0.0.1:{port}"
    server.kill()
    server.wait()


def counter(nats_url: str) -> via.V:
    v = via.new()
    v.config(
        via.Options(nats_url=nats_url, action_rate_limit=via.RateLimitConfig(-1, 1), resume_grace=5)
    )

    @v.page("/")
    def page(c: via.Context) -> None:
        n = 0
        note = c.signal("")
        lines: list[str] = []

        @c.action
        def add() -> None:
            nonlocal n
            n += 1
            c.sync()

        @c.action
        async def slow() -> None:
            nonlocal n
            await asyncio.sleep(2 * home.ACCEPT_AFTER)
            n += 1
            c.sync()

        @c.action
        def fill() -> None:
            lines.extend(f"{number:0100}" for number in range(20_000))
            c.sync()

        @c.action
        def log_in() -> None:
            c.session().set("name", "Ann")
            c.sync()

        c.view(
            lambda: h.Main(
                h.P(h.ID("n"), h.Text(f"clicks: {n}")),
                h.P(h.ID("who"), h.Text(f"who: {c.session().get_string('name')}")),
                h.Input(note.bind()),
                h.Pre(h.ID("lines"), h.Text("\n".join(lines))),
                *(h.Button(one.on_click()) for one in (add, slow, fill, log_in)),
            )
        )

    @v.page("/other")
    def other(c: via.Context) -> None:
        c.view(lambda: h.Main(h.P(h.Text("the other page"))))

    return v


@pytest.fixture
def nodes(nats_url: str) -> Iterator[list[SimpleNamespace]]:
    """Two nodes of an app."""
    made = []
    for _ in range(2):
        v = counter(nats_url)
        server = Server(v)
        server.start()
        made.append(SimpleNamespace(v=v, server=server))
    yield made
    for node in made:
        node.server.stop()


@contextmanager
def moved(visitor: Visitor, url: str) -> Iterator[Visitor]:
    """The same tab, whose requests come to another node."""
    other = Visitor(url)
    other.http.cookies = visitor.http.cookies
    other.signals, other.path, other.nonce = visitor.signals, visitor.path, visitor.nonce
    yield other
    other.http.close()


@pytest.fixture
def tab(nodes) -> Iterator[tuple[Visitor, Visitor]]:
    """A tab of the first node: by way of that, and by way of the second."""
    visitor = Visitor(nodes[0].server.url)
    visitor.visit()
    with moved(visitor, nodes[1].server.url) as elsewhere:
        yield visitor, elsewhere
    visitor.http.close()


def test_a_websocket_leads_to_a_tab_of_another_node(nodes, tab) -> None:
    _, elsewhere = tab
    with talk(elsewhere) as talking:
        talking.act("a1", n=1, via_number=1)
        assert talking.answer(1)["status"] == 204
        talking.wait_for("clicks: 1")
        talking.act("a3", n=2, via_number=2)  # much, whose parts are cut anywhere
        talking.act("a1", n=3, via_number=3, via_after=2)
        assert talking.answer(3)["status"] == 204
        talking.wait_for(f"{19_999:0100}")
        body = {"via_url": "/other", "via_popstate": False, "via_edits": {}}
        talking.say({"n": 4, "path": "/_navigate", "body": body})
        assert talking.answer(4)["status"] == 204
        talking.wait_for("the other page")
        nodes[0].server.stop()
        talking.wait_closed()
    with talk(elsewhere) as talking:
        talking.wait_for('"via_ctx":')
    nodes[0].server.start()


def test_a_shared_stream_brings_tabs_of_other_nodes_and_messages_by_way_of_others(
    nodes, tab
) -> None:
    here, elsewhere = tab
    with shared(elsewhere) as stream:
        assert stream.say([[1, json.dumps(opening(here))]]).status_code == 204
        assert stream.answer(1, 0)["status"] == 200
        action = json.dumps({"n": 1, "path": "/_action/a1", "body": {"via_number": 1}})
        with moved(elsewhere, nodes[0].server.url) as other_way:
            assert stream.say([[1, action]], other_way).status_code == 204
        assert stream.answer(1, 1)["status"] == 204
        stream.wait_for(1, "clicks: 1")


def test_an_id_says_where_a_tab_lives() -> None:
    node = new_node()
    assert node_of(new_tab_id(node)) == node
    for other in ("", "abc", "abc.def", f"{node}", "é" * 12 + ".x", ">" * 12 + ".x"):
        assert node_of(other) == ""


def test_actions_and_the_stream_come_by_way_of_another_node(nodes, tab) -> None:
    here, elsewhere = tab
    with elsewhere.listen() as stream:
        assert elsewhere.act("a1").status_code == 204
        stream.wait_for("clicks: 1")
        assert here.act("a1").status_code == 204
        stream.wait_for("clicks: 2")
    assert [len(running(node.v).registry.tabs) for node in nodes] == [1, 0]


def test_an_action_that_takes_its_time_is_answered_when_it_is_done(tab) -> None:
    _, elsewhere = tab
    with elsewhere.listen() as stream:
        assert elsewhere.act("a2").status_code == 204
        stream.wait_for("clicks: 1")


def test_much_more_than_the_window_comes_whole(tab) -> None:
    _, elsewhere = tab
    with elsewhere.listen() as stream:
        elsewhere.http.headers["accept-encoding"] = "identity"
        assert elsewhere.act("a3").status_code == 204
        stream.wait_for(f"{19_999:0100}")


def test_a_large_body_comes_whole(tab) -> None:
    _, elsewhere = tab
    name = next(name for name in elsewhere.signals if not name.startswith("via_"))
    assert elsewhere.act("a1", **{name: "x" * 200_000}).status_code == 204
    extra = {f"more{number}": "y" * 60_000 for number in range(12)}
    assert elsewhere.act("a1", **extra).status_code == 204


def test_navigation_and_farewell_come_by_way_of_another_node(nodes, tab) -> None:
    _, elsewhere = tab
    with elsewhere.listen() as stream:
        asked = elsewhere.signals | {"via_url": "/other"}
        assert elsewhere.http.post("/_navigate", json=asked).status_code == 204
        stream.wait_for("the other page")
        assert elsewhere.close().status_code == 204
        wait_until(lambda: not running(nodes[0].v).registry.tabs, "the tab to end")


def test_a_changed_cookie_reaches_the_browser(tab) -> None:
    _, elsewhere = tab
    with elsewhere.listen() as stream:
        response = elsewhere.act("a4")
        assert response.status_code == 200
        assert response.headers["set-cookie"].startswith("session=")
        ready = elsewhere.http.post("/_session/ready", json=elsewhere.signals)
        assert ready.status_code == 204
        stream.wait_for("who: Ann")


def test_another_browser_is_refused_by_way_of_another_node(nodes, tab) -> None:
    _, elsewhere = tab
    stranger = Visitor(nodes[1].server.url)
    stranger.signals = elsewhere.signals
    assert stranger.act("a1").status_code == 403
    wrong = elsewhere.signals | {"via_csrf": "x" * 22}
    assert elsewhere.http.post("/_action/a1", json=wrong).status_code == 403
    stranger.http.close()


def test_a_click_for_a_node_that_is_gone_is_answered_at_once(tab, nodes) -> None:
    _, elsewhere = tab
    nodes[0].server.stop()
    assert elsewhere.act("a1").status_code == 404
    assert elsewhere.close().status_code == 204


def test_a_tab_of_a_node_that_is_gone_is_built_anew(tab, nodes) -> None:
    _, elsewhere = tab
    with elsewhere.listen() as stream:
        elsewhere.act("a1")
        stream.wait_for("clicks: 1")
        nodes[0].server.stop()
        wait_until(lambda: stream.ended, "the stream to end")
    with elsewhere.listen() as stream:
        stream.wait_for("via_ctx")
    assert len(running(nodes[1].v).registry.tabs) == 1


def test_the_home_notices_that_the_other_node_is_gone(tab, nodes, monkeypatch) -> None:
    monkeypatch.setattr(peers, "LOOK_INTERVAL", 0.05)
    _, elsewhere = tab
    tabs = running(nodes[0].v).registry.tabs
    with elsewhere.listen():
        (held,) = tabs.values()
        wait_until(lambda: held.outgoing.is_connected, "the stream")
        nodes[1].server.stop()
        wait_until(lambda: not held.outgoing.is_connected, "the stream to end", 10)


def test_ids_of_no_node_are_unknown_as_before(tab) -> None:
    here, _ = tab
    for id in ("x", f"{'0' * 12}.x", 5, None):
        unknown = here.signals | {"via_ctx": id}
        assert here.http.post("/_action/a1", json=unknown).status_code == 404
