"""`via demo`: every example is offered, and serves its first page."""

import importlib
import subprocess
import sys
from pkgutil import iter_modules

import httpx
import pytest

from via import examples

NAMES = [m.name for m in iter_modules(examples.__path__) if not m.name.startswith("_")]


def test_every_example_is_offered():
    command = [sys.executable, "-m", "via", "demo", "--help"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    offered = text[text.index("{") + 1 : text.index("}")]
    assert "".join(offered.split()).split(",") == NAMES


# The others need a service that is not there.
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("redis")])
def test_an_example_serves_its_first_page(serve, name):
    module = importlib.import_module(f"via.examples.{name}")
    assert module.__doc__
    server = serve(importlib.reload(module).v)
    with httpx.Client(base_url=server.url, trust_env=False, follow_redirects=True) as http:
        response = http.get("/")
    assert response.status_code == 200
    assert "<style>" in response.text
    for outside in ("http://", "https://"):
        loaded = [f'src="{outside}', f"@import url({outside}", f'rel="stylesheet" href="{outside}']
        assert not any(part in response.text for part in loaded)
