"""Every test of the core runs against the compiled module and against its pure-Python twin."""

from typing import Any

import pytest
from core_variants import IDS, core_module


def _fixture(name: str) -> object:
    @pytest.fixture(params=IDS, ids=IDS.values(), scope="module")
    def variant(request: pytest.FixtureRequest) -> Any:
        return core_module(name, request.param)

    return variant


render = _fixture("render")
events = _fixture("events")
codecs = _fixture("codecs")
requests = _fixture("requests")
handlers = _fixture("handlers")
outbox = _fixture("outbox")
