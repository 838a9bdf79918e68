"""Runs every suite and driver, and writes the results: `python -m benchmarks [--quick]`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .load import drivers
from .plots import draw
from .report import syncs, write

HERE = Path(__file__).parent
SUITES_LIMIT = 300.0
"""Seconds that the pytest-benchmark suites may take in all."""


def suites(quick: bool) -> list[dict[str, Any]]:
    """The results of the pytest-benchmark suites. Raises RuntimeError if there are none."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results.json")
        command = [sys.executable, "-m", "pytest", "-q", "--benchmark-quiet"]
        command += [
            f"--benchmark-json={results}",
            "--benchmark-max-time=" + ("0.02", "0.5")[not quick],
        ]
        command += sorted(map(str, (HERE / "micro").glob("test_*.py")))
        subprocess.run(command, cwd=HERE.parent, timeout=SUITES_LIMIT, check=False)
        if not results.exists():
            raise RuntimeError("the pytest-benchmark suites gave no results")
        benchmarks: list[dict[str, Any]] = json.loads(results.read_bytes())["benchmarks"]
    return benchmarks


def main() -> None:
    """Measure everything; write results.md, results.json and plots/ beside this file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only show that everything works")
    parser.add_argument("--to", type=Path, default=HERE, help="the folder of the results")
    arguments = parser.parse_args()
    suite = suites(arguments.quick)
    measured = {"suites": suite, "syncs": syncs(suite)} | drivers.measure(arguments.quick)
    arguments.to.mkdir(parents=True, exist_ok=True)
    write(measured, arguments.to / "results.md", quick=arguments.quick)
    draw(measured, arguments.to / "plots")
    print(f"written: {arguments.to / 'results.md'}", file=sys.stderr)
