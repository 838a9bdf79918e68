#!/usr/bin/env bash
# The first hour, as the README has it, in a copy of this tree as it was committed: its commands and
# its blocks of code, first where there is neither a compiler nor Node, then where there are both.
# Run with an activated development environment.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(python -c 'import sys; print(sys.executable)')
base=$(python -c 'import sys; print(sys._base_executable)')
tree=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf -- '-- %s (%d s)\n' "$1" "$SECONDS"; }

# Only what installing and running need: no compiler, no Node.
mkdir "$work/bin"
for tool in sh bash env uname cat ls ldd; do ln -s "$(command -v "$tool")" "$work/bin/"; done
bare() { env -u CC -u CXX -u VIRTUAL_ENV PATH="$work/bin" "$@"; }
for tool in gcc cc clang node npm; do
  if bare sh -c "command -v $tool"; then echo "$tool is there"; exit 1; fi
done

git archive --format=tar --prefix=checkout/ HEAD | tar -x -C "$work"
# The tests of the README's blocks, where the installed via is the only one.
mkdir "$work/elsewhere"
cp -r tests docs README.md CONTRIBUTING.md SECURITY.md pyproject.toml setup.py "$work/elsewhere"
run_blocks() { (cd "$work/elsewhere" && "$@" -m pytest -q -o addopts= tests/docs/test_code_blocks.py -k "a_block_runs"); }
variant() { echo "from via._core._backend import PURE_PYTHON; assert PURE_PYTHON is $1, PURE_PYTHON"; }

say "a checkout, bare: the README's first command"
"$base" -m venv "$work/first"
(cd "$work/checkout" && bare "$work/first/bin/pip" install --quiet .)
(cd "$work" && bare "$work/first/bin/python" -W ignore -c "$(variant True)")
(cd "$work" && bare "$work/first/bin/python" "$tree/tests/stranger.py" "$work/first/bin/via" demo)

say "a checkout, bare: the README's second command, and its blocks"
(cd "$work/checkout" && bare "$work/first/bin/pip" install --quiet -e ".[dev]")
(cd "$work/checkout" && bare env VIA_PURE_PYTHON=1 "$work/first/bin/pytest" -q tests/docs tests/app)

say "the source distribution, built here"
cp -r "$work/checkout" "$work/release"
(cd "$work/release" && "$python" setup.py -q sdist --dist-dir "$work/sdist" 2>"$work/log.txt")
say "the source distribution, bare: no Node is asked for, and the wheel is any machine's"
bare "$work/first/bin/pip" wheel --no-deps --wheel-dir "$work/pure" "$work"/sdist/*.tar.gz >"$work/log.txt"
if grep -i nodejs "$work/log.txt"; then exit 1; fi
ls "$work"/pure/via_web-*-py3-none-any.whl

say "the source distribution, with a compiler"
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/compiled" "$work"/sdist/*.tar.gz
"$python" - "$work"/compiled/*.whl <<'CHECK'
import sys
from zipfile import ZipFile

files = ZipFile(sys.argv[1]).infolist()
modules = [file for file in files if file.filename.endswith((".so", ".pyd"))]
assert modules, "no module is compiled"
sources = [f.filename for f in files if f.filename.endswith((".pyx", ".pxd", ".c", ".ts"))]
assert not sources, sources
size = sum(file.file_size for file in modules)
print(f"{len(modules)} compiled modules of {size:,} bytes, the wheel of {sum(f.compress_size for f in files):,}")
assert size < 3_000_000
CHECK
"$base" -m venv "$work/second"
"$work/second/bin/pip" install --quiet "$work"/compiled/*.whl pytest httpx hypothesis selectolax
(cd "$work" && "$work/second/bin/python" -c "$(variant False)")
(cd "$work" && "$work/second/bin/python" "$tree/tests/stranger.py" "$work/second/bin/via" demo)
run_blocks "$work/second/bin/python"

say "a checkout whose core is not compiled goes on as the installed via"
(
  cd "$work/checkout"
  "$work/second/bin/python" "$tree/tests/stranger.py" "$work/second/bin/python" -m via demo 2>"$work/log.txt"
)
grep "going on with the compiled one" "$work/log.txt"

say "VIA_PURE_PYTHON=1, with a compiler"
VIA_PURE_PYTHON=1 "$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/chosen" "$work"/sdist/*.tar.gz
ls "$work"/chosen/via_web-*-py3-none-any.whl
say "the first hour is as the README says"
