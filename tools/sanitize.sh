#!/usr/bin/env bash
# Runs the core's tests on modules built with AddressSanitizer and UndefinedBehaviorSanitizer, in a
# copy of this tree; `tools/sanitize.sh fuzz SECONDS` fuzzes them instead, and keeps the corpus.
# Needs gcc with its sanitizer libraries and the development environment.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git archive HEAD | tar -x -C "$copy"
cd "$copy"

export CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g -O1"
export LDFLAGS="-fsanitize=address,undefined"
# Those that are their own twins; the extension module goes first at import.
for source in via/_core/*/_*_py.py; do
  compiled="${source%_py.py}_c"
  [ -e "$compiled.pyx" ] || cp "$source" "$compiled.py"
done
mapfile -t modules < <(ls via/_core/*/*_c.pyx via/_core/*/*_c.py | grep -v _handlers_c)
cythonize -q -i -3 "${modules[@]}"
# greenlet copies stacks whole, with the zones between variables that the sanitizer guards.
CFLAGS="$CFLAGS --param=asan-stack=0" cythonize -q -i -3 via/_core/tasks/_handlers_c.pyx

# Leaks are looked for by the tests; Python itself frees little at its end.
export LD_PRELOAD="$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)"
export ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc
if [ "${1:-}" = fuzz ]; then
  python tools/fuzz.py "${@:2}"
  cp tests/fuzz/corpus/*.txt "$here"/tests/fuzz/corpus/
else
  python -m pytest -q -s -p no:cacheprovider tests/core tests/h tests/fuzz "$@"
fi
