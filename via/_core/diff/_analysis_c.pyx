# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False, auto_pickle=False
"""The compiled twin of `_analysis_py`: what is known of an element by itself and what is in it."""

cimport cython
from cpython.object cimport PyObject

from ..html._nodes_c cimport (
    Attribute, Element, Py_TYPE, PyTypeObject, Raw, Tag, Text, is_element, is_nothing, new_element,
)

from ..diff import parser_rules
from .parser_rules import PARENTS, PLAIN, RAW_TEXT, RULES, is_address, outline, stays_text

cdef extern from "Python.h":
    PyObject* PyTuple_GET_ITEM(object, Py_ssize_t)
    Py_ssize_t PyTuple_GET_SIZE(object)
    bint PyUnicode_CheckExact(object)
    bint PyUnicode_IS_COMPACT_ASCII(object)
    Py_ssize_t PyUnicode_GET_LENGTH(object)
    void* PyUnicode_DATA(object)

cdef unsigned int KNOWN = parser_rules.KNOWN
cdef unsigned int ESCAPES_PARENT = parser_rules.ESCAPES_PARENT
cdef unsigned int OPAQUE = parser_rules.OPAQUE
cdef unsigned int MAY_CLOSE_ANCESTORS = parser_rules.MAY_CLOSE_ANCESTORS
cdef unsigned int IGNORED = parser_rules.IGNORED
cdef unsigned int OWN_TEXT = parser_rules.OWN_TEXT
cdef unsigned int OUTWARD = parser_rules.OUTWARD
cdef unsigned int TABLE = parser_rules.TABLE


# Its name, id and content

def is_fixed(node):
    """Whether a node is text or raw markup, which has no address."""
    return not is_element(<PyObject*>node)


cdef bint is_plain(object name) noexcept:
    """Whether an id is surely an address: of ASCII letters, digits, - and _ as most are."""
    cdef const unsigned char* data
    cdef Py_ssize_t i
    cdef unsigned char c
    if not PyUnicode_CheckExact(name) or not PyUnicode_IS_COMPACT_ASCII(name):
        return False
    data = <const unsigned char*>PyUnicode_DATA(name)
    for i in range(PyUnicode_GET_LENGTH(name)):
        c = data[i]
        if c == c'-' or c == c'_':
            continue
        if not (c'a' <= c <= c'z' or c'0' <= c <= c'9' or c'A' <= c <= c'Z'):
            return False
    return PyUnicode_GET_LENGTH(name) > 0


cdef object identity_of(Element element):
    cdef Py_ssize_t i
    cdef PyObject* child
    for i in range(element.split):
        child = PyTuple_GET_ITEM(element.children, i)
        if Py_TYPE(child) == <PyTypeObject*>Attribute and (<Attribute>child).spec.key == "id":
            value = (<Attribute>child).value
            if value is not None:
                return value if is_plain(value) or is_address(value) else ""
    return None


def identity(Element element):
    """The value of an element's id; None if it has none, "" if it is one that finds nothing."""
    return identity_of(element)


def key(node):
    """By what a changed element may be known again: its name and id; None for text."""
    if not is_element(<PyObject*>node):
        return None
    return ((<Element>node).spec.name, identity_of(<Element>node))


def content(Element element):
    """An element's children without its attributes and what renders nothing."""
    cdef list something
    cdef Py_ssize_t i
    cdef Py_ssize_t size = PyTuple_GET_SIZE(element.children)
    for i in range(element.split, size):
        if is_nothing(PyTuple_GET_ITEM(element.children, i)):
            break
    else:
        return element.children[element.split:]
    something = []
    for i in range(element.split, size):
        if not is_nothing(PyTuple_GET_ITEM(element.children, i)):
            something.append(<object>PyTuple_GET_ITEM(element.children, i))
    return tuple(something)


# What the HTML parser makes of it

@cython.final
@cython.no_gc
cdef class Kind:
    """What the parser's rules say of elements of one name."""

    cdef str tag
    cdef unsigned int traits, clears, leaks_on, misfit, misfit_text, stray
    cdef object takes, wraps, parents
    cdef bint heading, raw_text

    def __cinit__(self, str tag):
        rule = RULES.get(tag, PLAIN)
        self.tag = tag
        self.traits = rule.traits
        self.clears = rule.clears
        self.leaks_on = rule.leaks_on
        self.misfit = rule.misfit
        self.misfit_text = rule.misfit_text
        self.takes = rule.takes
        self.wraps = rule.wraps
        self.parents, self.stray = PARENTS.get(tag, (None, 0))
        self.heading = tag in parser_rules.HEADINGS
        self.raw_text = tag in RAW_TEXT


