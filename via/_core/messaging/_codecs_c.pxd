cdef class Codec:
    cdef readonly object type
    cdef object _decode

    cpdef object decode(self, bytes data)
