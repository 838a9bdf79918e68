# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
# cython: initializedcheck=False
"""The compiled twin of `_nats_reader_py`: what a NATS server says, taken apart."""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.string cimport memchr, memcmp

from .nats_said import LONGEST_LINE, Line, Message

cdef Py_ssize_t LONGEST = LONGEST_LINE
cdef enum:
    MOST_WORDS = 7
    LONGEST_NUMBER = 18  # digits


cdef struct Word:
    const char* begin
    Py_ssize_t size


cdef inline bint is_blank(char c) noexcept:
    return c == c' ' or (c'\t' <= c <= c'\r')


cdef Py_ssize_t split(const char* at, const char* end, Word* words) noexcept:
    """The words of a line, MOST_WORDS of them at most; how many there are."""
    cdef Py_ssize_t count = 0
    while True:
        while at < end and is_blank(at[0]):
            at += 1
        if at == end or count == MOST_WORDS:
            return count
        words[count].begin = at
        while at < end and not is_blank(at[0]):
            at += 1
        words[count].size = at - words[count].begin
        count += 1


cdef bytes text_of(Word word):
    return PyBytes_FromStringAndSize(word.begin, word.size)


cdef Py_ssize_t number_of(Word word) except -1:
    cdef Py_ssize_t number = 0
    cdef Py_ssize_t i
    if 0 < word.size <= LONGEST_NUMBER:
        for i in range(word.size):
            if not c'0' <= word.begin[i] <= c'9':
                break
            number = number * 10 + word.begin[i] - c'0'
        else:
            return number
    raise ValueError(f"{text_of(word)[:20]!r} is not a number")


cdef const char* end_of_line(const char* at, const char* end) noexcept:
    """Where a line's CR LF begins; NULL if that is not there."""
    cdef const char* found
    while at < end:
        found = <const char*>memchr(at, c'\r', end - at)
        if found is NULL or found + 1 >= end:
            return NULL
        if found[1] == c'\n':
            return found
        at = found + 1
    return NULL


@cython.final
cdef class NATSReader:
    """Reads one connection; see the twin."""

    cdef readonly dict handlers
    cdef readonly dict answer_handlers
    cdef public Py_ssize_t handled
    cdef public Py_ssize_t bytes_handled
    cdef object _on_error
    cdef bytes _data
    cdef Py_ssize_t _at
    cdef list _chunks
    cdef Py_ssize_t _missing

    def __init__(self, on_error):
        self.handlers = {}
        self.answer_handlers = {}
        self.handled = 0
        self.bytes_handled = 0
        self._on_error = on_error
        self.reset()

    cpdef reset(self):
        """Begin with a new connection."""
        self._data = b""
        self._at = 0
        self._chunks = []
        self._missing = 0

    cpdef feed(self, bytes data):
        """Take what was received; `next` reads it."""
        if self._chunks:
            self._chunks.append(data)
            self._missing -= len(data)
            return
        if self._at == PyBytes_GET_SIZE(self._data):
            self._data = data
        else:
            self._data = self._data[self._at:] + data
        self._at = 0

    cpdef next(self):
        """What the server said next that is not for a handler; see the twin."""
        cdef bytes data
        cdef bytes headers
        cdef bytes reply
        cdef const char* start
        cdef const char* at
        cdef const char* end
        cdef const char* stop
        cdef const char* line
        cdef Word[MOST_WORDS] words
        cdef Py_ssize_t kind
        cdef Py_ssize_t count
        cdef Py_ssize_t length
        cdef Py_ssize_t head
        cdef Py_ssize_t sid
        if self._chunks:
            if self._missing > 0:
                return None
            self._data, self._chunks = b"".join(self._chunks), []
        data = self._data
        start = PyBytes_AS_STRING(data)
        end = start + PyBytes_GET_SIZE(data)
        at = start + self._at
        while at < end:
            line = end_of_line(at, end)
            if line is NULL:
                if end - at > LONGEST:
                    raise ValueError("a line is too long")
                break
            if end - at > 4 and memcmp(at, b"MSG ", 4) == 0:
                kind = 1
            elif end - at > 5 and memcmp(at, b"HMSG ", 5) == 0:
                kind = 2
            else:
                word, _, rest = PyBytes_FromStringAndSize(at, line - at).partition(b" ")
                self._at = line + 2 - start
                return Line(word.rstrip().upper(), rest.strip())
            count = split(at, line, words)
            if not 3 <= count - kind <= 4:
                raise ValueError(
                    f"a message begins with {PyBytes_FromStringAndSize(at, min(line - at, 80))!r}"
                )
            length = number_of(words[count - 1])
            head = number_of(words[count - 2]) if kind == 2 else 0
            line += 2
            if length + 2 > end - line:
                self._missing = length + 2 - (end - line)
                self._chunks = [data[at - start:]]
                self._data = b""
                self._at = 0
                return None
            stop = line + length
            if head > length or stop[0] != c'\r' or stop[1] != c'\n':
                raise ValueError("a message does not end where it said")
            sid = number_of(words[2])
            reply = text_of(words[3]) if count - kind == 4 else b""
            headers = PyBytes_FromStringAndSize(line, head) if head else b""
            body = PyBytes_FromStringAndSize(line + head, length - head)
            at = stop + 2
            handler = self.handlers.get(sid)
            answer_handler = None if handler is not None else self.answer_handlers.get(sid)
            if handler is None and answer_handler is None:
                self._at = at - start
                return Message(sid, text_of(words[1]), reply, body, headers)
            self.handled += 1
            self.bytes_handled += length - head
            try:
                if handler is None:
                    answer_handler(text_of(words[1]), body, headers)
                else:
                    handler(body, reply, headers)
            except Exception as error:
                self._on_error(error)
        self._at = at - start
        return None
