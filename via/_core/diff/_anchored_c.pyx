# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False, auto_pickle=False
"""The compiled twin of `_anchored_py`: a view's ids, the ways to them, and views with anchors."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from libc.string cimport memmove

from ..html._nodes_c cimport (
    Attribute, Element, Py_TYPE, PyTypeObject, Raw, Tag, Text, is_element, is_nothing,
    new_element, put_node,
)
from ._analysis_c cimport identity_of
from ..html._utf8 cimport Buffer, put, put_bytes, taken

from ..html._factories_c import attr as make_attribute
from ..html._factories_c import element as make_element
from ..html._nodes_c import written

cdef extern from "Python.h":
    PyObject* PyTuple_GET_ITEM(object, Py_ssize_t)
    Py_ssize_t PyTuple_GET_SIZE(object)


# Ids

def ids(Element node, list into):
    """Append the ids of an element and of those within it."""
    collect(node, into)


cdef int collect(Element node, list into) except -1:
    cdef Py_ssize_t i
    cdef PyObject* child
    name = identity_of(node)
    if name:
        into.append(name)
    for i in range(node.split, PyTuple_GET_SIZE(node.children)):
        child = PyTuple_GET_ITEM(node.children, i)
        if is_element(child):
            collect(<Element>child, into)
    return 0


cdef bint find(Element root, str name, list path) except -1:
    cdef Py_ssize_t i
    cdef PyObject* child
    if identity_of(root) == name:
        return True
    for i in range(root.split, PyTuple_GET_SIZE(root.children)):
        child = PyTuple_GET_ITEM(root.children, i)
        if is_element(child) and find(<Element>child, name, path):
            path.append(i)
            return True
    return False


cdef bint leads_to(list path, Element root, str name) except -1:
    cdef PyObject* node = <PyObject*>root
    cdef Py_ssize_t place
    for place in path:
        if not is_element(node):
            return False
        if not (<Element>node).split <= place < PyTuple_GET_SIZE((<Element>node).children):
            return False
        node = PyTuple_GET_ITEM((<Element>node).children, place)
    return is_element(node) and identity_of(<Element>node) == name


def path_to(Element root, str name, list hint=None):
    """The places in `children` that lead to the element of this id; `hint` may be right."""
    cdef list path = []
    if hint is not None and leads_to(hint, root, name):
        return hint
    if not find(root, name, path):
        return None
    path.reverse()
    return path


def content_place(Element element, Py_ssize_t place):
    """The place in the content of what stands at `place` in `children`."""
    cdef Py_ssize_t i
    cdef Py_ssize_t count = 0
    for i in range(element.split, place):
        count += not is_nothing(PyTuple_GET_ITEM(element.children, i))
    return count


def with_replaced(Element root, list path, Element node):
    """The tree with `node` in the place that `path` leads to."""
    return graft(root, path, 0, node)


cdef Element graft(Element root, list path, Py_ssize_t level, Element node):
    cdef list children
    cdef Py_ssize_t place
    cdef Element before
    cdef Element after
    cdef Element result
    if level == len(path):
        return node
    place = path[level]
    before = root.children[place]
    after = graft(before, path, level + 1, node)
    children = list(root.children)
    children[place] = after
    if after.depth >= root.depth:
        return make_element(root.spec.name, *children)
    # It may be deeper than what is in it by now; that it is not too deep is all that matters.
    result = new_element(root.spec, tuple(children), root.split, root.depth)
    if before.traits == after.traits and before.spec is after.spec:
        result.traits = root.traits
    return result


# Writing

cdef Buffer shared  # writing runs no Python code, so one buffer serves all
shared.data = NULL
shared.size = shared.capacity = 0


def outweighs(Element node, Py_ssize_t size):
    """Whether the element's HTML surely has `size` bytes or more: told without writing it."""
    return weight(<PyObject*>node, size) >= size


cdef Py_ssize_t weight(PyObject* node, Py_ssize_t most) except -1:
    """Bytes that a node has at least; no more of it is looked at once these are `most`."""
    cdef PyTypeObject* type = Py_TYPE(node)
    cdef Element element
    cdef PyObject* child
    cdef Py_ssize_t total
    cdef Py_ssize_t i
    if type == <PyTypeObject*>Text:
        return len((<Text>node).value)
    if type == <PyTypeObject*>str:
        return len(<str>node)
    if type == <PyTypeObject*>Raw:
        return len((<Raw>node).value)
    if type != <PyTypeObject*>Element:
        return 1
    element = <Element>node
    total = len(element.spec.start)
    if not element.spec.void:
        total += len(element.spec.end)
    for i in range(element.split):
        child = PyTuple_GET_ITEM(element.children, i)
        if Py_TYPE(child) == <PyTypeObject*>Attribute:
            total += attribute_weight(<Attribute>child)
    for i in range(element.split, PyTuple_GET_SIZE(element.children)):
        if total >= most:
            break
        child = PyTuple_GET_ITEM(element.children, i)
        if not is_nothing(child):
            total += weight(child, most - total)
    return total


cdef Py_ssize_t attribute_weight(Attribute attribute) except -1:
    if attribute.value is None:
        return 0
    if attribute.value is True:
        return len(attribute.spec.before) - 2
    return len(attribute.spec.before) + len(<str>attribute.value) + 1


def write(Element node, anchors, str nonce=""):
    """The element's HTML in UTF-8, with its anchors."""
    cdef bytes mark = None
    if anchors is None:
        return written(node, nonce)
    shared.size = 0
    if nonce:
        attribute = make_attribute("nonce", nonce)
        put_node(&shared, <PyObject*>attribute, None)
        mark = taken(&shared)
    put_anchored(<PyObject*>node, anchors, mark)
    return taken(&shared)


cdef int put_anchored(PyObject* node, object anchors, bytes nonce) except -1:
    cdef Element element
    cdef Tag tag
    cdef Py_ssize_t i
    cdef Py_ssize_t place = 0
    cdef PyObject* child
    cdef dict anchor_trees
    cdef Py_ssize_t start
    cdef Py_ssize_t opening
    if anchors is None or not is_element(node):
        return put_node(&shared, node, nonce)
    element = <Element>node
    tag = element.spec
    opening = PyBytes_GET_SIZE(tag.start) - 1
    put(&shared, PyBytes_AS_STRING(tag.start), opening)
    if anchors.anchor:
        put_bytes(&shared, b' id="%s"' % (<str>anchors.anchor).encode())
    if tag.eats_newline:
        # There are no anchors within: behind its own it is written as without.
        start = shared.size
        put_node(&shared, node, nonce)
        shared.size -= opening
        memmove(shared.data + start, shared.data + start + opening, shared.size - start)
        return 0
    for i in range(element.split):
        child = PyTuple_GET_ITEM(element.children, i)
        if Py_TYPE(child) == <PyTypeObject*>Attribute:
            put_node(&shared, child, nonce)
    put(&shared, ">", 1)
    if tag.void:
        return 0
    anchor_trees = anchors.children
    for i in range(element.split, PyTuple_GET_SIZE(element.children)):
        child = PyTuple_GET_ITEM(element.children, i)
        if not is_nothing(child):
            put_anchored(child, anchor_trees.get(place), nonce)
            place += 1
    return put_bytes(&shared, tag.end)
