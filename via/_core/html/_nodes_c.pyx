# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False, auto_pickle=False
"""The compiled twin of `_nodes_py`: nodes, and how they are written.

Nodes never form a cycle and stay out of the garbage collector's sight; writing them runs no
Python code.
"""

import sys

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from libc.string cimport memmove

from ._utf8 cimport IN_TEXT, IN_VALUE, Buffer, put, put_bytes, put_int, put_text, taken

from .validation import EATS_NEWLINE, URLS, VOID, joiner

cdef extern from *:
    """
    static void seal(PyTypeObject *type) {
        PyDict_DelItemString(type->tp_dict, "__new__");
        PyErr_Clear();
        type->tp_new = NULL;
        type->tp_vectorcall = NULL;  /* Cython's, which would not ask tp_new */
        type->tp_flags &= ~Py_TPFLAGS_BASETYPE;
        PyType_Modified(type);
    }
    """
    void seal(PyTypeObject*)

cdef extern from "Python.h":
    PyObject* PyTuple_GET_ITEM(object, Py_ssize_t)
    Py_ssize_t PyTuple_GET_SIZE(object)
    void PyObject_GC_UnTrack(PyObject*)


# What nodes of one kind share

@cython.final
@cython.no_gc
cdef class Tag:
    """What elements of one name share; `display` names it in errors."""

    def __cinit__(self, str name, str display):
        lower = name.lower()
        self.name = name
        self.display = display
        self.start = f"<{name}>".encode()
        self.end = f"</{name}>".encode()
        self.void = lower in VOID
        self.eats_newline = lower in EATS_NEWLINE
        self.script = lower == "script"


@cython.final
@cython.no_gc
cdef class Name:
    """What attributes of one name share; `style` says which values they take."""

    def __cinit__(self, str name, str display, int style=VALUE):
        self.name = name
        self.display = display
        self.style = style
        self.key = sys.intern(name.lower())
        self.joint = joiner(self.key)
        self.is_url = self.key in URLS
        self.before = f' {name}="'.encode()


# Nodes

cdef class Node:
    """Base of all nodes; `str(node)` is its HTML."""

    def render(self, w):
        """Write the HTML in UTF-8 to a binary file object."""
        w.write(written(self))

    def __bytes__(self):
        return written(self)

    def __str__(self):
        return written(self).decode()

    def __html__(self):
        """The HTML, as Jinja2 and markupsafe ask for it."""
        return written(self).decode()

    def __repr__(self):
        return f"<{type(self).__name__} {written(self).decode()!r}>"


@cython.final
@cython.no_gc
cdef class Text(Node):
    """Text; always escaped."""


@cython.final
@cython.no_gc
cdef class Raw(Node):
    """Markup that is written as it stands."""


@cython.final
@cython.no_gc
cdef class Attribute(Node):
    """An attribute; its value is a str, True for a bare name, or None for one left out."""

    @property
    def name(self):
        return self.spec.name


@cython.final
@cython.no_gc
cdef class Element(Node):
    """An element: first `split` attributes (or None, bools), then content."""

    @property
    def tag(self):
        return self.spec.name

    @property
    def void(self):
        return self.spec.void


@cython.final
@cython.no_gc
cdef class Fragment(Node):
    """Nodes in a row without an element of their own; elements take them as their children."""


for _type in (Node, Element, Fragment, Text, Raw, Attribute):
    seal(<PyTypeObject*>_type)  # made by the functions below only, and not to be derived from


cdef Element new_element(Tag tag, tuple children, Py_ssize_t split, int depth):
    cdef Element element = Element.__new__(Element)
    # The collector tracks nothing that the tuple holds, so it need not track the tuple.
    PyObject_GC_UnTrack(<PyObject*>children)
    element.spec = tag
    element.children = children
    element.split = <int>split
    element.depth = depth
    return element


cdef Fragment new_fragment(tuple children, Py_ssize_t split, int depth):
    cdef Fragment fragment = Fragment.__new__(Fragment)
    fragment.children = children
    fragment.split = <int>split
    fragment.depth = depth
    return fragment


cdef Attribute new_attribute(Name name, object value):
    cdef Attribute attribute = Attribute.__new__(Attribute)
    attribute.spec = name
    attribute.value = value
    return attribute


cdef Text new_text(str value):
    cdef Text text = Text.__new__(Text)
    text.value = value
    return text


cdef Raw new_raw(str markup):
    cdef Raw raw = Raw.__new__(Raw)
    raw.value = markup
    return raw


# Writing

cdef Buffer shared  # writing runs no Python code, so one buffer serves all
shared.data = NULL
shared.size = shared.capacity = 0


