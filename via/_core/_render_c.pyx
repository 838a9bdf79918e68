# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False, auto_pickle=False
"""The compiled twin of `_render_py`: nodes, their construction, and one buffer to write them to.

A node holds immutable values and finished nodes only: what must be asked for its markup is asked
when the element is made. So nodes never form a cycle and stay out of the garbage collector's
sight, writing them runs no Python code, and a mistake is reported at the line that made it.
"""

import io
import sys

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.unicode cimport PyUnicode_Check, PyUnicode_CheckExact
from libc.string cimport memcpy, memmove

from ._names import (
    DOCS,
    EATS_NEWLINE,
    MAX_DEPTH,
    VOID,
    check_attribute_name,
    check_element_name,
    child_error,
    depth_error,
    flag_error,
    join_values,
    joiner,
    text_error,
    value_error,
    void_error,
)

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
    ctypedef struct PyTypeObject:
        pass
    void seal(PyTypeObject*)

cdef extern from "Python.h":
    int METH_O, METH_FASTCALL
    PyObject* Py_None
    PyObject* Py_True
    PyObject* Py_False
    PyTypeObject* Py_TYPE(PyObject*)
    object PyCFunction_NewEx(PyMethodDef*, object, object)
    bint PyUnicode_IS_COMPACT_ASCII(object)
    Py_ssize_t PyUnicode_GET_LENGTH(object)
    int PyUnicode_KIND(object)
    void* PyUnicode_DATA(object)
    unsigned int PyUnicode_READ(int, void*, Py_ssize_t) noexcept
    PyObject* PyTuple_GET_ITEM(object, Py_ssize_t)
    Py_ssize_t PyTuple_GET_SIZE(object)
    Py_ssize_t Py_SIZE(PyObject*)
    ctypedef struct PyListObject:
        PyObject** ob_item
    ctypedef struct PyTupleObject:
        PyObject** ob_item
    void PyObject_GC_UnTrack(PyObject*)
    void PyErr_Fetch(PyObject**, PyObject**, PyObject**)
    void PyErr_Restore(PyObject*, PyObject*, PyObject*)
    void Py_XDECREF(PyObject*)
    long long PyLong_AsLongLongAndOverflow(object, int*) except? -1

ctypedef PyObject* (*Quiet)(PyObject*, PyObject**, Py_ssize_t) noexcept

cdef int DEEPEST = MAX_DEPTH
cdef str MODULE = "via.h"
cdef tuple OURS = ("_render_c.pyx", "_names.py")


# Writing

cdef unsigned char[256] SPECIAL  # 1: in text, 2: in attribute values
for _c in "&<>\r\0":
    SPECIAL[<unsigned char>ord(_c)] = 3
SPECIAL[<unsigned char>b'"'] = 2

cdef Buffer shared  # writing runs no Python code, so one buffer serves all
shared.data = NULL
shared.size = shared.capacity = 0
cdef Py_ssize_t KEEP = 4 * 1024 * 1024


cdef int grow(Buffer* out, Py_ssize_t more) except -1:
    cdef Py_ssize_t capacity = out.capacity * 2
    cdef char* data
    if capacity < out.size + more:
        capacity = out.size + more + 4096
    data = <char*>PyMem_Realloc(out.data, capacity)
    if data == NULL:
        raise MemoryError
    out.data = data
    out.capacity = capacity
    return 0


cdef inline int put(Buffer* out, const char* data, Py_ssize_t size) except -1:
    if out.size + size > out.capacity:
        grow(out, size)
    memcpy(out.data + out.size, data, size)
    out.size += size
    return 0


cdef inline int put_bytes(Buffer* out, bytes data) except -1:
    return put(out, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))


cdef int put_entity(Buffer* out, unsigned int c) except -1:
    if c == c'&':
        return put(out, "&amp;", 5)
    if c == c'<':
        return put(out, "&lt;", 4)
    if c == c'>':
        return put(out, "&gt;", 4)
    if c == c'"':
        return put(out, "&quot;", 6)
    if c == c'\r':
        return put(out, "&#13;", 5)
    return put(out, "\xef\xbf\xbd", 3)


