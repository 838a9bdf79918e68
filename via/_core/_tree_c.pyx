# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False, auto_pickle=False
"""The compiled twin of `_tree_py`: nodes compared, summed up and written, for views in parts."""

cimport cython
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Free
from cpython.object cimport PyObject
from libc.string cimport memmove

from ._render_c cimport Attribute, Buffer, Element, Raw, Tag, Text, new_element, put, put_node

from . import _markup
from ._markup import PARENTS, PLAIN, RAW_TEXT, RULES, is_address, outline, stays_text
from ._names import EATS_NEWLINE
from ._render_c import attr as make_attribute
from ._render_c import element as make_element
from ._render_c import to_bytes

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        pass
    PyObject* Py_None
    PyObject* Py_True
    PyObject* Py_False
    PyTypeObject* Py_TYPE(PyObject*)
    PyObject* PyTuple_GET_ITEM(object, Py_ssize_t)
    Py_ssize_t PyTuple_GET_SIZE(object)
    bint PyUnicode_CheckExact(object)
    bint PyUnicode_IS_COMPACT_ASCII(object)
    Py_ssize_t PyUnicode_GET_LENGTH(object)
    void* PyUnicode_DATA(object)

cdef unsigned int KNOWN = _markup.KNOWN
cdef unsigned int LEAKS = _markup.LEAKS
cdef unsigned int OPAQUE = _markup.OPAQUE
cdef unsigned int UNBOUND = _markup.UNBOUND
cdef unsigned int IGNORED = _markup.IGNORED
cdef unsigned int OWN_TEXT = _markup.OWN_TEXT
cdef unsigned int OUTWARD = _markup.OUTWARD
cdef unsigned int SEALED = _markup.SEALED


# Kinds of elements

@cython.final
@cython.no_gc
cdef class Kind:
    """What the parser's rules say of elements of one name."""

    cdef str tag
    cdef unsigned int traits, clears, leaks_on, misfit, misfit_text, stray
    cdef object takes, wraps, parents
    cdef bint heading, raw_text, eats_newline

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
        self.heading = tag in _markup.HEADINGS
        self.raw_text = tag in RAW_TEXT
        self.eats_newline = tag in EATS_NEWLINE


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


# Comparing

cdef inline bint is_nothing(PyObject* node) noexcept:
    return node == Py_None or node == Py_True or node == Py_False


cdef inline bint is_element(PyObject* node) noexcept:
    return Py_TYPE(node) == <PyTypeObject*>Element


cdef str spelled(PyObject* node):
    if Py_TYPE(node) == <PyTypeObject*>Text:
        return (<Text>node).value
    if Py_TYPE(node) == <PyTypeObject*>str:
        return <str>node
    return repr(<object>node)


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
    return spelled(old) == spelled(new)


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


def compare(Element old, Element new, int deepest):
    """How an element became the other one: EQUAL, CHANGED, or OTHER; see the twin."""
    if old is new:
        return EQUAL
    if old.spec is not new.spec and old.spec.name != new.spec.name:
        return OTHER
    if old.depth > deepest or new.depth > deepest or identity_of(old) != identity_of(new):
        return OTHER
    return EQUAL if equal(old, new) else CHANGED


def same_head(Element old, Element new):
    """Whether two elements have the same name and attributes."""
    return bool(same_heads(old, new))


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


def narrow(Element old, Element new, shadow):
    """Down to the innermost elements that hold all of the difference; see the twin."""
    cdef list around = []
    cdef PyObject* mine = NULL
    cdef PyObject* theirs = NULL
    cdef Py_ssize_t place
    while same_heads(old, new) and not (traits_of(old) | traits_of(new)) & SEALED:
        place = only_change(old, new, &mine, &theirs)
        if place < 0 or not is_element(mine) or not is_element(theirs):
            break
        if (<Element>mine).spec.name != (<Element>theirs).spec.name:
            break
        if identity_of(<Element>mine) != identity_of(<Element>theirs):
            break
        around.append((shadow, place))
        shadow = None if shadow is None else shadow.children.get(place)
        old, new = <Element>mine, <Element>theirs
    return old, new, shadow, around


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
        return mix(3, hash(spelled(node)))
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


# Summing up

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
        if not (c'a' <= c <= c'z' or c'0' <= c <= c'9' or c'A' <= c <= c'Z' or c == c'-' or c == c'_'):
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


