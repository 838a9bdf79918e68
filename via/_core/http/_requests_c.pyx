# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The compiled twin of `_requests_py`: plain requests, taken apart in one pass."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.string cimport memcmp

cdef extern from "Python.h":
    unicode PyUnicode_DecodeASCII(const char*, Py_ssize_t, const char*)

cdef const char* LINE = "POST /_action/"
cdef const char* PAGE_LINE = "GET /"
cdef const char* VERSION = " HTTP/1.1\r\n"

cdef bytes HOST = b"host"
cdef bytes COOKIE = b"cookie"
cdef bytes ORIGIN = b"origin"
cdef bytes SEC_FETCH_SITE = b"sec-fetch-site"
cdef bytes DATASTAR_REQUEST = b"datastar-request"
cdef bytes X_FORWARDED_FOR = b"x-forwarded-for"
cdef bytes X_FORWARDED_HOST = b"x-forwarded-host"
cdef bytes X_FORWARDED_PROTO = b"x-forwarded-proto"
cdef bytes X_FORWARDED_PREFIX = b"x-forwarded-prefix"

cdef enum:
    LINE_SIZE = 14
    PAGE_LINE_SIZE = 5
    VERSION_SIZE = 11
    LONGEST_ID = 64
    LONGEST_LENGTH = 7  # digits

cdef unsigned char[256] LETTER  # of a field's name, in lower case; 0 for what is none
cdef unsigned char[256] ALNUM
cdef unsigned char[256] CONTROL  # not in a field's value
cdef unsigned char[256] IN_PATH  # that stands for itself
cdef unsigned char[256] IN_QUERY
cdef int _c
for _c in range(256):
    ALNUM[_c] = chr(_c).isascii() and chr(_c).isalnum()
    LETTER[_c] = ord(chr(_c).lower()) if ALNUM[_c] or chr(_c) in "-_" else 0
    IN_PATH[_c] = ALNUM[_c] or chr(_c) in "._~!$&'()*+,;=:@/-"
    IN_QUERY[_c] = 32 < _c < 127 and _c != c"#"
    CONTROL[_c] = (_c < 32 and _c != 9) or _c == 127


cdef bint is_name(const unsigned char* at, Py_ssize_t size, const char* name) noexcept:
    """Whether a field's name is this one, which has the same size."""
    cdef Py_ssize_t i
    for i in range(size):
        if LETTER[at[i]] != <unsigned char>name[i]:
            return False
    return True


def read_action(bytes data not None):
    """The action's id, headers and body of a plain request; see the twin."""
    cdef const unsigned char* at = <const unsigned char*>PyBytes_AS_STRING(data)
    cdef const unsigned char* end = at + PyBytes_GET_SIZE(data)
    cdef const unsigned char* id
    cdef Py_ssize_t id_size
    cdef Py_ssize_t length = -1
    cdef list headers = []
    if end - at < LINE_SIZE or memcmp(at, LINE, LINE_SIZE):
        return None
    id = at = at + LINE_SIZE
    # Behind the data there is a 0, which is neither a letter nor the end of a line.
    while ALNUM[at[0]]:
        at += 1
    id_size = at - id
    if not 0 < id_size <= LONGEST_ID:
        return None
    if end - at < VERSION_SIZE or memcmp(at, VERSION, VERSION_SIZE):
        return None
    at = read_fields(at + VERSION_SIZE, headers, &length, -1)
    if at is NULL or end - at != length:
        return None
    return (
        PyUnicode_DecodeASCII(<const char*>id, id_size, NULL),
        headers,
        PyBytes_FromStringAndSize(<const char*>at, length),
    )