cdef int put_text(Buffer* out, str text, unsigned char special) except -1:
    """Write UTF-8; `special` says which characters are written as references, 0 for none."""
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text)
    cdef Py_ssize_t i = 0
    cdef Py_ssize_t start = 0
    cdef const unsigned char* ascii
    cdef char* to
    if not PyUnicode_IS_COMPACT_ASCII(text):
        return put_wide(out, text, size, special)
    ascii = <const unsigned char*>PyUnicode_DATA(text)
    if out.size + size > out.capacity:
        grow(out, size)
    if special == 0:
        return put(out, <const char*>ascii, size)
    while True:
        to = out.data + out.size - start
        while i < size and not SPECIAL[ascii[i]] & special:
            to[i] = ascii[i]
            i += 1
        out.size += i - start
        if i == size:
            return 0
        put_entity(out, ascii[i])
        i += 1
        start = i
        if out.size + size - i > out.capacity:
            grow(out, size - i)


cdef int put_wide(Buffer* out, str text, Py_ssize_t size, unsigned char special) except -1:
    cdef int width = PyUnicode_KIND(text)
    cdef void* data = PyUnicode_DATA(text)
    cdef Py_ssize_t i
    cdef unsigned int c
    cdef char* to
    for i in range(size):
        c = PyUnicode_READ(width, data, i)
        if out.size + 8 > out.capacity:
            grow(out, 8 + size - i)
        to = out.data + out.size
        if c < 0x80:
            if SPECIAL[c] & special:
                put_entity(out, c)
            else:
                to[0] = <char>c
                out.size += 1
        elif c < 0x800:
            to[0] = <char>(0xC0 | c >> 6)
            to[1] = <char>(0x80 | c & 0x3F)
            out.size += 2
        elif c < 0x10000:
            if 0xD800 <= c <= 0xDFFF:
                c = 0xFFFD
            to[0] = <char>(0xE0 | c >> 12)
            to[1] = <char>(0x80 | c >> 6 & 0x3F)
            to[2] = <char>(0x80 | c & 0x3F)
            out.size += 3
        else:
            to[0] = <char>(0xF0 | c >> 18)
            to[1] = <char>(0x80 | c >> 12 & 0x3F)
            to[2] = <char>(0x80 | c >> 6 & 0x3F)
            to[3] = <char>(0x80 | c & 0x3F)
            out.size += 4
    return 0


cdef int put_int(Buffer* out, object number) except -1:
    cdef int overflow = 0
    cdef long long value = PyLong_AsLongLongAndOverflow(number, &overflow)
    cdef unsigned long long rest
    cdef char[24] digits
    cdef int at = 24
    if overflow:
        return put_text(out, int.__repr__(number), 0)
    rest = -<unsigned long long>value if value < 0 else <unsigned long long>value
    while True:
        at -= 1
        digits[at] = <char>(c'0' + rest % 10)
        rest //= 10
        if rest == 0:
            break
    if value < 0:
        at -= 1
        digits[at] = c'-'
    return put(out, digits + at, 24 - at)


cdef int put_attribute(Buffer* out, Attribute attribute) except -1:
    cdef PyObject* value = <PyObject*>attribute.value
    cdef bytes before = attribute.spec.before
    if value == Py_None:
        return 0
    if value == Py_True:
        return put(out, PyBytes_AS_STRING(before), PyBytes_GET_SIZE(before) - 2)
    put_bytes(out, before)
    put_text(out, <str>value, 2)
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
        return put_text(out, (<Text>node).value, 1)
    if type == <PyTypeObject*>Element:
        return put_element(out, <Element>node, nonce)
    if type == <PyTypeObject*>str:
        return put_text(out, <str>node, 1)
    if node == Py_None or node == Py_True or node == Py_False:
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


def to_bytes(node, str nonce=""):
    """The node's HTML in UTF-8. With `nonce`, scripts made here and not of `Raw` bear it."""
    cdef bytes attribute = None
    cdef bytes result
    if not (type(node) in NODES):
        node = fragment(node)
    shared.size = 0
    if nonce:
        put(&shared, ' nonce="', 8)
        put_text(&shared, nonce, 2)
        put(&shared, '"', 1)
        attribute = PyBytes_FromStringAndSize(shared.data, shared.size)
        shared.size = 0
    put_node(&shared, <PyObject*>node, attribute)
    result = PyBytes_FromStringAndSize(shared.data, shared.size)
    if shared.capacity > KEEP:
        PyMem_Free(shared.data)
        shared.data = NULL
        shared.capacity = 0
    return result


# Nodes

