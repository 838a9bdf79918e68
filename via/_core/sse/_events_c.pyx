# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The compiled twin of `_events_py`: Datastar's events as they stand on the wire."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.string cimport memchr, memcpy

from ._events_py import MODES, NAMESPACES, RETRY, line
from ..html.inline_script import guard_script
from ..html import attr, element, raw, to_bytes

cdef int DEFAULT_RETRY = RETRY
cdef dict MODE_LINES = {mode: f"data: mode {mode}\n".encode() for mode in MODES}
MODE_LINES["outer"] = b""

# What a line of data begins with. A prefix is copied as 16 bytes, one instruction; what is too
# much of them is overwritten by what follows, if only by the blank line.
cdef const char* ELEMENTS = "data: elements \0"
cdef const char* SIGNALS = "data: signals \0\0"
cdef int ELEMENTS_SIZE = 15
cdef int SIGNALS_SIZE = 14


cdef bytes framed(bytes head, const char* prefix, int prefix_size, bytes text):
    """`head`, then each line of `text` after `prefix`, then the blank line."""
    cdef const char* source = PyBytes_AS_STRING(text)
    cdef Py_ssize_t left = PyBytes_GET_SIZE(text)
    cdef Py_ssize_t head_size = PyBytes_GET_SIZE(head)
    cdef Py_ssize_t breaks = 0
    cdef Py_ssize_t size
    cdef const char* found
    cdef bint returns = memchr(source, c'\r', left) != NULL
    cdef bytes result
    cdef char* to
    for size in range(left):
        breaks += source[size] == c'\n'
    if returns:
        # A CRLF counts twice: what that is too much is cut off at the end.
        for size in range(left):
            breaks += source[size] == c'\r'
    result = PyBytes_FromStringAndSize(
        NULL, head_size + left + (breaks + 1) * prefix_size + breaks + 2
    )
    to = PyBytes_AS_STRING(result)
    memcpy(to, PyBytes_AS_STRING(head), head_size)
    to += head_size
    while True:
        memcpy(to, prefix, 16)
        to += prefix_size
        found = line_end(source, left, returns)
        if found == NULL:
            break
        size = found - source
        memcpy(to, source, size)
        to += size
        to[0] = c'\n'
        to += 1
        size += 2 if found[0] == c'\r' and size + 1 < left and found[1] == c'\n' else 1
        source += size
        left -= size
    memcpy(to, source, left)
    to += left
    to[0] = to[1] = c'\n'
    size = to + 2 - PyBytes_AS_STRING(result)
    return result if size == PyBytes_GET_SIZE(result) else result[:size]


cdef inline const char* line_end(const char* source, Py_ssize_t size, bint returns) noexcept:
    cdef Py_ssize_t i
    if not returns:
        return <const char*>memchr(source, c'\n', size)
    for i in range(size):
        if source[i] == c'\n' or source[i] == c'\r':
            return source + i
    return NULL


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
    str namespace="html",
    bint use_view_transition=False,
    str view_transition_selector="",
    str event_id="",
    long retry=DEFAULT_RETRY,
):
    """An event that patches elements of the page; see the twin."""
    cdef bytes head = start(b"event: datastar-patch-elements\n", event_id, retry)
    mode_line = MODE_LINES.get(mode)
    if mode_line is None:
        raise ValueError(f"the mode {mode!r} is not one of {', '.join(sorted(MODES))}")
    if selector:
        head = b"".join((head, mode_line, b"data: selector ", line("selector", selector), b"\n"))
    elif mode_line:
        head += <bytes>mode_line
    if namespace != "html":
        if namespace not in NAMESPACES:
            raise ValueError(f"the namespace {namespace!r} is not one of html, mathml, svg")
        head += b"data: namespace %s\n" % <bytes>namespace.encode()
    if use_view_transition:
        head += b"data: useViewTransition true\n"
        if view_transition_selector:
            inside = line("view transition's selector", view_transition_selector)
            head += b"data: viewTransitionSelector %s\n" % <bytes>inside
    return framed(head, ELEMENTS, ELEMENTS_SIZE, html) if html else head + b"\n"


def patch_signals(
    bytes signals, *, bint only_if_missing=False, str event_id="", long retry=DEFAULT_RETRY
):
    """An event that merges a JSON object into the page's signals; see the twin."""
    cdef bytes head = start(b"event: datastar-patch-signals\n", event_id, retry)
    if only_if_missing:
        head += b"data: onlyIfMissing true\n"
    return framed(head, SIGNALS, SIGNALS_SIZE, signals)


def remove_elements(str selector):
    """An event that removes the elements that the CSS selector finds; see the twin."""
    return patch_elements(b"", selector=selector, mode="remove")


def execute_script(str script, str nonce=""):
    """An event that runs JavaScript once; see the twin."""
    node = element("script", attr("data-effect", "el.remove()"), raw(guard_script(script, nonce)))
    return patch_elements(to_bytes(node, nonce), selector="body", mode="append")
