"""`python -m via demo [example] [--address host:port]` runs one of the examples."""

import argparse
import webbrowser
from importlib import import_module
from pkgutil import iter_modules
from threading import Timer

import via
from via import examples
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


if __name__ == "__main__":
    main()