cdef class Node:
    """Base of all nodes; `str(node)` is its HTML."""

    def render(self, w):
        """Write the HTML in UTF-8 to a binary file object."""
        w.write(to_bytes(self))

    def __bytes__(self):
        return to_bytes(self)

    def __str__(self):
        return to_bytes(self).decode()

    def __html__(self):
        """The HTML, as Jinja2 and markupsafe ask for it."""
        return to_bytes(self).decode()

    def __repr__(self):
        return f"<{type(self).__name__} {to_bytes(self).decode()!r}>"


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


cdef tuple NODES = (Element, Fragment, Text, Raw, Attribute)


# Construction

cdef class Function:
    """What a builtin function made here is bound to."""

    cdef object expose(self, str display, str signature, str doc, void* call, int flags):
        self.display = f"h.{display}"
        self.c_name = display.encode()
        self.c_doc = f"{display}({signature})\n--\n\n{doc}".encode()
        self.method.ml_name = self.c_name
        self.method.ml_doc = self.c_doc
        self.method.ml_meth = call
        self.method.ml_flags = flags
        return PyCFunction_NewEx(&self.method, self, MODULE)


@cython.final
@cython.no_gc
cdef class Tag(Function):
    def __cinit__(self, str name, str display=None):
        lower = name.lower()
        self.name = name
        self.display = display or f"h.El({name!r})"
        self.start = f"<{name}>".encode()
        self.end = f"</{name}>".encode()
        self.void = lower in VOID
        self.eats_newline = lower in EATS_NEWLINE
        self.script = lower == "script"


@cython.final
@cython.no_gc
cdef class Name(Function):
    def __cinit__(self, str name, str display=None):
        self.name = name
        self.key = sys.intern(name.lower())
        self.joint = joiner(self.key)
        self.before = f' {name}="'.encode()
        self.display = display or f"h.Attr({name!r})"


cdef Tag NO_TAG = Tag("fragment", "nodes")


cdef bint repeats(PyObject** children, Py_ssize_t split):
    """Whether two of the first `split` children are attributes of one name."""
    cdef Py_ssize_t i
    cdef Py_ssize_t j
    cdef PyObject* key
    for i in range(1, split):
        if Py_TYPE(children[i]) != <PyTypeObject*>Attribute:
            continue
        key = <PyObject*>(<Attribute>children[i]).spec.key
        for j in range(i):
            if Py_TYPE(children[j]) == <PyTypeObject*>Attribute:
                if <PyObject*>(<Attribute>children[j]).spec.key == key:
                    return True
    return False


cdef Element new_element(Tag tag, tuple children, Py_ssize_t split, int depth):
    cdef Element element = Element.__new__(Element)
    # All that the tuple holds is out of the collector's sight, so it can be as well.
    PyObject_GC_UnTrack(<PyObject*>children)
    element.spec = tag
    element.children = children
    element.split = <int>split
    element.depth = depth
    return element


cdef inline void put_child(tuple children, Py_ssize_t place, PyObject* child) noexcept:
    Py_INCREF(<object>child)
    PyTuple_SET_ITEM(children, place, <object>child)


cdef inline PyObject** items_of(PyObject* row) noexcept:
    """The items of a list or a tuple."""
    if Py_TYPE(row) == <PyTypeObject*>list:
        return (<PyListObject*>row).ob_item
    return (<PyTupleObject*>row).ob_item


cdef bint is_row(PyObject* row, int* depth) noexcept:
    """Whether a list or a tuple holds content and nothing else; `depth` is then its depth."""
    cdef PyObject** items = items_of(row)
    cdef PyTypeObject* type
    cdef Py_ssize_t i
    for i in range(Py_SIZE(row)):
        type = Py_TYPE(items[i])
        if type == <PyTypeObject*>Element:
            if (<Element>items[i]).depth > depth[0]:
                depth[0] = (<Element>items[i]).depth
        elif not (
            type == <PyTypeObject*>Text
            or type == <PyTypeObject*>str
            or type == <PyTypeObject*>Raw
            or type == <PyTypeObject*>int
            or type == <PyTypeObject*>float
            or items[i] == Py_None
        ):
            return False
    return True


