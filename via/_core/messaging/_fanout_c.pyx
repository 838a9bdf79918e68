# cython: language_level=3
"""One subject's messages, handed to its listeners; `_fanout_py` is the twin."""

cimport cython

from ._codecs_c cimport Codec


@cython.final
cdef class Listener:
    """One subscription: a queue of messages and the handler that takes them one by one.

    For each message the listener itself is given to `enqueue` as a job of no arguments. With
    `limit` messages waiting, a new one takes the place of the oldest, which counts as dropped; so
    does a message whose job is refused, for which `enqueue` returns False.
    A held listener keeps what arrives until `release`.
    """

    cdef readonly object handler
    cdef readonly Codec codec
    cdef readonly bint closed
    cdef readonly Py_ssize_t dropped
    cdef object _enqueue
    cdef Py_ssize_t _limit
    cdef list _waiting
    cdef list _held
    cdef long long _after

    def __init__(self, handler, Codec codec, enqueue, Py_ssize_t limit, bint held=False):
        self.handler = handler
        self.codec = codec
        self._enqueue = enqueue
        self._limit = limit
        self._held = [] if held else None

    def __len__(self):
        cdef Py_ssize_t waiting = 0 if self._waiting is None else len(self._waiting)
        return waiting + (0 if self._held is None else len(self._held))

    def __call__(self):
        """Handle the oldest message that waits."""
        if self.closed or not self._waiting:
            return None
        return self.handler(self._waiting.pop(0))

    def close(self):
        """Take no more messages and forget those that wait."""
        self._close()

    cdef void _close(self):
        self.closed = True
        self._waiting = None
        self._held = None

    def release(self, long long after):
        """Pass on what was held, from the message behind number `after` on."""
        cdef list held = self._held
        self._held = None
        self._after = after
        if held is not None:
            for number, message in held:
                self.put(message, number)

    cpdef bint put(self, message, long long number) except -1:
        """Queue a message; True if another had to go. `number` is its place in a stream, or 0."""
        if self.closed or 0 < number <= self._after:
            return False
        if self._held is not None:
            self._held.append((number, message))
            if len(self._held) > self._limit:
                del self._held[0]
                self.dropped += 1
                return True
            return False
        if self._waiting is None:
            self._waiting = []
        self._waiting.append(message)
        if len(self._waiting) > self._limit:
            del self._waiting[0]
            self.dropped += 1
            return True
        if self._enqueue(self) is False and not self.closed:
            self._waiting.pop()
            self.dropped += 1
            return True
        return False


@cython.final
cdef class Fanout:
    """The listeners of one subject; each message is decoded once per type, for all of them.

    `on_bad(codec, data, error)` is told of a message that is not of the listeners' type, and
    `on_drop(listener)` of each message that a full listener lost.
    """

    cdef dict _groups
    cdef Py_ssize_t _size
    cdef object _on_bad
    cdef object _on_drop

    def __init__(self, on_bad, on_drop):
        self._groups = {}
        self._on_bad = on_bad
        self._on_drop = on_drop

    def __len__(self):
        return self._size

    def add(self, Listener listener not None):
        """Hand messages to the listener from now on."""
        cdef dict group = self._groups.get(listener.codec)
        if group is None:
            group = self._groups[listener.codec] = {}
        if listener not in group:
            group[listener] = None
            self._size += 1

    def remove(self, Listener listener not None):
        """Close the listener and hand it nothing more; False if it was not here."""
        cdef dict group = self._groups.get(listener.codec)
        listener._close()
        if group is None or listener not in group:
            return False
        del group[listener]
        if not group:
            del self._groups[listener.codec]
        self._size -= 1
        return True

    cpdef object deliver(self, bytes data, long long number=0):
        """Queue the message at every listener. `number` is its place in a stream, or 0."""
        cdef Codec codec
        cdef Listener listener
        cdef object message
        cdef dict group
        for kind, group in list(self._groups.items()):
            codec = kind
            message = data
            if codec is not None:
                try:
                    message = codec.decode(data)
                except Exception as error:
                    self._on_bad(codec, data, error)
                    continue
            # A handler may run at once, and may subscribe or unsubscribe.
            for listener in list(group):
                if listener.put(message, number):
                    self._on_drop(listener)
