"""Every test of the core runs against the compiled module and against its pure-Python twin."""

from typing import Any

import pytest
from support.core_variants import IDS, core_module


def _fixture(name: str) -> object:
    @pytest.fixture(params=list(IDS), ids=list(IDS.values()), scope="module")
    def variant(request: pytest.FixtureRequest) -> Any:
        return core_module(name, request.param)

    return variant


render = _fixture("html")
events = _fixture("sse.events")
codecs = _fixture("messaging.codecs")
requests = _fixture("http.requests")
handlers = _fixture("tasks.handlers")
send_queue = _fixture("sse.send_queue")
frames = _fixture("websocket.frames")
