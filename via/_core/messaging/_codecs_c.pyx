# cython: language_level=3
"""Typed messages as JSON by msgspec, one decoder per type; `_codecs_py` is the twin."""

import msgspec

cdef Py_ssize_t KEPT = 1024
cdef object _encode = msgspec.json.Encoder().encode
cdef dict _codecs = {}


def encode(message, /):
    """The message as JSON. Raises TypeError or ValueError for what JSON cannot hold."""
    return _encode(message)


cdef class Codec:
    """Decodes messages of one type; made by `codec`."""

    def __init__(self, type):
        self.type = type
        self._decode = msgspec.json.Decoder(type).decode

    cpdef object decode(self, bytes data):
        """The validated message. Raises msgspec.MsgspecError, which names the field's path."""
        return self._decode(data)


def codec(type, /):
    """The codec of a type, made once. Raises TypeError for a type that msgspec cannot decode."""
    try:
        found = _codecs.get(type)
    except TypeError:  # an unhashable annotation
        return Codec(type)
    if found is None:
        found = Codec(type)
        if len(_codecs) >= KEPT:
            # Types that are made anew for each page must not pile up.
            del _codecs[next(iter(_codecs))]
        _codecs[type] = found
    return found
