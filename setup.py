"""Builds the compiled core; `pyproject.toml` holds everything else."""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

CORE = Path("via/_core")

extensions = [
    # A platform without a compiler still gets a working package: the pure-Python twins.
    Extension(
        f"via._core.{source.stem}",
        [source.as_posix()],
        extra_compile_args=["-O3"],
        optional=True,
    )
    for source in sorted(CORE.glob("*.pyx"))
]

setup(ext_modules=cythonize(extensions, language_level=3, annotate=False))
