# cython: language_level=3, boundscheck=False, wraparound=False
"""The compiled twin of `_handlers_py`: handlers run in greenlets, and a tab's queue of them."""

import asyncio
from functools import partial
from inspect import isawaitable

from greenlet import GreenletExit, getcurrent

from .cancellation import own_error
from .workers import MAX_IDLE, QueueClosed, QueueFull, Worker, WorkerPool, drive, settle

cimport cython

cdef extern from *:
    """
    /* A greenlet's stack begins where it was first switched to, and whoever switches to it from
       deeper down has that much of the own stack copied away and back. So it begins far down. */
    static PyObject *call_far_down(PyObject *call) {
        volatile char room[64 * 1024];
        PyObject *result;
        room[0] = 0;
        result = PyObject_CallObject(call, NULL);
        room[sizeof(room) - 1] = 0;
        return result;
    }
    """
    object call_far_down(object call)

cdef extern from "Python.h":
    ctypedef struct PyAsyncMethods:
        void* am_await
    ctypedef struct PyTypeObject:
        PyAsyncMethods* tp_as_async
    PyTypeObject* Py_TYPE(object)
    bint PyGen_Check(object)

cdef object idle = WorkerPool()
cdef Py_ssize_t MOST_IDLE = MAX_IDLE


@cython.final
@cython.freelist(8)
cdef class Completed:
    """The value of a handler that ended without waiting."""

    cdef readonly object value

    def __init__(self, value):
        self.value = value


@cython.final
cdef class WorkSlot:
    """What a worker is given to do, and what came of it."""

    cdef object handler
    cdef object value
    cdef object error
    cdef object home  # the worker's parent, while it is sure to be that
    cdef readonly bint parked

    def serve(self):
        """In the worker: run the handler, and wait for the next; False if there is none."""
        handler = self.handler
        self.handler = None
        if handler is not None:  # None as it is made: see new_worker
            try:
                self.value = handler()
            except GreenletExit:
                return False  # nobody holds this greenlet any more
            except BaseException as error:
                self.error = error
            handler = None
        self.parked = True
        (self.home if self.home is not None else getcurrent().parent).switch()
        return True


cpdef bint can_wait() except -1:
    """Whether the running code is a `def` handler, which `wait` can suspend."""
    return isinstance(getcurrent(), Worker)


cdef bint may_be_awaited(object value) except -1:
    """As `inspect.isawaitable`, with a short answer for most values."""
    cdef PyAsyncMethods* methods = Py_TYPE(value).tp_as_async
    if methods != NULL and methods.am_await != NULL:
        return True
    return PyGen_Check(value) and isawaitable(value)


def start(handler, *args):
    """Run a handler until it ends or first has to wait; see the twin."""
    return run(partial(handler, *args) if args else handler)


cdef object run(object handler):
    cdef list workers = idle.workers
    cdef WorkSlot slot
    cdef Completed finished
    worker = workers.pop() if workers else new_worker()
    slot = <WorkSlot>worker.slot
    current = getcurrent()
    if slot.home is not current:
        worker.parent = slot.home = current
    worker.gr_context = current.gr_context  # contextvars stay visible in the handler
    slot.handler = handler
    slot.parked = False
    value = worker.switch()
    if not slot.parked:
        slot.home = None  # whoever drives it becomes its parent
        return drive(worker, value, ended)
    value = ended(worker)
    if may_be_awaited(value):
        return settle(value)
    finished = Completed.__new__(Completed)
    finished.value = value
    return finished


cdef object new_worker():
    worker = Worker(WorkSlot())
    call_far_down(worker.switch)  # it parks at once
    return worker


cpdef object ended(object worker):
    """Park the worker; return its handler's value, or raise its error."""
    cdef WorkSlot slot = <WorkSlot>worker.slot
    cdef list workers = idle.workers
    value, error = slot.value, slot.error
    slot.value = slot.error = None
    if len(workers) < MOST_IDLE:
        worker.gr_context = None
        workers.append(worker)
    if error is not None:
        raise own_error(error)
    return value


