# The types of `_codecs_py.py` where it is compiled.
cdef dict _codecs
cdef object _encode

cdef class Codec:
    cdef readonly object type
    cdef object _decode

    cpdef object decode(self, bytes data)
