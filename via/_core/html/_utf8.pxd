"""Text escaped into a buffer of UTF-8: a header, compiled into each module that writes."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from libc.string cimport memcpy

cdef extern from "Python.h":
    bint PyUnicode_IS_COMPACT_ASCII(object)
    Py_ssize_t PyUnicode_GET_LENGTH(object)
    int PyUnicode_KIND(object)
    void* PyUnicode_DATA(object)
    unsigned int PyUnicode_READ(int, void*, Py_ssize_t) noexcept
    long long PyLong_AsLongLongAndOverflow(object, int*) except? -1

cdef extern from *:
    """
    #define IN_TEXT 1
    #define IN_VALUE 2
    static const unsigned char SPECIAL[256] = {
        ['&'] = 3, ['<'] = 3, ['>'] = 3, ['\\r'] = 3, ['\\0'] = 3, ['"'] = IN_VALUE,
    };
    """
    # Which characters are written as references: those special in text, or in attribute values.
    const unsigned char IN_TEXT, IN_VALUE
    const unsigned char* SPECIAL


cdef struct Buffer:
    char* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef inline int grow(Buffer* out, Py_ssize_t more) except -1:
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


cdef inline int put_entity(Buffer* out, unsigned int c) except -1:
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


cdef inline int put_wide(Buffer* out, str text, Py_ssize_t size, unsigned char special) except -1:
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


cdef inline int put_text(Buffer* out, str text, unsigned char special) except -1:
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


cdef inline int put_int(Buffer* out, object number) except -1:
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


cdef inline bytes taken(Buffer* out):
    """What was written; the buffer is empty again and keeps its memory, unless that is a lot."""
    cdef bytes result = PyBytes_FromStringAndSize(out.data, out.size)
    out.size = 0
    if out.capacity > 4 * 1024 * 1024:
        PyMem_Free(out.data)
        out.data = NULL
        out.capacity = 0
    return result
