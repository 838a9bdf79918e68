# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False, auto_pickle=False
"""The compiled twin of `_construct_py`: nodes made of what an author gives.

A node holds immutable values and finished nodes only: what must be asked for its markup is asked
when the element is made, so that a mistake is reported at the line that made it.
"""

import io

from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.unicode cimport PyUnicode_CheckExact

from ._nodes_c cimport (
    FLAG, SPELLED, Attribute, Element, Fragment, Name, Node, Py_None, Py_TYPE, PyTypeObject,
    Raw, Tag, Text, is_nothing, new_attribute, new_element, new_fragment, new_raw, new_text,
)

from .validation import (
    MAX_DEPTH, check_url, child_error, depth_error, flag_error, join_values, text_error,
    value_error, void_error,
)
from ._nodes_c import written

cdef extern from "Python.h":
    int PyGC_Disable()
    int PyGC_Enable()
    Py_ssize_t Py_SIZE(PyObject*)
    ctypedef struct PyListObject:
        PyObject** ob_item
    ctypedef struct PyTupleObject:
        PyObject** ob_item

cdef int DEEPEST = MAX_DEPTH
cdef Tag NO_TAG = Tag("fragment", "nodes")


# Elements

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


cdef tuple quiet_tuple(Py_ssize_t size):
    """A new tuple, made without a collection, which may run code that changes the rows."""
    cdef int was_on = PyGC_Disable()
    try:
        return PyTuple_New(size)
    finally:
        if was_on:
            PyGC_Enable()


cdef PyObject* build(Tag tag, PyObject** args, Py_ssize_t size) except NULL:
    """A new element; the path of well-formed children, attributes first."""
    cdef Py_ssize_t i
    cdef Py_ssize_t j
    cdef Py_ssize_t at = 0
    cdef Py_ssize_t total = size
    cdef Py_ssize_t split = 0
    cdef bint content = False
    cdef bint has_rows = False
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
        elif is_nothing(child):
            pass
        elif type == <PyTypeObject*>int or type == <PyTypeObject*>float:
            content = True
        elif type == <PyTypeObject*>Raw:
            content = True
        elif type == <PyTypeObject*>list or type == <PyTypeObject*>tuple:
            if not is_row(child, &depth):
                break
            content = has_rows = True
            total += Py_SIZE(child) - 1
        else:
            break
    else:
        if not (content and tag.void) and depth < DEEPEST and (
            split < 2 or not repeats(args, split)
        ):
            children = quiet_tuple(total) if has_rows else PyTuple_New(total)
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
        if is_nothing(child):
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
    """A node for an object that is not one but can be shown; None if it cannot be."""
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
    return raw_of(markup)


cdef list merge(list attributes):
    """Let attributes of one name be one: values join, or the last one wins."""
    cdef dict merged = {}
    cdef Attribute attribute
    for attribute in attributes:
        key = attribute.spec.key
        first = merged.get(key)
        if first is not None and attribute.spec.joint is not None:
            joined = join_values(
                attribute.spec.joint, spelled((<Attribute>first).value), spelled(attribute.value)
            )
            attribute = new_attribute(attribute.spec, joined)
        merged[key] = attribute
    return list(merged.values())


cdef str spelled(object value):
    return value if isinstance(value, str) else ""


def fragment(*children):
    """Nodes in a row without an element around them."""
    cdef list attributes = []
    cdef list content = []
    cdef int depth = flatten(NO_TAG, children, attributes, content, "child", 0)
    return new_fragment(tuple(attributes + content), len(attributes), depth)


def to_bytes(child, str nonce=""):
    """The HTML in UTF-8 of a node or of what an element takes as a child."""
    return written(child if isinstance(child, Node) else fragment(child), nonce)


# Attributes and text

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


cdef Attribute attribute_of(Name name, PyObject* value):
    cdef object kept
    if PyUnicode_CheckExact(<object>value) and name.style != FLAG:
        kept = <object>value
    else:
        kept = coerce(name, <object>value)
    if name.is_url and PyUnicode_CheckExact(kept) and may_be_script(<str>kept):
        check_url(name.display, <str>kept)
    return new_attribute(name, kept)


cdef bint may_be_script(str value):
    """Whether an address begins as a script may: few do."""
    cdef Py_UCS4 first
    if not value:
        return False
    first = value[0]
    return first <= u' ' or first == u'j' or first == u'J'


cdef Text text_of(object value):
    if PyUnicode_CheckExact(value):
        return new_text(<str>value)
    if isinstance(value, str):
        return new_text(str.__str__(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return new_text(int.__repr__(value))
    if isinstance(value, float):
        return new_text(float.__repr__(value))
    raise text_error("h.Text", value)


cdef Raw raw_of(object markup):
    if not isinstance(markup, str):
        raise text_error("h.Raw", markup)
    return new_raw(str.__str__(markup))
