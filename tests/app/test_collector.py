"""The garbage collector under `v.start()`: few looks at many tabs, and as before afterwards."""

import gc
import threading
import time

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from support.nats_cluster import free_ports

import via
from via import h


def collector() -> tuple[tuple[int, ...], bool]:
    return gc.get_threshold(), gc.get_freeze_count() > 0


def served(v: via.V, port: int) -> list[object]:
    """What the collector is while an app is served, and after."""
    seen: list[object] = []

    async def look(request: Request) -> Response:
        return JSONResponse(collector())

    v.http_serve_mux().add_route("/collector", look)
    v.page("/", lambda c: c.view(lambda: h.P("x")))
    v.config(via.Options(server_address=f"127.0.0.1:{port}", pubsub=via.MemoryPubSub()))

    def ask() -> None:
        for _ in range(200):
            try:
                response = httpx.get(f"http://127.0.0.1:{port}/collector", trust_env=False)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                seen.append(response.json())
                break
        v.shutdown()

    asking = threading.Thread(target=ask)
    asking.start()
    v.start()
    asking.join()
    return seen


@pytest.mark.parametrize("threshold", [None, (900, 5, 5), (0, 0, 0)])
def test_it_looks_seldom_and_is_as_before_afterwards(threshold) -> None:
    before = collector()
    v = via.new()
    v.config(via.Options(gc_threshold=threshold))
    assert served(v, free_ports(1)[0]) == [[list(threshold or (20_000, 20, 100)), True]]
    assert collector() == before


@pytest.mark.parametrize("wrong", [700, (1, 2), (1, 2, -3), (1.0, 2, 3), [1, 2, 3]])
def test_thresholds_are_three_whole_numbers(wrong) -> None:
    with pytest.raises(via.ConfigError, match=r"Options.gc_threshold must be three whole numbers"):
        via.Options(gc_threshold=wrong)
