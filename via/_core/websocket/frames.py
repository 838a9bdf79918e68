"""The frames of WebSockets (RFC 6455), as a server reads and writes them."""

from typing import TYPE_CHECKING

from .._backend import PURE_PYTHON

if TYPE_CHECKING or PURE_PYTHON:
    from ._frames_py import BINARY, CLOSE, PING, PONG, TEXT, FrameError, FrameReader, frame
else:
    from ._frames_c import BINARY, CLOSE, PING, PONG, TEXT, FrameError, FrameReader, frame

__all__ = ["BINARY", "CLOSE", "PING", "PONG", "TEXT", "FrameError", "FrameReader", "frame"]
