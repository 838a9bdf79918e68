"""A server that ends with the driver that started it."""

import os
import signal
import sys
import threading


def port() -> int:
    """The port to serve, from the command line; from now on the end of stdin ends the server."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()
    return int(sys.argv[1])


def _wait_for_parent() -> None:
    # The driver holds the other end of the pipe; it closes even if the driver is killed.
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
