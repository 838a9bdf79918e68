"""Uses an installed via as a stranger would: runs the demo, opens it, and stops it.

Run by the continuous integration with the Python of an environment that holds the wheel alone.
"""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec

with socket.create_server(("127.0.0.1", 0)) as probe:
    ADDRESS = f"127.0.0.1:{probe.getsockname()[1]}"

assert find_spec("via._core.html._nodes_c") is not None, "the wheel has no compiled core"
demo = subprocess.Popen([sys.executable, "-m", "via", "demo", "--address", ADDRESS, "--no-browser"])
try:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 30
    while True:
        try:
            page = opener.open(f"http://{ADDRESS}/", timeout=10).read().decode()
            break
        except OSError:
            assert demo.poll() is None, "the demo ended by itself"
            assert time.monotonic() < deadline, "the demo does not answer"
            time.sleep(0.05)
    assert "via chat" in page
    client = opener.open(f"http://{ADDRESS}/_datastar.js", timeout=10).read()
    assert len(client) > 1000
    demo.send_signal(signal.SIGTERM)
    # The server shuts down, and then lets the signal have its usual effect.
    assert demo.wait(20) in (0, -signal.SIGTERM), f"the demo ended with {demo.returncode}"
finally:
    demo.kill()
print("1 passed, 0 failed")
