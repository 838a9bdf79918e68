"""The compiled core belongs to one interpreter of a process, and says so to any other."""

import sys

import pytest

from via._core.http import _requests_c  # type: ignore[attr-defined]

PROGRAM = f"""
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location

loader = ExtensionFileLoader("_requests_c", {_requests_c.__file__!r})
spec = spec_from_file_location("_requests_c", {_requests_c.__file__!r}, loader=loader)
spec.loader.exec_module(module_from_spec(spec))
"""


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="the test's way to an interpreter is older")
def test_a_second_interpreter_is_refused() -> None:
    interpreters = pytest.importorskip("_xxsubinterpreters")
    second = interpreters.create()
    try:
        with pytest.raises(interpreters.RunFailedError, match=r"ImportError.*interpreter"):
            interpreters.run_string(second, PROGRAM)
    finally:
        interpreters.destroy(second)
