# The types of `_nats_reader_py.py` where it is compiled.
cimport cython


@cython.final
cdef class NATSReader:
    cdef readonly dict handlers
    cdef public Py_ssize_t handled
    cdef public Py_ssize_t bytes_handled
    cdef object _on_error
    cdef bytes _data
    cdef Py_ssize_t _at
    cdef list _chunks
    cdef Py_ssize_t _missing

    cpdef reset(self)

    @cython.locals(left=Py_ssize_t)
    cpdef feed(self, bytes data)

    @cython.locals(
        data=bytes, at=Py_ssize_t, size=Py_ssize_t, end=Py_ssize_t, kind=int, parts=list,
        count=Py_ssize_t, length=Py_ssize_t, head=Py_ssize_t, begin=Py_ssize_t, stop=Py_ssize_t,
    )
    cpdef next(self)


cpdef Py_ssize_t _number(bytes digits) except -1