cdef PyObject* build(PyObject* self, PyObject** args, Py_ssize_t size) except NULL:
    """Make an element; the path of well-formed children, attributes first."""
    cdef Tag tag = <Tag>self
    cdef Py_ssize_t i
    cdef Py_ssize_t j
    cdef Py_ssize_t at = 0
    cdef Py_ssize_t total = size
    cdef Py_ssize_t split = 0
    cdef bint content = False
    cdef int depth = 0
    cdef PyObject* child
    cdef PyTypeObject* type
    cdef tuple children
    cdef Element element
    for i in range(size):
        child = args[i]
        type = Py_TYPE(child)
        if type == <PyTypeObject*>Text or type == <PyTypeObject*>str:
            content = True
        elif type == <PyTypeObject*>Element:
            content = True
            if (<Element>child).depth > depth:
                depth = (<Element>child).depth
        elif type == <PyTypeObject*>Attribute:
            if content:
                break
            split = i + 1
        elif child == Py_None or child == Py_True or child == Py_False:
            pass
        elif type == <PyTypeObject*>int or type == <PyTypeObject*>float:
            content = True
        elif type == <PyTypeObject*>Raw:
            content = True
        elif type == <PyTypeObject*>list or type == <PyTypeObject*>tuple:
            if not is_row(child, &depth):
                break
            content = True
            total += Py_SIZE(child) - 1
        else:
            break
    else:
        if not (content and tag.void) and depth < DEEPEST and (
            split < 2 or not repeats(args, split)
        ):
            children = PyTuple_New(total)
            for i in range(size):
                type = Py_TYPE(args[i])
                if type == <PyTypeObject*>list or type == <PyTypeObject*>tuple:
                    for j in range(Py_SIZE(args[i])):
                        put_child(children, at + j, items_of(args[i])[j])
                    at += Py_SIZE(args[i])
                else:
                    put_child(children, at, args[i])
                    at += 1
            element = new_element(tag, children, split, depth + 1)
            Py_INCREF(element)
            return <PyObject*>element
    element = build_slowly(tag, [<object>args[i] for i in range(size)])
    Py_INCREF(element)
    return <PyObject*>element


cdef Element build_slowly(Tag tag, list args):
    cdef list attributes = []
    cdef list content = []
    cdef int depth = flatten(tag, args, attributes, content, "child", 0)
    if len(attributes) > 1:
        attributes = merge(attributes)
    if depth >= DEEPEST:
        raise depth_error(tag.display)
    return new_element(tag, tuple(attributes + content), len(attributes), depth + 1)


cdef int flatten(
    Tag tag, object items, list attributes, list content, str where, int level
) except -1:
    """Sort children into attributes and content; return the deepest content's depth."""
    cdef int depth = 0
    cdef int inner
    cdef Py_ssize_t position = 0
    cdef PyObject* child
    cdef PyTypeObject* type
    for item in items:
        position += 1
        child = <PyObject*>item
        type = Py_TYPE(child)
        inner = 0
        if child == Py_None or child == Py_True or child == Py_False:
            continue
        if type == <PyTypeObject*>Attribute:
            attributes.append(item)
            continue
        if type == <PyTypeObject*>Fragment:
            inner = flatten(tag, (<Fragment>item).children, attributes, content, where, level)
        elif type == <PyTypeObject*>Element:
            inner = (<Element>item).depth
            content.append(item)
        elif (
            type == <PyTypeObject*>Text
            or type == <PyTypeObject*>str
            or type == <PyTypeObject*>int
            or type == <PyTypeObject*>float
            or type == <PyTypeObject*>Raw
        ):
            content.append(item)
        else:
            here = f"{where} {position}"
            node = foreign(item)
            if node is not None:
                content.append(node)
            elif level > 32 or isinstance(item, (dict, bytes, bytearray, memoryview)):
                raise child_error(f"{tag.display}: {here}", item)
            else:
                try:
                    iterator = iter(item)
                except TypeError:
                    raise child_error(f"{tag.display}: {here}", item) from None
                inner = flatten(tag, iterator, attributes, content, f"{here}, item", level + 1)
        if inner > depth:
            depth = inner
        if tag.void and content:
            raise void_error(f"{tag.display}: {where} {position}", tag.name)
    return depth


cdef object foreign(object item):
    """What stands for an object that is no node of ours but can be shown; None if it cannot."""
    cdef Raw raw_node
    kind = type(item)
    if hasattr(kind, "__html__"):
        markup = item.__html__()
    elif isinstance(item, str):
        return str.__str__(item)
    elif isinstance(item, int):
        return int.__int__(item)
    elif isinstance(item, float):
        return float.__float__(item)
    elif hasattr(kind, "render"):
        file = io.BytesIO()
        item.render(file)
        markup = file.getvalue().decode()
    else:
        return None
    raw_node = Raw.__new__(Raw)
    raw_node.value = str.__str__(markup)
    return raw_node


