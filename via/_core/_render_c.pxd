# The nodes' layout, for the core's other modules.
from cpython.object cimport PyObject


cdef extern from *:
    ctypedef struct PyMethodDef:
        const char* ml_name
        void* ml_meth
        int ml_flags
        const char* ml_doc


cdef class Function:
    cdef PyMethodDef method
    cdef str display
    cdef bytes c_name
    cdef bytes c_doc
    cdef object expose(self, str display, str signature, str doc, void* call, int flags)


cdef class Tag(Function):
    cdef readonly str name
    cdef bytes start
    cdef bytes end
    cdef bint void
    cdef bint eats_newline
    cdef bint script
    cdef object kind  # what `_tree_c` knows of the name


cdef class Name(Function):
    cdef readonly str name
    cdef readonly str key
    cdef readonly object joint
    cdef bytes before
    cdef int style


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


cdef struct Buffer:
    char* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef int put(Buffer* out, const char* data, Py_ssize_t size) except -1
cdef int put_node(Buffer* out, PyObject* node, bytes nonce) except -1
cdef Element new_element(Tag tag, tuple children, Py_ssize_t split, int depth)
