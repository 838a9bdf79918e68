"""Tells whether this machine can compile the core."""

import tempfile
from pathlib import Path

from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

PROBE = "#include <Python.h>\nPyMODINIT_FUNC PyInit_probe(void) { return NULL; }\n"


def missing() -> str | None:
    """What keeps an extension module from being compiled and linked here; None if nothing does."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(PROBE)
        command = build_ext(Distribution({"ext_modules": [Extension("probe", [str(source)])]}))
        command.build_lib = command.build_temp = folder
        try:
            command.ensure_finalized()
            command.run()
        except Exception as error:  # each platform's compiler class has kinds of its own
            return str(error) or type(error).__name__
    return None


if __name__ == "__main__":
    print(missing() or "extension modules can be compiled")
