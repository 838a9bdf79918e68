"""Static files: from a directory, or from the resources of a package."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ..errors import ConfigError

_NOSNIFF: Final = {"x-content-type-options": "nosniff"}


class _Files(StaticFiles):
    """Files as what they are named, and none whose name, or a folder's, begins with a dot."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if any(part.startswith(".") for part in PurePath(path).parts):
            raise HTTPException(404, headers=_NOSNIFF)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            raise HTTPException(error.status_code, error.detail, _NOSNIFF) from None
        response.headers.update(_NOSNIFF)
        return response


def static_mount(prefix: str, directory: str | os.PathLike[str]) -> Mount:
    """A route that serves the files below a directory, which must exist."""
    if not isinstance(prefix, str) or not prefix.startswith("/") or not prefix.strip("/"):
        raise ConfigError(f"a static prefix is a path such as '/static', not {prefix!r}")
    if prefix.startswith("/_"):
        raise ConfigError(f"static prefix {prefix!r}: paths that begin with '/_' are via's own")
    if not Path(directory).is_dir():
        raise ConfigError(f"static prefix {prefix!r}: there is no directory {str(directory)!r}")
    return Mount(prefix.rstrip("/"), _Files(directory=directory), name=f"static {prefix}")


def resource_directory(source: str | Traversable) -> Path:
    """The directory of a package's resources, unpacked where it is part of an archive."""
    try:
        tree = files(source) if isinstance(source, str) else source
    except ModuleNotFoundError:
        raise ConfigError(f"there is no package {source!r} to serve files from") from None
    if isinstance(tree, Path):
        return tree
    unpacked = Path(tempfile.mkdtemp(prefix="via-static-"))
    atexit.register(shutil.rmtree, unpacked, ignore_errors=True)
    _unpack(tree, unpacked)
    return unpacked


def _unpack(tree: Traversable, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for entry in tree.iterdir():
        if entry.is_dir():
            _unpack(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())