def read_page(bytes data not None, Py_ssize_t most_fields):
    """The path, query and headers of a plain request for a page; see the twin."""
    cdef const unsigned char* at = <const unsigned char*>PyBytes_AS_STRING(data)
    cdef const unsigned char* end = at + PyBytes_GET_SIZE(data)
    cdef const unsigned char* path
    cdef const unsigned char* query
    cdef Py_ssize_t path_size
    cdef Py_ssize_t query_size = 0
    cdef Py_ssize_t length = -1
    cdef list headers = []
    if end - at < PAGE_LINE_SIZE or memcmp(at, PAGE_LINE, PAGE_LINE_SIZE):
        return None
    path = at + PAGE_LINE_SIZE - 1
    at += PAGE_LINE_SIZE
    if at[0] == c"_" or at[0] == c"/":
        return None
    while IN_PATH[at[0]]:
        at += 1
    path_size = at - path
    query = at
    if at[0] == c"?":
        at += 1
        query = at
        while IN_QUERY[at[0]]:
            at += 1
        query_size = at - query
    if end - at < VERSION_SIZE or memcmp(at, VERSION, VERSION_SIZE):
        return None
    at = read_fields(at + VERSION_SIZE, headers, &length, most_fields)
    if at is NULL or length > 0 or at != end:
        return None
    return (
        PyUnicode_DecodeASCII(<const char*>path, path_size, NULL),
        PyUnicode_DecodeASCII(<const char*>query, query_size, NULL),
        headers,
    )


cdef const unsigned char* read_fields(
    const unsigned char* at, list headers, Py_ssize_t* length, Py_ssize_t most
) except? NULL:
    """Where the body begins, once the headers that are kept are read; NULL if it is not plain."""
    cdef const unsigned char* name
    cdef const unsigned char* value
    cdef Py_ssize_t size
    cdef unsigned int kept = 0
    cdef unsigned int bit
    cdef bytes kept_name
    while at[0] != c'\r':
        if most == 0:
            return NULL
        most -= 1
        name = at
        while LETTER[at[0]]:
            at += 1
        size = at - name
        if size == 0 or at[0] != c':':
            return NULL
        at += 1
        while at[0] == c' ' or at[0] == c'\t':
            at += 1
        value = at
        while not CONTROL[at[0]]:
            at += 1
        if at[0] != c'\r' or at[1] != c'\n':
            return NULL
        kept_name = None
        if size == 4 and is_name(name, size, "host"):
            kept_name, bit = HOST, 1
        elif size == 6 and is_name(name, size, "cookie"):
            kept_name, bit = COOKIE, 2
        elif size == 6 and is_name(name, size, "origin"):
            kept_name, bit = ORIGIN, 4
        elif size == 14 and is_name(name, size, "sec-fetch-site"):
            kept_name, bit = SEC_FETCH_SITE, 8
        elif size == 16 and is_name(name, size, "datastar-request"):
            kept_name, bit = DATASTAR_REQUEST, 16
        elif size == 15 and is_name(name, size, "x-forwarded-for"):
            kept_name, bit = X_FORWARDED_FOR, 32
        elif size == 16 and is_name(name, size, "x-forwarded-host"):
            kept_name, bit = X_FORWARDED_HOST, 64
        elif size == 17 and is_name(name, size, "x-forwarded-proto"):
            kept_name, bit = X_FORWARDED_PROTO, 128
        elif size == 18 and is_name(name, size, "x-forwarded-prefix"):
            kept_name, bit = X_FORWARDED_PREFIX, 256
        if kept_name is not None:
            if kept & bit:
                return NULL
            kept |= bit
            headers.append((
                kept_name,
                PyBytes_FromStringAndSize(<const char*>value, trimmed(value, at)),
            ))
        elif size == 14 and is_name(name, size, "content-length"):
            if length[0] >= 0:
                return NULL
            length[0] = read_length(value, trimmed(value, at))
            if length[0] < 0:
                return NULL
        elif size == 10 and is_name(name, size, "connection"):
            if trimmed(value, at) != 10 or not is_name(value, 10, "keep-alive"):
                return NULL
        elif (
            (size == 17 and is_name(name, size, "transfer-encoding"))
            or (size == 6 and is_name(name, size, "expect"))
            or (size == 7 and is_name(name, size, "upgrade"))
        ):
            return NULL
        at += 2
    return at + 2 if at[1] == c'\n' else NULL


cdef Py_ssize_t trimmed(const unsigned char* value, const unsigned char* end) noexcept:
    """The size of a value without the blanks at its end."""
    while end > value and (end[-1] == c' ' or end[-1] == c'\t'):
        end -= 1
    return end - value


cdef Py_ssize_t read_length(const unsigned char* digits, Py_ssize_t size) noexcept:
    cdef Py_ssize_t length = 0
    cdef Py_ssize_t i
    if not 0 < size <= LONGEST_LENGTH:
        return -1
    for i in range(size):
        if not c'0' <= digits[i] <= c'9':
            return -1
        length = length * 10 + digits[i] - c'0'
    return length
