"""Builds the compiled core and the browser client; `pyproject.toml` holds everything else."""

import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Command, Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

sys.path.insert(0, "tools")
import client_build

CORE = Path("via/_core")

sources = sorted(CORE.rglob("*_c.pyx"))
modules = {".".join(source.with_suffix("").parts): source for source in sources}
# These are their own twins: plain Python, which Cython compiles with the types of a header, if
# there is one.
ONE_SOURCE = (
    "diff/differ",
    "diff/element_differ",
    "diff/patches",
    "diff/view_ids",
    "messaging/codecs",
    "messaging/fanout",
    "sse/send_queue",
)
for package, _, name in (path.partition("/") for path in ONE_SOURCE):
    source = CORE / package / f"_{name}_py.py"
    modules[f"via._core.{package}._{name}_c"] = source
    header, translated = CORE / package / f"_{name}_c.pxd", source.with_suffix(".c")
    # Cython looks for changes in a header that has the source's name.
    if header.exists() and header.stat().st_mtime > (
        translated.stat().st_mtime if translated.exists() else 0
    ):
        translated.unlink(missing_ok=True)

extensions = [
    # A platform without a compiler still gets a working package: the pure-Python twins.
    Extension(name, [source.as_posix()], extra_compile_args=["-O3"], optional=True)
    for name, source in modules.items()
]


def with_client(command: type[Command]) -> type[Command]:
    """The command, bundling the browser client first."""

    class WithClient(command):  # type: ignore[misc, valid-type]
        def run(self) -> None:
            client_build.build()
            super().run()

    return WithClient


# The core keeps its nodes and buffers without locks, once for a process: a free-threaded Python
# switches the GIL on when it imports it, and a second interpreter is refused.
DIRECTIVES = {"freethreading_compatible": False, "subinterpreters_compatible": "no"}

setup(
    ext_modules=cythonize(
        extensions, language_level=3, annotate=False, compiler_directives=DIRECTIVES
    ),
    cmdclass={
        "build_ext": with_client(build_ext),
        "build_py": with_client(build_py),
        "sdist": with_client(sdist),
    },
)
