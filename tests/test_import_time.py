"""What an app does not use is not imported with via."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(code: str, path: str = "") -> str:
    found = {**os.environ, "PYTHONPATH": os.pathsep.join([path, *sys.path])} if path else None
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=found
    ).stdout


@pytest.fixture
def with_aiohttp(tmp_path: Path) -> str:
    """A folder with an aiohttp: the real one is no dependency of via's."""
    (tmp_path / "aiohttp.py").write_text("class ClientSession: pass\n")
    (tmp_path / "multidict.py").write_text("class CIMultiDict: pass\n")
    return str(tmp_path)


@pytest.mark.parametrize(
    "module",
    ["via.sessions.stores.nats", "via.sessions.stores.sqlite", "brotli", "backports.zstd"],
)
def test_what_is_not_used_is_not_imported(module: str) -> None:
    assert run(f"import sys, via; print({module!r} in sys.modules)") == "False\n"


def test_aiohttp_is_imported_when_nats_uses_it(with_aiohttp: str) -> None:
    code = (
        "import sys, via, nats.aio.transport as transport; print('aiohttp' in sys.modules);"
        "made = transport.aiohttp.ClientSession; import aiohttp;"
        "print(made is aiohttp.ClientSession);"
        "made = transport.multidict.CIMultiDict; import multidict;"
        "print(made is multidict.CIMultiDict)"
    )
    assert run(code, with_aiohttp) == "False\nTrue\nTrue\n"


def test_an_aiohttp_that_is_there_is_the_one_that_is_used(with_aiohttp: str) -> None:
    code = (
        "import aiohttp, via, nats.aio.transport as transport; print(transport.aiohttp is aiohttp)"
    )
    assert run(code, with_aiohttp) == "True\n"


def test_what_is_imported_on_demand_has_its_names() -> None:
    code = (
        "import via, via.sessions; print(via.sessions.NATSStore.__module__);"
        "print(via.sessions.SQLiteStore.__module__);"
        "from via import *; print('V' in globals())"
    )
    assert run(code) == "via.sessions.stores.nats\nvia.sessions.stores.sqlite\nTrue\n"


@pytest.mark.parametrize("module", ["via", "via.sessions"])
def test_a_name_that_is_not_there_is_an_attribute_error(module: str) -> None:
    code = f"import {module}\ntry: {module}.nothing\nexcept AttributeError as error: print(error)"
    assert run(code) == f"module {module!r} has no attribute 'nothing'\n"
