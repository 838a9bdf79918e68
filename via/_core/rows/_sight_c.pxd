# The types of `_sight_py.py` where it is compiled.
cimport cython


@cython.final
cdef class Sight:
    cdef object kind
    cdef list parts


@cython.locals(sight=Sight, parts=list, index=Py_ssize_t)
cpdef bint is_still(seen, value) except -1


cpdef bint is_same(one, other) except -1


@cython.locals(size=Py_ssize_t, index=Py_ssize_t)
cpdef bint _is_still_dict(list parts, dict value) except -1