cdef list merge(list attributes):
    """Let attributes of one name be one: values join, or the last one wins."""
    cdef dict merged = {}
    cdef Attribute attribute
    cdef Attribute joined
    for attribute in attributes:
        key = attribute.spec.key
        first = merged.get(key)
        if first is not None and attribute.spec.joint is not None:
            joined = Attribute.__new__(Attribute)
            joined.spec = attribute.spec
            joined.value = join_values(
                attribute.spec.joint, spelled((<Attribute>first).value), spelled(attribute.value)
            )
            attribute = joined
        merged[key] = attribute
    return list(merged.values())


cdef str spelled(object value):
    return value if isinstance(value, str) else ""


cdef void tidy_traceback() noexcept:
    """Drop this module's own lines from a traceback, so that it ends at the user's."""
    cdef PyObject* type
    cdef PyObject* value
    cdef PyObject* traceback
    PyErr_Fetch(&type, &value, &traceback)
    if traceback != NULL and is_ours(<object>traceback):
        Py_XDECREF(traceback)
        traceback = NULL
    PyErr_Restore(type, value, traceback)


cdef bint is_ours(object traceback) noexcept:
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.endswith(OURS):
            return False
        traceback = traceback.tb_next
    return True


cdef PyObject* call_element(PyObject* self, PyObject** args, Py_ssize_t size) noexcept:
    cdef PyObject* result = (<Quiet>build)(self, args, size)
    if result == NULL:
        tidy_traceback()
    return result


# Attributes

cdef enum:
    VALUE
    FLAG
    SPELLED


cdef object coerce(Name name, object value):
    """An attribute's value as it is kept."""
    if name.style == SPELLED and isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value is True:
        return value
    if value is False:
        return None
    if name.style != FLAG:
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int.__repr__(value)
        if isinstance(value, float):
            return float.__repr__(value)
    raise (flag_error if name.style == FLAG else value_error)(name.display, value)


cdef Attribute new_attribute(Name name, PyObject* value):
    cdef Attribute attribute = Attribute.__new__(Attribute)
    attribute.spec = name
    if PyUnicode_CheckExact(<object>value) and name.style != FLAG:
        attribute.value = <object>value
    else:
        attribute.value = coerce(name, <object>value)
    return attribute


cdef PyObject* attribute_of(PyObject* self, PyObject** value, Py_ssize_t size) except NULL:
    cdef Attribute attribute
    if size > 1:
        raise TypeError(f"{(<Name>self).display}() takes at most 1 argument ({size} given)")
    attribute = new_attribute(<Name>self, value[0] if size else Py_True)
    Py_INCREF(attribute)
    return <PyObject*>attribute


cdef PyObject* call_attribute(PyObject* self, PyObject* value) noexcept:
    cdef PyObject* result = (<Quiet>attribute_of)(self, &value, 1)
    if result == NULL:
        tidy_traceback()
    return result


cdef PyObject* call_optional(PyObject* self, PyObject** value, Py_ssize_t size) noexcept:
    cdef PyObject* result = (<Quiet>attribute_of)(self, value, size)
    if result == NULL:
        tidy_traceback()
    return result


# What `via.h` is made of

def element_factory(str name, str display, str doc):
    """The function `display(*children)` that makes the element `name`."""
    return Tag(name, display).expose(display, "*children", doc, <void*>call_element, METH_FASTCALL)


def attribute_factory(str name, str display, str doc, str kind="value"):
    """The function `display(value)` that makes the attribute `name`.

    `kind` is "value", "flag" (there or not: a bool, True by default), "optional" (a value, the
    bare name by default) or "spelled" (bools are written as `true` and `false`).
    """
    cdef Name spec = Name(name, display)
    if kind == "flag":
        spec.style = FLAG
        return spec.expose(display, "on=True", doc, <void*>call_optional, METH_FASTCALL)
    if kind == "optional":
        return spec.expose(display, "value=True", doc, <void*>call_optional, METH_FASTCALL)
    if kind == "spelled":
        spec.style = SPELLED
    return spec.expose(display, "value, /", doc, <void*>call_attribute, METH_O)


cdef dict NAMES = {}
cdef int MOST_NAMES = 4096


cdef Name name_of(object name, bint spelled):
    """The name's description: kept, as long as they are few, since pages use the same names."""
    cdef Name spec
    found = NAMES.get(name) if PyUnicode_CheckExact(name) else None
    if found is not None and (<Name>found).style == (SPELLED if spelled else VALUE):
        return <Name>found
    spec = Name(check_attribute_name(name))
    if spelled:
        spec.style = SPELLED
    if len(NAMES) < MOST_NAMES:
        NAMES[spec.name] = spec
    return spec


