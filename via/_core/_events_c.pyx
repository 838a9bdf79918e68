# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The compiled twin of `_events_py`: Datastar's events as they stand on the wire."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.string cimport memcpy

from ._events_py import MODES, RETRY, line
from ._script import guard_script
from .render import attr, element, raw, to_bytes

cdef int DEFAULT_RETRY = RETRY


cdef inline char* copy(char* to, bytes data) noexcept:
    memcpy(to, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
    return to + PyBytes_GET_SIZE(data)


cdef bytes framed(bytes head, bytes prefix, bytes text):
    """`head`, then each line of `text` after `prefix`, then the blank line."""
    cdef const char* source = PyBytes_AS_STRING(text)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(text)
    cdef Py_ssize_t breaks = 0
    cdef Py_ssize_t i
    cdef Py_ssize_t start = 0
    cdef bytes result
    cdef char* to
    for i in range(size):
        breaks += source[i] == c'\n' or source[i] == c'\r'
    # A CRLF counts twice: at most one line's prefix too much, cut off at the end.
    result = PyBytes_FromStringAndSize(
        NULL,
        PyBytes_GET_SIZE(head) + size + (breaks + 1) * (PyBytes_GET_SIZE(prefix) + 1) + 1,
    )
    to = copy(PyBytes_AS_STRING(result), head)
    to = copy(to, prefix)
    if breaks:
        i = 0
        while i < size:
            if source[i] != c'\n' and source[i] != c'\r':
                i += 1
                continue
            memcpy(to, source + start, i - start)
            to += i - start
            to[0] = c'\n'
            to = copy(to + 1, prefix)
            i += 2 if source[i] == c'\r' and i + 1 < size and source[i + 1] == c'\n' else 1
            start = i
    memcpy(to, source + start, size - start)
    to += size - start
    to[0] = to[1] = c'\n'
    size = to + 2 - PyBytes_AS_STRING(result)
    return result if size == PyBytes_GET_SIZE(result) else result[:size]


cdef bytes start(bytes head, str event_id, long retry):
    if event_id:
        head += b"id: %s\n" % <bytes>line("id", event_id)
    if retry != DEFAULT_RETRY:
        head += b"retry: %d\n" % retry
    return head


def patch_elements(
    bytes html,
    *,
    str selector="",
    str mode="outer",
    bint use_view_transition=False,
    str event_id="",
    long retry=DEFAULT_RETRY,
):
    """An event that patches elements of the page; see the twin."""
    cdef bytes head = start(b"event: datastar-patch-elements\n", event_id, retry)
    if mode != "outer":
        if mode not in MODES:
            raise ValueError(f"the mode {mode!r} is not one of {', '.join(sorted(MODES))}")
        head += b"data: mode %s\n" % mode.encode()
    if selector:
        head += b"data: selector %s\n" % <bytes>line("selector", selector)
    if use_view_transition:
        head += b"data: useViewTransition true\n"
    return framed(head, b"data: elements ", html) if html else head + b"\n"


def patch_signals(
    bytes signals, *, bint only_if_missing=False, str event_id="", long retry=DEFAULT_RETRY
):
    """An event that merges a JSON object into the page's signals; see the twin."""
    cdef bytes head = start(b"event: datastar-patch-signals\n", event_id, retry)
    if only_if_missing:
        head += b"data: onlyIfMissing true\n"
    return framed(head, b"data: signals ", signals)


def remove_elements(str selector):
    """An event that removes the elements that the CSS selector finds; see the twin."""
    return patch_elements(b"", selector=selector, mode="remove")


def execute_script(str script, str nonce=""):
    """An event that runs JavaScript once; see the twin."""
    node = element("script", attr("data-effect", "el.remove()"), raw(guard_script(script, nonce)))
    return patch_elements(to_bytes(node, nonce), selector="body", mode="append")
