# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False, auto_pickle=False
"""The compiled twin of `_factories_py`: the functions that `via.h` is made of.

They are builtin functions, called without a frame of their own; an error's traceback ends at the
line of the author that called them.
"""

cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.unicode cimport PyUnicode_CheckExact

from ._construct_c cimport attribute_of, build, raw_of, text_of
from ._nodes_c cimport FLAG, SPELLED, VALUE, Name, Py_True, Tag

from .validation import DOCS, check_attribute_name, check_element_name

cdef extern from "Python.h":
    int METH_O, METH_FASTCALL
    ctypedef struct PyMethodDef:
        const char* ml_name
        void* ml_meth
        int ml_flags
        const char* ml_doc
    object PyCFunction_NewEx(PyMethodDef*, object, object)
    void PyErr_Fetch(PyObject**, PyObject**, PyObject**)
    void PyErr_Restore(PyObject*, PyObject*, PyObject*)
    void Py_XDECREF(PyObject*)

# What may fail, as called by what Python calls: the error stays set for Python to find.
ctypedef PyObject* (*Made)(Function, PyObject**, Py_ssize_t) noexcept

cdef str MODULE = "via.h"
cdef tuple OURS = ("_factories_c.pyx", "_construct_c.pyx", "validation.py")


@cython.final
@cython.no_gc
cdef class Function:
    """What a builtin function made here is bound to."""

    cdef PyMethodDef method
    cdef str display
    cdef bytes name
    cdef bytes doc
    cdef Tag tag  # of the elements that it makes
    cdef Name attribute  # what the attributes that it makes share
    cdef str before  # what stands before the names that it takes
    cdef bint spelled
    cdef int least

    cdef object expose(self, str display, str signature, str doc, void* call, int flags):
        self.display = f"h.{display}"
        self.name = display.encode()
        self.doc = f"{display}({signature})\n--\n\n{doc}".encode()
        self.method.ml_name = self.name
        self.method.ml_doc = self.doc
        self.method.ml_meth = call
        self.method.ml_flags = flags
        return PyCFunction_NewEx(&self.method, self, MODULE)


cdef void tidy_traceback() noexcept:
    """Drop the core's own lines from a traceback, so that it ends at the author's."""
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


cdef inline PyObject* tidied(PyObject* result) noexcept:
    if result == NULL:
        tidy_traceback()
    return result


cdef inline PyObject* owned(object node) noexcept:
    """A node as a C function returns it."""
    Py_INCREF(node)
    return <PyObject*>node


# Elements

cdef PyObject* make(Function self, PyObject** args, Py_ssize_t size) except NULL:
    return build(self.tag, args, size)


cdef PyObject* call(Function self, PyObject** args, Py_ssize_t size) noexcept:
    return tidied((<Made>make)(self, args, size))


def element_factory(str name, str display, str doc):
    """The function `display(*children)` that makes the element `name`."""
    cdef Function function = Function()
    function.tag = Tag(name, f"h.{display}")
    return function.expose(display, "*children", doc, <void*>call, METH_FASTCALL)


cdef PyObject* make_named(Function self, PyObject** args, Py_ssize_t size) except NULL:
    if size == 0:
        raise TypeError("h.El() takes the element's name first")
    name = check_element_name(<object>args[0])
    return build(Tag(name, f"h.El({name!r})"), args + 1, size - 1)


cdef PyObject* call_named(Function self, PyObject** args, Py_ssize_t size) noexcept:
    return tidied((<Made>make_named)(self, args, size))


element = Function().expose(
    "El", "name, /, *children", DOCS["El"], <void*>call_named, METH_FASTCALL
)


# Attributes

cdef PyObject* make_attribute(Function self, PyObject** value, Py_ssize_t size) except NULL:
    if size > 1:
        raise TypeError(f"{self.display}() takes at most 1 argument ({size} given)")
    return owned(attribute_of(self.attribute, value[0] if size else Py_True))


cdef PyObject* call_attribute(Function self, PyObject* value) noexcept:
    return tidied((<Made>make_attribute)(self, &value, 1))


cdef PyObject* call_optional(Function self, PyObject** value, Py_ssize_t size) noexcept:
    return tidied((<Made>make_attribute)(self, value, size))


cdef dict STYLES = {"flag": FLAG, "spelled": SPELLED}


def attribute_factory(str name, str display, str doc, str kind="value"):
    """The function `display(value)` that makes the attribute `name`.

    `kind` is "value", "flag" (there or not: a bool, True by default), "optional" (a value, the
    bare name by default) or "spelled" (bools are written as `true` and `false`).
    """
    cdef Function function = Function()
    function.attribute = Name(name, f"h.{display}", STYLES.get(kind, VALUE))
    if kind in ("flag", "optional"):
        signature = "on=True" if kind == "flag" else "value=True"
        return function.expose(display, signature, doc, <void*>call_optional, METH_FASTCALL)
    return function.expose(display, "value, /", doc, <void*>call_attribute, METH_O)


cdef dict NAMES = {}
cdef int MOST_NAMES = 4096


cdef Name name_of(object name, bint spelled):
    """The name's description: kept, as long as they are few, since pages use the same names."""
    cdef int style = SPELLED if spelled else VALUE
    cdef Name spec
    found = NAMES.get(name) if PyUnicode_CheckExact(name) else None
    if found is not None and (<Name>found).style == style:
        return <Name>found
    name = check_attribute_name(name)
    spec = Name(name, f"h.Attr({name!r})", style)
    if len(NAMES) < MOST_NAMES:
        NAMES[spec.name] = spec
    return spec


cdef PyObject* make_attr(Function self, PyObject** args, Py_ssize_t size) except NULL:
    if size < self.least or size > 2:
        raise TypeError(f"{self.display}() takes a name and a value ({size} arguments given)")
    name = <object>args[0]
    if self.before:
        if not isinstance(name, str):
            check_attribute_name(name)
        name = self.before + name
    return owned(attribute_of(name_of(name, self.spelled), args[1] if size == 2 else Py_True))


cdef PyObject* call_attr(Function self, PyObject** args, Py_ssize_t size) noexcept:
    return tidied((<Made>make_attr)(self, args, size))


cdef object by_name(str display, str before="", bint spelled=False):
    """`Attr`, `Data` or `Aria`: they differ in what stands before the name."""
    cdef Function function = Function()
    function.before = before
    function.spelled = spelled
    function.least = 2 if spelled else 1
    signature = "name, value, /" if spelled else "name, value=True, /"
    return function.expose(display, signature, DOCS[display], <void*>call_attr, METH_FASTCALL)


attr = by_name("Attr")
data = by_name("Data", "data-")
aria = by_name("Aria", "aria-", True)


# Text

cdef PyObject* make_text(Function self, PyObject** args, Py_ssize_t size) except NULL:
    return owned(text_of(<object>args[0]))


cdef PyObject* call_text(Function self, PyObject* value) noexcept:
    return tidied((<Made>make_text)(self, &value, 1))


cdef PyObject* make_raw(Function self, PyObject** args, Py_ssize_t size) except NULL:
    return owned(raw_of(<object>args[0]))


cdef PyObject* call_raw(Function self, PyObject* value) noexcept:
    return tidied((<Made>make_raw)(self, &value, 1))


text = Function().expose("Text", "value, /", DOCS["Text"], <void*>call_text, METH_O)
raw = Function().expose("Raw", "markup, /", DOCS["Raw"], <void*>call_raw, METH_O)
