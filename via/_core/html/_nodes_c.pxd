# The nodes' layout, for the core's other modules.
from cpython.object cimport PyObject

from ._utf8 cimport Buffer

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        pass
    PyObject* Py_None
    PyObject* Py_True
    PyObject* Py_False
    PyTypeObject* Py_TYPE(PyObject*)


cdef enum:
    # The values that an attribute takes: any, none as it is there or not, any with bools spelled.
    VALUE
    FLAG
    SPELLED


cdef class Tag:
    cdef readonly str name
    cdef str display
    cdef bytes start
    cdef bytes end
    cdef bint void
    cdef bint eats_newline
    cdef bint script
    cdef object kind  # what `_analysis_c` knows of the name


cdef class Name:
    cdef readonly str name
    cdef str display
    cdef readonly str key
    cdef readonly object joint
    cdef bytes before
    cdef int style
    cdef bint is_url


cdef class Node:
    pass


cdef class Text(Node):
    cdef readonly str value


cdef class Raw(Node):
    cdef readonly str value


cdef class Attribute(Node):
    cdef Name spec
    cdef readonly object value


cdef class Element(Node):
    cdef Tag spec
    cdef readonly tuple children
    cdef readonly int split
    cdef readonly int depth
    cdef unsigned char writes
    cdef bytes html  # once it was written often
    cdef unsigned int traits


cdef class Fragment(Node):
    cdef readonly tuple children
    cdef readonly int split
    cdef readonly int depth


cdef inline bint is_nothing(PyObject* node) noexcept:
    """Whether a child renders nothing."""
    return node == Py_None or node == Py_True or node == Py_False


cdef inline bint is_element(PyObject* node) noexcept:
    return Py_TYPE(node) == <PyTypeObject*>Element


cdef int put_node(Buffer* out, PyObject* node, bytes nonce) except -1
cdef Element new_element(Tag tag, tuple children, Py_ssize_t split, int depth)
cdef Fragment new_fragment(tuple children, Py_ssize_t split, int depth)
cdef Attribute new_attribute(Name name, object value)
cdef Text new_text(str value)
cdef Raw new_raw(str markup)
