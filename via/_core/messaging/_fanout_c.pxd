# The types of `_fanout_py.py` where it is compiled.
cimport cython

from ._codecs_c cimport Codec


@cython.final
cdef class Listener:
    cdef readonly object handler
    cdef readonly Codec codec
    cdef readonly bint closed
    cdef readonly Py_ssize_t dropped
    cdef object _enqueue
    cdef Py_ssize_t _limit
    cdef object _first
    cdef list _others
    cdef list _held
    cdef long long _after

    cpdef close(self)
    cpdef release(self, long long after)

    @cython.locals(others=list)
    cpdef bint put(self, message, long long number) except -1


@cython.final
cdef class Fanout:
    cdef dict _groups
    cdef Py_ssize_t _size
    cdef object _on_bad
    cdef object _on_drop

    @cython.locals(listener=Listener, group=dict)
    cpdef deliver(self, bytes data, long long number=*)
