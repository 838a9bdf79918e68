"""Every test of the core runs against the compiled module and against its pure-Python twin."""

from importlib import import_module
from types import ModuleType

import pytest


def _variants(name: str) -> list[ModuleType]:
    return [import_module(f"via._core._{name}_{variant}") for variant in ("c", "py")]


def _fixture(name: str) -> object:
    @pytest.fixture(params=_variants(name), ids=["compiled", "pure"], scope="module")
    def variant(request: pytest.FixtureRequest) -> ModuleType:
        return request.param

    return variant


render = _fixture("render")
events = _fixture("events")
codecs = _fixture("codecs")
requests = _fixture("requests")
handlers = _fixture("handlers")
outbox = _fixture("outbox")
