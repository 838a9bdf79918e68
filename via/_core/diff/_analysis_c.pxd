# What is known of an element, for the core's other modules.
from cpython.object cimport PyObject

from ..html._nodes_c cimport Element

cdef object identity_of(Element element)
cdef str text_of(PyObject* node)
cdef unsigned int sum_up(Element element) except? 0


cdef inline unsigned int traits_of(Element element) except? 0:
    """What the HTML parser makes of an element, in the bits of `parser_rules`; not 0 once known."""
    return element.traits or sum_up(element)