def nothing(*args):
    """What is called in place of the callbacks of a queue that is closed."""


@cython.final
cdef class HandlerQueue:
    """A tab's queue of handlers: they run one after the other and never overlap; see the twin."""

    cdef object _loop
    cdef object _on_error
    cdef object _on_end
    cdef object _task
    cdef list _jobs
    cdef Py_ssize_t _limit
    cdef bint _busy
    cdef bint _closed

    def __init__(self, loop, Py_ssize_t limit, on_error, on_end):
        self._loop = loop
        self._limit = limit
        self._on_error = on_error
        self._on_end = on_end
        self._jobs = []

    def __len__(self):
        """How many jobs are waiting."""
        return len(self._jobs)

    def post(self, job):
        """Run the job when those before it have ended; see the twin."""
        if self._closed:
            return True
        if self._busy or can_wait():
            if len(self._jobs) >= self._limit:
                return False
            self._add(job, None)
        else:
            self._busy = True
            if self._run(job, None):
                self._work()
        return True

    def submit(self, job):
        """As `post`, but the caller is told the job's result; see the twin."""
        if self._closed:
            raise QueueClosed("the tab has ended")
        if self._busy or can_wait():
            if len(self._jobs) >= self._limit:
                raise QueueFull(f"more than {self._limit} handlers are waiting")
            outcome = self._loop.create_future()
            self._add(job, outcome)
            return outcome
        self._busy = True
        try:
            result = run(job)
        except BaseException:
            self._work()
            raise
        if type(result) is Completed:
            self._work()
            return result
        outcome = self._loop.create_future()
        self._task = self._loop.create_task(self._finish(job, outcome, result))
        return outcome

    def close(self):
        """Forget the waiting jobs and cancel the one that is suspended; take no more."""
        self._closed = True
        cdef list jobs = self._jobs
        self._jobs = []
        for _, outcome in jobs:
            if outcome is not None and not outcome.done():
                outcome.set_exception(QueueClosed("the tab has ended"))
        if self._task is not None and self._task is not asyncio.current_task(self._loop):
            # After its first step: a task that never began would never tell the outcome.
            self._loop.call_soon(self._task.cancel)
        if not self._busy:
            self._let_go()

    cdef int _let_go(self) except -1:
        self._on_error = self._on_end = nothing
        return 0

    cdef int _add(self, job, outcome) except -1:
        self._jobs.append((job, outcome))
        if not self._busy:
            self._busy = True
            # Never run one tab's handler inside another's.
            self._loop.call_soon(self._resume)
        return 0

    def _resume(self):
        self._work()

    cdef int _work(self) except -1:
        while self._jobs:
            job, outcome = self._jobs.pop(0)
            if not self._run(job, outcome):
                return 0
        self._busy = False
        if self._closed:
            self._let_go()
        return 0

    cdef bint _run(self, job, outcome) except -1:
        """Run a job; False if it has to wait and the queue with it."""
        try:
            result = run(job)
        except Exception as error:
            self._fail(job, outcome, error)
            return True
        if type(result) is not Completed:
            self._task = self._loop.create_task(self._finish(job, outcome, result))
            return False
        if outcome is None:
            self._on_end()
        elif not outcome.done():
            outcome.set_result((<Completed>result).value)
        return True

    async def _finish(self, job, outcome, rest):
        try:
            value = await rest
        except Exception as error:
            self._fail(job, outcome, error)
        except asyncio.CancelledError as error:
            own = own_error(error)
            if own is error:
                self._fail(job, outcome, QueueClosed("the tab has ended"))
                raise
            self._fail(job, outcome, own)
        else:
            if outcome is None:
                self._on_end()
            elif not outcome.done():
                outcome.set_result(value)
        finally:
            self._task = None
            self._work()

    cdef int _fail(self, job, outcome, error) except -1:
        if outcome is None:
            if not isinstance(error, QueueClosed):
                self._on_error(job, error)
                self._on_end()
        elif not outcome.done():
            outcome.set_exception(error)
        return 0