cdef struct Sum:
    unsigned int traits
    unsigned int below


cdef int add_child(Sum* total, Kind kind, Kind child, unsigned int traits) except -1:
    total.below |= traits
    if traits & kind.leaks_on and not child.traits & kind.leaks_on:
        total.traits |= UNBOUND
    if kind.takes is None or child.tag in kind.takes:
        if child.parents is not None and kind.tag not in child.parents:
            total.below |= child.stray
    elif child.tag in kind.wraps:
        total.traits |= OPAQUE
    else:
        total.traits |= UNBOUND if child.tag == "table" else kind.misfit
    if kind.heading and child.heading:
        total.traits |= UNBOUND
    return 0


cdef unsigned int traits_of(Element element) except? 0:
    if not element.traits & KNOWN:
        element.traits = sum_up(element)
    return element.traits


cdef unsigned int sum_up(Element element) except? 0:
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
                    add_child(&total, kind, kind_of(""), UNBOUND | LEAKS)
                continue
            children, is_text = outline((<Raw>child).value)
            for name, inner in children:
                add_child(&total, kind, kind_of(name), inner)
            text |= is_text
        elif kind.misfit_text and not text and not is_nothing(child):
            text = not spelled(child).isspace()
    result = total.traits
    if text:
        result |= kind.misfit_text
    if total.below & LEAKS:
        result |= UNBOUND if kind.heading else OPAQUE
    if (total.below | result) & kind.leaks_on:
        result |= LEAKS
    result |= kind.traits | (total.below & OUTWARD)
    if not result & LEAKS:
        result = (result & ~kind.clears) | kind.traits
    return result | owned | KNOWN


def traits(Element element):
    """What the HTML parser makes of an element, in the bits of `_markup`."""
    return traits_of(element)


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


def grafted(Element root, list path, Element node):
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
cdef Py_ssize_t KEEP = 1024 * 1024


def write(Element node, shadow, str nonce=""):
    """The element's HTML in UTF-8, with the anchors of its shadow."""
    cdef bytes mark = None
    cdef bytes result
    if shadow is None:
        return to_bytes(node, nonce)
    shared.size = 0
    if nonce:
        attribute = make_attribute("nonce", nonce)
        put_node(&shared, <PyObject*>attribute, None)
        mark = PyBytes_FromStringAndSize(shared.data, shared.size)
        shared.size = 0
    put_shadowed(<PyObject*>node, shadow, mark)
    result = PyBytes_FromStringAndSize(shared.data, shared.size)
    if shared.capacity > KEEP:
        PyMem_Free(shared.data)
        shared.data = NULL
        shared.capacity = 0
    return result


cdef int put_bytes(bytes data) except -1:
    return put(&shared, data, len(data))


cdef int put_shadowed(PyObject* node, object shadow, bytes nonce) except -1:
    cdef Element element
    cdef Kind kind
    cdef Py_ssize_t i
    cdef Py_ssize_t place = 0
    cdef PyObject* child
    cdef dict shadows
    cdef bytes name
    cdef Py_ssize_t start
    if shadow is None or not is_element(node):
        return put_node(&shared, node, nonce)
    element = <Element>node
    kind = kind_of(element.spec.name)
    name = element.spec.name.encode()
    put_bytes(b"<" + name)
    if shadow.anchor:
        put_bytes(b' id="%s"' % (<str>shadow.anchor).encode())
    if kind.eats_newline:
        # There are no anchors within: it is as it would be without, behind the anchor.
        start = shared.size
        put_node(&shared, node, nonce)
        shared.size -= 1 + len(name)
        memmove(
            shared.data + start, shared.data + start + 1 + len(name), shared.size - start
        )
        return 0
    for i in range(element.split):
        child = PyTuple_GET_ITEM(element.children, i)
        if Py_TYPE(child) == <PyTypeObject*>Attribute:
            put_node(&shared, child, nonce)
    put(&shared, ">", 1)
    if element.spec.void:
        return 0
    shadows = shadow.children
    for i in range(element.split, PyTuple_GET_SIZE(element.children)):
        child = PyTuple_GET_ITEM(element.children, i)
        if not is_nothing(child):
            put_shadowed(child, shadows.get(place), nonce)
            place += 1
    return put_bytes(b"</%s>" % name)
