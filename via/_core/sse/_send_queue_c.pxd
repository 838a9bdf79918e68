# The types of `_send_queue_py.py` where it is compiled.
cimport cython


@cython.final
cdef class Elements:
    cdef readonly bytes event
    cdef readonly object nodes


@cython.final
cdef class SendQueue:
    cdef object _on_elements
    cdef object _on_error
    cdef list _entries
    cdef list _waiting
    cdef Py_ssize_t _events
    cdef Py_ssize_t _bytes
    cdef readonly bint overflown

    cpdef clear(self)

    cpdef add_view(self, object view)

    cpdef bint take_only(self, object view)

    @cython.locals(entries=list)
    cpdef drain(self, list events)

    @cython.locals(place=Py_ssize_t)
    cpdef _events_of(self, list events, list entries, Py_ssize_t place)
