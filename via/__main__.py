"""`via demo [example] [--address host:port]` runs one of the examples; so does `python -m via`."""

import argparse
import os
import sys
import webbrowser
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from pkgutil import iter_modules
from threading import Timer

import via
from via import examples
from via._core._backend import CORE_MODULE, PURE_PYTHON
from via.options import split_address


def main() -> None:
    """Parse the command line and serve the example until it is interrupted."""
    modules = (module.name for module in iter_modules(examples.__path__))
    names = [name for name in modules if not name.startswith("_")]
    parser = argparse.ArgumentParser(prog="python -m via", description=via.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="run an example app")
    demo.add_argument("example", nargs="?", default="chat", choices=names)
    demo.add_argument("--address", default="127.0.0.1:3000", help="host:port to serve on")
    demo.add_argument("--no-browser", action="store_true", help="do not open a browser")
    arguments = parser.parse_args()

    app: via.V = import_module(f"via.examples.{arguments.example}").v
    app.config(via.Options(server_address=arguments.address))
    if not arguments.no_browser:
        host, port = split_address(arguments.address)
        opener = Timer(1.0, webbrowser.open, [f"http://{host or 'localhost'}:{port}"])
        opener.daemon = True
        opener.start()
    app.start()


def _use_installed() -> None:
    """Go on as the installed via where this is a source tree whose core is not compiled.

    `python -m` finds the working directory first, and in a checkout that is the source tree.
    """
    if sys.flags.safe_path or not PURE_PYTHON or os.environ.get("VIA_PURE_PYTHON"):
        return
    package, _, module = CORE_MODULE.rpartition(".")
    for place in sys.path[1:]:
        folder = Path(place, *package.split("."))
        if PathFinder.find_spec(module, [str(folder)]):
            print(f"via: going on with the compiled one in {place}", file=sys.stderr)
            os.execv(sys.executable, [sys.executable, "-P", *sys.orig_argv[1:]])


if __name__ == "__main__":
    _use_installed()
    main()
