"""A program that serves ends in order: what it has to do after `v.start()` is done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PROGRAM = """
import atexit
import via
from via import h

v = via.new()
v.config(via.Options(server_address="127.0.0.1:0", pubsub=via.MemoryPubSub()))

@v.page("/")
def page(c):
    c.view(lambda: h.P(h.Text("x")))

atexit.register(print, "at exit")
try:
    v.start()
    print("after the start")
finally:
    print("finally")
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_comes_after_the_start_is_done_once_a_signal_ended_it(tmp_path: Path, how) -> None:
    script = tmp_path / "program.py"
    script.write_text(textwrap.dedent(PROGRAM))
    program = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert program.stderr is not None
    log = ""
    while "serving on" not in log:
        line = program.stderr.readline()
        assert line, log
        log += line
    program.send_signal(how)
    out, rest = program.communicate(timeout=20)
    assert out.split("\n") == ["after the start", "finally", "at exit", ""]
    assert "Traceback" not in log + rest
    assert program.returncode == 0