cdef dict KINDS = {}
cdef Py_ssize_t MOST_KINDS = 4096


cdef Kind kind_of(str name):
    kind = KINDS.get(name)
    if kind is None:
        kind = Kind(name.lower())
        if len(KINDS) < MOST_KINDS:
            KINDS[name] = kind
    return <Kind>kind


cdef inline Kind kind_of_tag(Tag tag):
    if tag.kind is None:
        tag.kind = kind_of(tag.name)
    return <Kind>tag.kind


cdef str text_of(PyObject* node):
    """The text of a node that is neither an element nor raw markup."""
    if Py_TYPE(node) == <PyTypeObject*>Text:
        return (<Text>node).value
    if Py_TYPE(node) == <PyTypeObject*>str:
        return <str>node
    return repr(<object>node)


cdef struct Sum:
    unsigned int traits
    unsigned int below


cdef int add_child(Sum* total, Kind kind, Kind child, unsigned int traits) except -1:
    total.below |= traits
    if traits & kind.leaks_on and not child.traits & kind.leaks_on:
        total.traits |= MAY_CLOSE_ANCESTORS
    if kind.takes is None or child.tag in kind.takes:
        if child.parents is not None and kind.tag not in child.parents:
            total.below |= child.stray
    elif child.tag in kind.wraps:
        total.traits |= OPAQUE
    else:
        # A table ends the one around it, even in what the parser moves out of that.
        total.traits |= MAY_CLOSE_ANCESTORS if traits & TABLE else kind.misfit
    if kind.heading and child.heading:
        total.traits |= MAY_CLOSE_ANCESTORS
    return 0


cdef unsigned int sum_up(Element element) except? 0:
    """Find out an element's traits, and keep them."""
    cdef Kind kind = kind_of_tag(element.spec)
    cdef Sum total
    cdef PyObject* child
    cdef Py_ssize_t i
    cdef bint text = False
    cdef unsigned int owned = 0
    cdef PyObject* last = NULL
    cdef unsigned int last_traits = 0
    cdef unsigned int traits
    cdef unsigned int result
    total.traits = total.below = 0
    for i in range(element.split):
        child = PyTuple_GET_ITEM(element.children, i)
        if Py_TYPE(child) == <PyTypeObject*>Attribute and (<Attribute>child).value is not None:
            if (<Attribute>child).spec.key == "data-ignore-morph":
                owned |= IGNORED
            elif (<Attribute>child).spec.key == "data-text":
                owned |= OWN_TEXT
    for i in range(element.split, PyTuple_GET_SIZE(element.children)):
        child = PyTuple_GET_ITEM(element.children, i)
        if is_element(child):
            traits = traits_of(<Element>child)
            # One more of the same kind adds nothing.
            if <PyObject*>(<Element>child).spec != last or traits != last_traits:
                last, last_traits = <PyObject*>(<Element>child).spec, traits
                add_child(&total, kind, kind_of_tag((<Element>child).spec), traits)
        elif Py_TYPE(child) == <PyTypeObject*>Raw:
            if kind.raw_text:
                if not stays_text(kind.tag, (<Raw>child).value):
                    add_child(&total, kind, kind_of(""), MAY_CLOSE_ANCESTORS | ESCAPES_PARENT)
                continue
            children, is_text = outline((<Raw>child).value)
            for name, inner in children:
                add_child(&total, kind, kind_of(name), inner)
            text |= is_text
        elif kind.misfit_text and not text and not is_nothing(child):
            text = not text_of(child).isspace()
    result = total.traits
    if text:
        result |= kind.misfit_text
    if total.below & ESCAPES_PARENT:
        result |= MAY_CLOSE_ANCESTORS if kind.heading else OPAQUE
    if (total.below | result) & kind.leaks_on:
        result |= ESCAPES_PARENT
    result |= kind.traits | (total.below & OUTWARD)
    if not result & ESCAPES_PARENT:
        result = (result & ~kind.clears) | kind.traits
    element.traits = result | owned | KNOWN
    return element.traits


def traits(Element element):
    """What the HTML parser makes of an element, in the bits of `parser_rules`."""
    return traits_of(element)


def placeholder(Element node, unsigned int known):
    """An element of the same name and attributes that holds nothing.

    It is taken for one of which the HTML parser makes what `known` says, in the bits of
    `parser_rules`.
    """
    cdef Element empty = new_element(node.spec, node.children[:node.split], node.split, 1)
    empty.traits = known | KNOWN
    return empty
