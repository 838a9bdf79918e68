"""Builds the compiled core and the browser client; `pyproject.toml` holds everything else."""

import os
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Command, Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

sys.path.insert(0, "tools")
import client_build
import compiler

CORE = Path("via/_core")

sources = sorted(CORE.rglob("*_c.pyx"))
modules = {".".join(source.with_suffix("").parts): source for source in sources}
# A twin with no `.pyx` beside it is compiled itself, with the types of a header if there is one.
for twin in sorted(CORE.rglob("_*_py.py")):
    compiled = twin.with_name(twin.name.replace("_py.py", "_c"))
    if compiled.with_suffix(".pyx").exists():
        continue
    modules[".".join(compiled.parts)] = twin
    header, translated = compiled.with_suffix(".pxd"), twin.with_suffix(".c")
    # Cython looks for changes only in a header that has the source's name.
    both_exist = header.exists() and translated.exists()
    if both_exist and header.stat().st_mtime > translated.stat().st_mtime:
        translated.unlink()

# The core keeps its nodes and buffers without locks, once for a process: a free-threaded Python
# switches the GIL on when it imports it, and a second interpreter is refused.
DIRECTIVES = {"freethreading_compatible": False, "subinterpreters_compatible": "no"}
# Symbols are three quarters of a module's size.
NO_SYMBOLS = {"linux": ["-g0"], "darwin": ["-g0"]}
STRIPPED = {"linux": ["-Wl,--strip-all"], "darwin": ["-Wl,-x"]}


def without_core() -> str | None:
    """Why the core is not compiled, or None: its twins make a package that works, too."""
    if os.environ.get("VIA_PURE_PYTHON"):
        return "VIA_PURE_PYTHON is set"
    if reason := compiler.missing():
        return f"no extension module can be compiled here ({reason})"
    return None


def core() -> list[Extension]:
    """The extension modules; none where they cannot be had or are not wanted."""
    if reason := without_core():
        print(f"warning: {reason}; via is built with its pure-Python twin", file=sys.stderr)
        return []
    extensions = [
        Extension(
            name,
            [source.as_posix()],
            extra_compile_args=["-O3", *NO_SYMBOLS.get(sys.platform, [])],
            extra_link_args=STRIPPED.get(sys.platform, []),
        )
        for name, source in modules.items()
    ]
    return cythonize(extensions, language_level=3, annotate=False, compiler_directives=DIRECTIVES)


def with_client(command: type[Command]) -> type[Command]:
    """The command, bundling the browser client first."""

    class WithClient(command):  # type: ignore[misc, valid-type]
        def run(self) -> None:
            client_build.build()
            super().run()

    return WithClient


setup(
    ext_modules=core(),
    cmdclass={
        "build_ext": with_client(build_ext),
        "build_py": with_client(build_py),
        "sdist": with_client(sdist),
    },
)
