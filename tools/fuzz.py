"""Fuzz what strangers may send: `python tools/fuzz.py SECONDS [TARGET …]`.

An input that comes to an outcome not seen before (another line reached, or another refusal) is kept
in tests/fuzz/corpus, in hexadecimal. One that fails is printed and ends the run with 1.
"""

from __future__ import annotations

import random
import sys
import time
import traceback
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fuzz.mutate import mutated  # noqa: E402
from fuzz.targets import TARGETS  # noqa: E402
from fuzz.test_corpus import CORPUS, inputs  # noqa: E402

MOST_KEPT = 150
OURS = str(ROOT / "via")


class Lines:
    """The lines of via's that were run since it was last asked."""

    def __init__(self) -> None:
        self._seen: set[tuple[CodeType, int]] = set()
        self.has_new = False

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        """As `sys.settrace` calls it."""
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        line = (frame.f_code, frame.f_lineno)
        if line not in self._seen:
            self._seen.add(line)
            self.has_new = True
        return self.trace


def fuzz(name: str, seconds: float, chance: random.Random) -> tuple[int, int]:
    """Fuzz a target; how many inputs there were, and how many of them were kept."""
    target, lines = TARGETS[name], Lines()
    pool, count, kept = inputs(name), 0, 0
    todo = list(pool)
    end = time.monotonic() + seconds
    while todo or time.monotonic() < end:
        is_old = bool(todo)
        data = todo.pop() if is_old else mutated(pool, chance)
        lines.has_new = False
        sys.settrace(lines.trace)
        try:
            target(data)
        except BaseException:
            sys.settrace(None)
            traceback.print_exc()
            print(f"{name} failed on {data.hex()}")
            raise SystemExit(1) from None
        finally:
            sys.settrace(None)
        count += 1
        if lines.has_new and not is_old and len(pool) < MOST_KEPT:
            pool.append(data)
            kept += 1
            with (CORPUS / f"{name}.txt").open("a") as file:
                file.write(data.hex() + "\n")
    return count, kept


def main() -> None:
    """Fuzz the targets that are named, or all, each for its share of the time."""
    seconds, names = float(sys.argv[1]), sys.argv[2:] or list(TARGETS)
    CORPUS.mkdir(exist_ok=True)
    chance = random.Random()
    for name in names:
        count, kept = fuzz(name, seconds / len(names), chance)
        print(f"{name}: {count:,} inputs, {kept} kept", flush=True)


if __name__ == "__main__":
    main()
