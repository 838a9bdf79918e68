"""The backend over Redis: a real redis-server, two real browsers."""

import asyncio
import importlib
import socket
import subprocess

import pytest
from playwright.sync_api import expect
from support.server import wait_until


@pytest.fixture
def redis_url(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )

    def answers() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    wait_until(answers, "redis-server to listen")
    yield f"redis://127.0.0.1:{port}"
    server.terminate()
    server.wait(10)


def test_claps_cross_from_browser_to_browser(redis_url, monkeypatch, serve, new_page) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    app = importlib.reload(importlib.import_module("via.examples.redis_pubsub")).v
    server = serve(app)
    first, second = new_page(), new_page()
    for page in (first, second):
        page.goto(server.url)
        page.wait_for_selector("html[data-via-connection=open]", state="attached")
    assert app.nats_conn() is None
    assert app.jetstream() is None
    first.get_by_role("button", name="Clap").click()
    expect(second.locator("p")).to_have_text("Heard since you came: 1")
    second.get_by_role("button", name="Clap").click()
    expect(first.locator("p")).to_have_text("Heard since you came: 2")


def test_a_star_stands_for_one_part(redis_url) -> None:
    from via.examples.redis_pubsub import RedisPubSub

    async def scenario() -> None:
        backend = RedisPubSub(redis_url)
        one: list[bytes] = []
        rest: list[bytes] = []
        subscriptions = [
            await backend.subscribe("a.*", one.append),
            await backend.subscribe("a.>", rest.append),
        ]
        for subject in ("a.b", "a.b.c", "x.b"):
            await backend.publish(subject, subject.encode())
        async with asyncio.timeout(20):
            while len(rest) < 2 or not one:
                await asyncio.sleep(0.005)
        assert (one, rest) == ([b"a.b"], [b"a.b", b"a.b.c"])
        for subscription in subscriptions:
            await subscription.unsubscribe()
        await backend.close()

    asyncio.run(scenario())
