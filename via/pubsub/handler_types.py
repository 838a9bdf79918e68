"""The type of a handler's messages: what its first parameter is annotated with."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from .._core.messaging.codecs import Codec, codec
from ..errors import PubSubError


def codec_of(type: Any) -> Codec:
    """The codec of a type. Raises PubSubError for one that messages cannot have."""
    try:
        return codec(type)
    except (TypeError, NameError) as error:
        raise PubSubError(f"messages cannot be of type {type!r}: {error}") from None


def handler_codec(handler: Callable[[Any], Any]) -> Codec:
    """The codec of the handler's first parameter; of anything if it has no annotation.

    Raises PubSubError for an annotation that cannot be read, or that messages cannot have.
    """
    try:
        parameter = next(iter(inspect.signature(handler).parameters.values()), None)
    except (TypeError, ValueError):  # a callable without a signature
        return codec_of(Any)
    if parameter is None or parameter.annotation is parameter.empty:
        return codec_of(Any)
    annotation = parameter.annotation
    if isinstance(annotation, str):
        annotation = _evaluated(handler, annotation)
    return codec_of(annotation)


def _evaluated(handler: Any, annotation: str) -> Any:
    """An annotation's value; its names may be local to the functions that are running."""
    function = inspect.unwrap(getattr(handler, "__func__", handler))
    names = getattr(function, "__globals__", {})
    try:
        try:
            return eval(annotation, names)
        except NameError:
            return eval(annotation, names, _locals())
    except Exception as error:
        raise PubSubError(
            f"the annotation {annotation!r} of {handler!r} cannot be read ({error}): "
            "give the type in brackets, as in via.subscribe[T](…)"
        ) from None


def _locals() -> dict[str, Any]:
    names: dict[str, Any] = {}
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        names = {**frame.f_locals, **names}
        frame = frame.f_back
    return names
