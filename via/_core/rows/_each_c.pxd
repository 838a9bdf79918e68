# The types of `_each_py.py` where it is compiled.
cimport cython


@cython.final
cdef class RowMemory:
    cdef dict _lists
    cdef dict _made


@cython.final
cdef class _Row:
    cdef object item
    cdef object key
    cdef object node
    cdef object seen
    cdef Py_ssize_t place
    cdef int known

    cpdef bint shows(self, item) except -1


@cython.final
cdef class _Rows:
    cdef list _rows
    cdef list _nodes
    cdef dict _by_key
    cdef bint _is_keyed
    cdef list _captured
    cdef set _outputs

    @cython.locals(items=list, before=list, after=list, index=Py_ssize_t)
    cpdef list bring_up_to_date(self, given, row, key)

    @cython.locals(known=list, index=Py_ssize_t)
    cpdef bint _has_captured(self, list found) except -1

    @cython.locals(
        before=list, size=Py_ssize_t, same=Py_ssize_t, rows=list, nodes=list, replaced=list,
        made=bint, index=Py_ssize_t, old=_Row, one=_Row,
    )
    cpdef bint _replace(self, list items, row, key) except -1

    cpdef _adopt(self, _Row row, item)

    @cython.locals(known=dict, row=_Row)
    cpdef _Row _find(self, key)

    @cython.locals(rows=list, known=dict, index=Py_ssize_t, old=_Row, row=_Row, other=_Row)
    cpdef _rename(self, list before, list replaced)

    cpdef _forget(self)


@cython.locals(index=Py_ssize_t)
cpdef bint _is_alike(list some, list others) except -1
