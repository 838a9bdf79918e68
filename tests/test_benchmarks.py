"""The load drivers of `benchmarks/` work: every click they count was seen in the tab."""

import subprocess
import sys
from pathlib import Path


def test_action_driver_drives_via() -> None:
    program = (
        "from benchmarks.load.drivers import actions\n"
        "[one] = actions(['via'], [2], 0.2)\n"
        "print(one['variant'], one['tabs'], one['clicks'] > 2)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "via 2 True\n", done.stderr


def test_no_click_is_lost_on_three_nodes_while_processes_and_a_broker_die() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load.nodes", "20", "30", "-v"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "30 of 30 tabs live at the end" in done.stdout


def test_a_minute_under_load_with_a_killed_and_a_stopped_broker_loses_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load.soak", "60", "200"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 missing, 0 run twice" in done.stdout