cdef PyObject* make_attr(PyObject* self, PyObject** args, Py_ssize_t size) except NULL:
    """`Attr`, `Data` and `Aria`: they differ in what stands before the name."""
    cdef Prefix prefix = <Prefix>self
    cdef Attribute attribute
    if size < prefix.least or size > 2:
        raise TypeError(f"{prefix.display}() takes a name and a value ({size} arguments given)")
    name = <object>args[0]
    if prefix.before:
        if not isinstance(name, str):
            check_attribute_name(name)
        name = prefix.before + name
    attribute = new_attribute(
        name_of(name, prefix.spelled), args[1] if size == 2 else Py_True
    )
    Py_INCREF(attribute)
    return <PyObject*>attribute


cdef PyObject* call_attr(PyObject* self, PyObject** args, Py_ssize_t size) noexcept:
    cdef PyObject* result = (<Quiet>make_attr)(self, args, size)
    if result == NULL:
        tidy_traceback()
    return result


cdef PyObject* make_element(PyObject* self, PyObject** args, Py_ssize_t size) except NULL:
    cdef Tag tag
    if size == 0:
        raise TypeError("h.El() takes the element's name first")
    tag = Tag(check_element_name(<object>args[0]))
    return build(<PyObject*>tag, args + 1, size - 1)


cdef PyObject* call_el(PyObject* self, PyObject** args, Py_ssize_t size) noexcept:
    cdef PyObject* result = (<Quiet>make_element)(self, args, size)
    if result == NULL:
        tidy_traceback()
    return result


cdef PyObject* make_text(PyObject* self, PyObject** args, Py_ssize_t size) except NULL:
    cdef Text node = Text.__new__(Text)
    value = <object>args[0]
    if PyUnicode_CheckExact(value):
        node.value = <str>value
    elif isinstance(value, str):
        node.value = str.__str__(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        node.value = int.__repr__(value)
    elif isinstance(value, float):
        node.value = float.__repr__(value)
    else:
        raise text_error("h.Text", value)
    Py_INCREF(node)
    return <PyObject*>node


cdef PyObject* call_text(PyObject* self, PyObject* value) noexcept:
    cdef PyObject* result = (<Quiet>make_text)(self, &value, 1)
    if result == NULL:
        tidy_traceback()
    return result


cdef PyObject* make_raw(PyObject* self, PyObject** args, Py_ssize_t size) except NULL:
    cdef Raw node = Raw.__new__(Raw)
    value = <object>args[0]
    if not isinstance(value, str):
        raise text_error("h.Raw", value)
    node.value = str.__str__(value)
    Py_INCREF(node)
    return <PyObject*>node


cdef PyObject* call_raw(PyObject* self, PyObject* value) noexcept:
    cdef PyObject* result = (<Quiet>make_raw)(self, &value, 1)
    if result == NULL:
        tidy_traceback()
    return result


@cython.final
cdef class Prefix(Function):
    cdef str before
    cdef bint spelled
    cdef int least

    def __cinit__(self, str before="", bint spelled=False, int least=1):
        self.before = before
        self.spelled = spelled
        self.least = least


def fragment(*children):
    """Nodes in a row without an element around them."""
    cdef Fragment node = Fragment.__new__(Fragment)
    cdef list attributes = []
    cdef list content = []
    node.depth = flatten(NO_TAG, children, attributes, content, "child", 0)
    node.children = tuple(attributes + content)
    node.split = len(attributes)
    return node


text = Function().expose("Text", "value, /", DOCS["Text"], <void*>call_text, METH_O)
raw = Function().expose("Raw", "markup, /", DOCS["Raw"], <void*>call_raw, METH_O)
attr = Prefix().expose("Attr", "name, value=True, /", DOCS["Attr"], <void*>call_attr, METH_FASTCALL)
data = Prefix("data-").expose(
    "Data", "name, value=True, /", DOCS["Data"], <void*>call_attr, METH_FASTCALL
)
aria = Prefix("aria-", True, 2).expose(
    "Aria", "name, value, /", DOCS["Aria"], <void*>call_attr, METH_FASTCALL
)
element = Function().expose("El", "name, /, *children", DOCS["El"], <void*>call_el, METH_FASTCALL)

for _type in (Node, *NODES):
    seal(<PyTypeObject*>_type)  # made by the functions above only, and not to be derived from
