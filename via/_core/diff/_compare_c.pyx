# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False, auto_pickle=False
"""The compiled twin of `_compare_py`: where two nodes differ, for views sent in parts."""

from cpython.object cimport PyObject

from ..html._nodes_c cimport (
    Attribute, Element, Py_None, Py_TYPE, PyTypeObject, Raw, Text, is_element, is_nothing,
)
from ._analysis_c cimport identity_of, text_of, traits_of

from ..diff import parser_rules

cdef extern from "Python.h":
    PyObject* PyTuple_GET_ITEM(object, Py_ssize_t)
    Py_ssize_t PyTuple_GET_SIZE(object)

cdef unsigned int IGNORED = parser_rules.IGNORED
cdef unsigned int OWN_TEXT = parser_rules.OWN_TEXT
cdef unsigned int NOT_PATCHABLE = parser_rules.NOT_PATCHABLE


cdef enum:
    MOST_LEVELS = 512


cdef struct Difference:
    # The elements around the first difference that `equal` met, and how much content before it is
    # equal: what was compared on the way down is not compared again. The pointers are compared
    # only, and only while the trees are compared that they are of.
    bint recording
    int size
    PyObject* old[MOST_LEVELS]
    PyObject* new[MOST_LEVELS]
    Py_ssize_t place[MOST_LEVELS]


cdef Difference difference
difference.recording = False
difference.size = 0


cdef inline void note_difference(Element old, Element new, Py_ssize_t place) noexcept:
    if difference.recording and difference.size < MOST_LEVELS:
        difference.old[difference.size] = <PyObject*>old
        difference.new[difference.size] = <PyObject*>new
        difference.place[difference.size] = place
        difference.size += 1


cdef int same(PyObject* old, PyObject* new) except -1:
    cdef PyTypeObject* type = Py_TYPE(old)
    if old == new:
        return True
    if type == <PyTypeObject*>Element:
        return is_element(new) and same_elements(<Element>old, <Element>new)
    if is_element(new):
        return False
    if type == <PyTypeObject*>Raw or Py_TYPE(new) == <PyTypeObject*>Raw:
        return type == Py_TYPE(new) and (<Raw>old).value == (<Raw>new).value
    if type == <PyTypeObject*>Text and Py_TYPE(new) == type:
        return (<Text>old).value == (<Text>new).value
    return text_of(old) == text_of(new)


cdef int same_elements(Element old, Element new) except -1:
    cdef unsigned int owned = traits_of(old) & (IGNORED | OWN_TEXT)
    cdef tuple mine = old.children
    cdef tuple theirs = new.children
    cdef Py_ssize_t i = old.split
    cdef Py_ssize_t j = new.split
    cdef Py_ssize_t most = PyTuple_GET_SIZE(mine)
    cdef Py_ssize_t their_most = PyTuple_GET_SIZE(theirs)
    cdef Py_ssize_t place = 0
    if owned & IGNORED and traits_of(new) & IGNORED:
        return old.spec.name == new.spec.name and identity_of(old) == identity_of(new)
    if not same_heads(old, new):
        return False
    if owned:
        return True
    while True:
        while i < most and is_nothing(PyTuple_GET_ITEM(mine, i)):
            i += 1
        while j < their_most and is_nothing(PyTuple_GET_ITEM(theirs, j)):
            j += 1
        if i == most or j == their_most:
            break
        if not same(PyTuple_GET_ITEM(mine, i), PyTuple_GET_ITEM(theirs, j)):
            note_difference(old, new, place)
            return False
        i += 1
        j += 1
        place += 1
    if i < most or j < their_most:
        note_difference(old, new, place)
        return False
    new.traits = old.traits
    return True


cdef inline PyObject* next_attribute(tuple children, Py_ssize_t split, Py_ssize_t* at) noexcept:
    """The attribute at or after `at` that is written, moving `at` behind it; NULL at the end."""
    cdef PyObject* child
    while at[0] < split:
        child = PyTuple_GET_ITEM(children, at[0])
        at[0] += 1
        if Py_TYPE(child) == <PyTypeObject*>Attribute:
            if <PyObject*>(<Attribute>child).value != Py_None:
                return child
    return NULL


