# How nodes are made, for the functions of `via.h`.
from cpython.object cimport PyObject

from ._nodes_c cimport Attribute, Name, Raw, Tag, Text

cdef PyObject* build(Tag tag, PyObject** args, Py_ssize_t size) except NULL
cdef Attribute attribute_of(Name name, PyObject* value)
cdef Text text_of(object value)
cdef Raw raw_of(object markup)
