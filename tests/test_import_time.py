"""What an app does not use is not imported with via."""

import subprocess
import sys

import pytest


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("module", ["aiohttp", "via.sessions.stores.nats"])
def test_a_module_is_not_imported_unless_it_is_used(module: str) -> None:
    assert run(f"import sys, via; print({module!r} in sys.modules)") == "False\n"


def test_nats_over_websockets_has_aiohttp() -> None:
    code = (
        "import via, nats.aio.transport as transport; made = transport.aiohttp.ClientSession;"
        "import aiohttp; print(made is aiohttp.ClientSession)"
    )
    assert run(code) == "True\n"


def test_an_aiohttp_that_is_there_is_the_one_that_is_used() -> None:
    code = (
        "import aiohttp, via, nats.aio.transport as transport; print(transport.aiohttp is aiohttp)"
    )
    assert run(code) == "True\n"


def test_what_is_imported_on_demand_has_its_names() -> None:
    code = (
        "import via, via.sessions; print(via.sessions.NATSStore.__module__);"
        "from via import *; print('V' in globals())"
    )
    assert run(code) == "via.sessions.stores.nats\nTrue\n"


@pytest.mark.parametrize("module", ["via", "via.sessions"])
def test_a_name_that_is_not_there_is_an_attribute_error(module: str) -> None:
    code = f"import {module}\ntry: {module}.nothing\nexcept AttributeError as error: print(error)"
    assert run(code) == f"module {module!r} has no attribute 'nothing'\n"