cdef int same_heads(Element old, Element new) except -1:
    cdef Py_ssize_t i = 0
    cdef Py_ssize_t j = 0
    cdef PyObject* mine
    cdef PyObject* theirs
    cdef Attribute first
    cdef Attribute second
    if old.spec is not new.spec and old.spec.name != new.spec.name:
        return False
    while True:
        mine = next_attribute(old.children, old.split, &i)
        theirs = next_attribute(new.children, new.split, &j)
        if mine == theirs:
            if mine == NULL:
                return True
            continue
        if mine == NULL or theirs == NULL:
            return False
        first = <Attribute>mine
        second = <Attribute>theirs
        if first.spec is not second.spec and first.spec.name != second.spec.name:
            return False
        if first.value is not second.value and first.value != second.value:
            return False


def equal(old, new):
    """Whether two nodes have the same markup, so far as the server owns it; see the twin."""
    difference.size = 0
    difference.recording = True
    try:
        return bool(same(<PyObject*>old, <PyObject*>new))
    finally:
        difference.recording = False


EQUAL, CHANGED, OTHER = 0, 1, 2


cdef bint same_keys(Element old, Element new) except -1:
    """Whether two elements have the same name and id."""
    if old.spec is not new.spec and old.spec.name != new.spec.name:
        return False
    return identity_of(old) == identity_of(new)


def compare(Element old, Element new, int deepest):
    """How an element became the other one: EQUAL, CHANGED, or OTHER; see the twin."""
    if old is new:
        return EQUAL
    if old.depth > deepest or new.depth > deepest or not same_keys(old, new):
        return OTHER
    return EQUAL if equal(old, new) else CHANGED


def same_head(Element old, Element new):
    """Whether two elements have the same name and attributes."""
    return bool(same_heads(old, new))


cdef Py_ssize_t known_unequal(PyObject* old, PyObject* new) noexcept:
    """The place of the first unequal content of two elements, if `equal` met it; else -1."""
    cdef int level
    for level in range(difference.size):
        if difference.old[level] == old and difference.new[level] == new:
            return difference.place[level]
    return -1


def edges(tuple within, tuple old, tuple new):
    """How many nodes are equal from the start on, and then from the end on; see the twin."""
    cdef Py_ssize_t size = len(old)
    cdef Py_ssize_t new_size = len(new)
    cdef Py_ssize_t most = min(size, new_size)
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t end = 0
    cdef Py_ssize_t unequal = known_unequal(
        PyTuple_GET_ITEM(within, 0), PyTuple_GET_ITEM(within, 1)
    )
    if unequal > 0:
        start = unequal
    while unequal < 0 and start < most:
        if same(<PyObject*>old[start], <PyObject*>new[start]):
            start += 1
        else:
            unequal = start
    while end < most - start and not (size == new_size and size - 1 - end == unequal) and same(
        <PyObject*>old[size - 1 - end], <PyObject*>new[new_size - 1 - end]
    ):
        end += 1
    return start, end


cdef Py_ssize_t only_change(Element old, Element new, PyObject** mine, PyObject** theirs) except -2:
    """The place of the one child that differs, and that child; -1 if more than that differs."""
    cdef Py_ssize_t i = old.split
    cdef Py_ssize_t j = new.split
    cdef Py_ssize_t most = PyTuple_GET_SIZE(old.children)
    cdef Py_ssize_t their_most = PyTuple_GET_SIZE(new.children)
    cdef Py_ssize_t equal = known_unequal(<PyObject*>old, <PyObject*>new)
    cdef Py_ssize_t place = 0
    cdef Py_ssize_t found = -1
    if most - i != their_most - j:
        return -1
    while True:
        while i < most and is_nothing(PyTuple_GET_ITEM(old.children, i)):
            i += 1
        while j < their_most and is_nothing(PyTuple_GET_ITEM(new.children, j)):
            j += 1
        if i == most or j == their_most:
            return found if i == most and j == their_most else -1
        if place >= equal and not same(
            PyTuple_GET_ITEM(old.children, i), PyTuple_GET_ITEM(new.children, j)
        ):
            if found >= 0:
                return -1
            found = place
            mine[0] = PyTuple_GET_ITEM(old.children, i)
            theirs[0] = PyTuple_GET_ITEM(new.children, j)
        i += 1
        j += 1
        place += 1