cdef int put_attribute(Buffer* out, Attribute attribute) except -1:
    cdef PyObject* value = <PyObject*>attribute.value
    cdef bytes before = attribute.spec.before
    if value == Py_None:
        return 0
    if value == Py_True:
        return put(out, PyBytes_AS_STRING(before), PyBytes_GET_SIZE(before) - 2)
    put_bytes(out, before)
    put_text(out, <str>value, IN_VALUE)
    return put(out, '"', 1)


cdef bint has_nonce(Element element):
    cdef Py_ssize_t i
    cdef PyObject* child
    for i in range(element.split):
        child = PyTuple_GET_ITEM(element.children, i)
        if Py_TYPE(child) == <PyTypeObject*>Attribute and (<Attribute>child).spec.key == "nonce":
            return True
    return False


cdef enum:
    WRITES = 3  # An element that is written more often than this is kept as bytes.

cdef bint keeping = False  # around the node that is being written
cdef bint script_met = False


cdef int put_element(Buffer* out, Element element, bytes nonce) except -1:
    if element.html is not None:
        return put_bytes(out, element.html)
    if element.depth > 1 and element.writes <= WRITES and not keeping:
        element.writes += 1
        if element.writes > WRITES:
            return put_and_keep(out, element, nonce)
    return put_parts(out, element, nonce)


cdef int put_and_keep(Buffer* out, Element element, bytes nonce) except -1:
    global keeping, script_met
    cdef Py_ssize_t start = out.size
    keeping = True
    script_met = False
    try:
        put_parts(out, element, nonce)
    finally:
        keeping = False
    # A script has another nonce next time; what is beside it is kept by itself.
    if not script_met:
        element.html = PyBytes_FromStringAndSize(out.data + start, out.size - start)
    return 0


cdef int put_parts(Buffer* out, Element element, bytes nonce) except -1:
    global script_met
    cdef Tag tag = element.spec
    cdef tuple children = element.children
    cdef Py_ssize_t i
    cdef Py_ssize_t split = element.split
    cdef Py_ssize_t start = PyBytes_GET_SIZE(tag.start)
    cdef PyObject* child
    script_met |= tag.script
    if split == 0 and not (tag.script and nonce is not None):
        put(out, PyBytes_AS_STRING(tag.start), start)
    else:
        put(out, PyBytes_AS_STRING(tag.start), start - 1)
        for i in range(split):
            child = PyTuple_GET_ITEM(children, i)
            if Py_TYPE(child) == <PyTypeObject*>Attribute:
                put_attribute(out, <Attribute>child)
        if tag.script and nonce is not None and not has_nonce(element):
            put_bytes(out, nonce)
        put(out, ">", 1)
    if tag.void:
        return 0
    start = out.size
    for i in range(split, PyTuple_GET_SIZE(children)):
        put_node(out, PyTuple_GET_ITEM(children, i), nonce)
    if tag.eats_newline and out.size > start and out.data[start] in (c'\n', c'\r'):
        put(out, "\n", 1)
        memmove(out.data + start + 1, out.data + start, out.size - start - 1)
        out.data[start] = c'\n'
    return put_bytes(out, tag.end)


cdef int put_node(Buffer* out, PyObject* node, bytes nonce) except -1:
    cdef PyTypeObject* type = Py_TYPE(node)
    cdef Py_ssize_t i
    if type == <PyTypeObject*>Text:
        return put_text(out, (<Text>node).value, IN_TEXT)
    if type == <PyTypeObject*>Element:
        return put_element(out, <Element>node, nonce)
    if type == <PyTypeObject*>str:
        return put_text(out, <str>node, IN_TEXT)
    if is_nothing(node):
        return 0
    if type == <PyTypeObject*>Raw:
        return put_text(out, (<Raw>node).value, 0)
    if type == <PyTypeObject*>int:
        return put_int(out, <object>node)
    if type == <PyTypeObject*>float:
        return put_text(out, float.__repr__(<object>node), 0)
    if type == <PyTypeObject*>Attribute:
        return put_attribute(out, <Attribute>node)
    for i in range(PyTuple_GET_SIZE((<Fragment>node).children)):
        put_node(out, PyTuple_GET_ITEM((<Fragment>node).children, i), nonce)
    return 0


def written(Node node, str nonce=""):
    """The node's HTML in UTF-8. With `nonce`, scripts made here and not of `Raw` bear it."""
    cdef bytes attribute = None
    shared.size = 0
    if nonce:
        put(&shared, ' nonce="', 8)
        put_text(&shared, nonce, IN_VALUE)
        put(&shared, '"', 1)
        attribute = taken(&shared)
    put_node(&shared, <PyObject*>node, attribute)
    return taken(&shared)
