"""Uses an installed via as a stranger would: runs the demo, opens it, and stops it.

`python tests/stranger.py COMMAND…`, where the command is that of the demo.
"""

import signal
import socket
import subprocess
import sys
import time
import urllib.request

with socket.create_server(("127.0.0.1", 0)) as probe:
    ADDRESS = f"127.0.0.1:{probe.getsockname()[1]}"

demo = subprocess.Popen([*sys.argv[1:], "--address", ADDRESS, "--no-browser"])
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
    assert demo.wait(20) == 0, f"the demo ended with {demo.returncode}"
finally:
    demo.kill()
print("1 passed, 0 failed")