def innermost_change(Element old, Element new, anchors):
    """Down to the innermost elements that hold all of the difference; see the twin."""
    cdef list around = []
    cdef PyObject* mine = NULL
    cdef PyObject* theirs = NULL
    cdef Py_ssize_t place
    while same_heads(old, new) and not traits_of(old) & NOT_PATCHABLE:
        place = only_change(old, new, &mine, &theirs)
        if place < 0 or not is_element(mine) or not is_element(theirs):
            break
        # What is equal to what is known is known by now.
        if traits_of(new) & NOT_PATCHABLE:
            break
        if not same_keys(<Element>mine, <Element>theirs):
            break
        around.append((anchors, place))
        anchors = None if anchors is None else anchors.children.get(place)
        old, new = <Element>mine, <Element>theirs
    return old, new, anchors, around


def in_place(tuple old, tuple new):
    """Pairs, where surely each old node became the new one in its place; see the twin."""
    cdef Py_ssize_t size = PyTuple_GET_SIZE(old)
    cdef Py_ssize_t place
    cdef Py_ssize_t equal = 0
    cdef Py_ssize_t keyed = 0
    cdef PyObject* mine
    cdef PyObject* theirs
    cdef bint is_equal
    cdef list pairs = []
    if size != PyTuple_GET_SIZE(new):
        return None
    for place in range(size):
        mine = PyTuple_GET_ITEM(old, place)
        theirs = PyTuple_GET_ITEM(new, place)
        if is_element(mine) != is_element(theirs):
            return None
        if is_element(mine) and not same_keys(<Element>mine, <Element>theirs):
            return None
        is_equal = same(mine, theirs)
        if not is_equal and not is_element(mine):
            return None
        equal += is_equal
        keyed += not is_element(mine) or bool(identity_of(<Element>mine))
        pairs.append((place, place, is_equal))
    return pairs if keyed == size or equal * 2 >= size else None


cdef inline unsigned long long mix(unsigned long long state, Py_hash_t value) noexcept:
    state = (state ^ <unsigned long long>value) * <unsigned long long>0x9E3779B97F4A7C15
    return state ^ state >> 29


cdef unsigned long long print_of(PyObject* node) except? 0:
    cdef unsigned long long state = 1
    cdef Element element
    cdef unsigned int owned
    cdef Py_ssize_t i = 0
    cdef PyObject* attribute
    if Py_TYPE(node) == <PyTypeObject*>Raw:
        return mix(2, hash((<Raw>node).value))
    if not is_element(node):
        return mix(3, hash(text_of(node)))
    element = <Element>node
    owned = traits_of(element) & (IGNORED | OWN_TEXT)
    state = mix(state, hash(element.spec.name))
    if owned & IGNORED:
        return mix(state, hash(identity_of(element)))
    while True:
        attribute = next_attribute(element.children, element.split, &i)
        if attribute == NULL:
            break
        state = mix(mix(state, hash((<Attribute>attribute).spec.name)),
                    hash((<Attribute>attribute).value))
    if not owned:
        for i in range(element.split, PyTuple_GET_SIZE(element.children)):
            if not is_nothing(PyTuple_GET_ITEM(element.children, i)):
                state = mix(
                    state, <Py_hash_t>print_of(PyTuple_GET_ITEM(element.children, i))
                )
    return mix(state, 4)


def fingerprint(node):
    """A number that equal nodes share, and others as good as never."""
    return print_of(<PyObject*>node)
