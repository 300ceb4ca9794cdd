# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, embedsignature=False
"""The loops of pooling that are worth compiling: look tokens up, pool their rows.

What they do, and what their arguments are, the NumPy twins say that stand in for them
where there was no compiler: _word_index.WordTable and _pool_rows.pool_rows_in_numpy.
"""

from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.object cimport PyObject, PyObject_Hash
from cpython.unicode cimport PyUnicode_CheckExact
from libc.math cimport cbrt, fabs, pow, sqrt
from libc.stdint cimport int32_t, int64_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memset

import numpy as np

cdef extern from "Python.h":
    Py_ssize_t PyUnicode_GET_LENGTH(object)
    int PyUnicode_KIND(object)  # bytes a letter
    const void* PyUnicode_DATA(object)

cdef extern from "_wide_rows.h" nogil:
    void PREFETCH(const void* address)
    void prefetch_row(const float* row, Py_ssize_t n)
    void add_row(float* total, const float* row, Py_ssize_t n)
    void add_scaled_row(float* total, const float* row, float factor, Py_ssize_t n)
    void raise_to_row(float* largest, const float* row, float factor, Py_ssize_t n)
    void lower_to_row(float* smallest, const float* row, float factor, Py_ssize_t n)
    void divide_row(float* row, float divisor, Py_ssize_t n)
    void raise_to_size_of_row(
        float* largest, const float* row, float factor, Py_ssize_t n
    )
    void add_whole_power_of_row(
        double* total, const float* row, float factor, const float* divisors,
        int power, double weight, Py_ssize_t n
    )

cdef enum:
    BATCH = 64  # tokens looked up together: their waits for memory overlap
    AHEAD = 16  # tokens between asking for a row and using it
    PART = 1024  # tokens added up in float32; more would drift
    MOST_FACTORS = 16  # that a power is multiplied up of


def all_str(list documents):
    """Return whether every token of lists of tokens is a plain str."""
    cdef list document
    cdef Py_ssize_t i, t
    for i in range(PyList_GET_SIZE(documents)):
        document = document_at(documents, i)
        for t in range(PyList_GET_SIZE(document)):
            if not PyUnicode_CheckExact(<object>PyList_GET_ITEM(document, t)):
                return False
    return True


CHANGED = (
    "The documents were changed while their tokens were looked up, expected them to "
    "stay as they are. Look for a finalizer or a thread that changes them."
)


cdef list document_at(list documents, Py_ssize_t i):
    """Return a document, whatever became of the list of documents meanwhile."""
    if i >= PyList_GET_SIZE(documents):
        raise RuntimeError(CHANGED)
    return <list?><object>PyList_GET_ITEM(documents, i)


cdef struct Slot:
    PyObject* word  # NULL: free
    uint32_t hash  # the lowest bits
    int32_t row


cdef class WordTable:
    """Words and their rows, found many at a time.

    An open hash table with half of its slots free. Python's dict waits for memory four
    times a token, one after the other; here a batch of tokens waits together, for a
    slot and for the word that stands in it.
    """

    cdef Slot* slots
    cdef size_t mask
    cdef list words  # kept alive

    def __cinit__(self, dict key_to_index):
        cdef size_t n_slots = 16, slot
        cdef Py_hash_t hashed
        cdef object word, row
        self.slots = NULL
        while n_slots < 2 * <size_t>len(key_to_index):
            n_slots *= 2
        self.slots = <Slot*>calloc(n_slots, sizeof(Slot))
        if self.slots is NULL:
            raise MemoryError
        self.mask = n_slots - 1
        self.words = []
        for word, row in key_to_index.items():
            if not PyUnicode_CheckExact(word):
                word = str.__str__(word)
            self.words.append(word)
            if 2 * <size_t>len(self.words) > n_slots:
                raise RuntimeError("words were added meanwhile")
            hashed = PyObject_Hash(word)
            slot = <size_t>hashed & self.mask
            while self.slots[slot].word is not NULL:
                slot = (slot + 1) & self.mask
            self.slots[slot] = Slot(<PyObject*>word, <uint32_t>hashed, row)

    def __dealloc__(self):
        free(self.slots)

    def find_rows(self, list documents, bint keep_unknown):
        """Find the row of every token; see the twin."""
        cdef Py_ssize_t n_documents = PyList_GET_SIZE(documents)
        cdef Py_ssize_t i, t, n_tokens, n_waiting = 0, n_found = 0
        cdef list document
        cdef PyObject* waiting[BATCH]
        found_ends = np.zeros(n_documents + 1, np.int64)
        cdef int64_t[::1] ends = found_ends
        for i in range(n_documents):
            document = document_at(documents, i)
            ends[i + 1] = ends[i] + PyList_GET_SIZE(document)
        found_rows = np.empty(ends[n_documents], np.int32)
        cdef int32_t[::1] rows = found_rows
        # From here to the end nothing runs Python code. Before, to allocate an array
        # may run finalisers, and these may change documents.
        for i in range(n_documents):
            document = document_at(documents, i)
            n_tokens = ends[i + 1] - ends[i]
            if PyList_GET_SIZE(document) != n_tokens:
                raise RuntimeError(CHANGED)
            for t in range(n_tokens):
                waiting[n_waiting] = PyList_GET_ITEM(document, t)
                PREFETCH(waiting[n_waiting])
                n_waiting += 1
                if n_waiting == BATCH:
                    self.find(waiting, BATCH, &rows[n_found])
                    n_found += BATCH
                    n_waiting = 0
        if n_waiting:
            self.find(waiting, n_waiting, &rows[n_found])
        if keep_unknown or not len(rows):
            return found_rows, found_ends
        return found_rows[: drop_unknown(&rows[0], ends)], found_ends

    cdef int find(self, PyObject** tokens, int n, int32_t* rows) except -1:
        """Find the rows of up to BATCH tokens."""
        cdef size_t slots[BATCH]
        cdef uint32_t hashes[BATCH]
        cdef Py_hash_t hashed
        cdef Slot* slot
        cdef int k
        for k in range(n):
            if not PyUnicode_CheckExact(<object>tokens[k]):
                raise TypeError("expected tokens to be plain str")
            hashed = PyObject_Hash(<object>tokens[k])
            hashes[k] = <uint32_t>hashed
            slots[k] = <size_t>hashed & self.mask
            PREFETCH(&self.slots[slots[k]])
        for k in range(n):
            slot = &self.slots[slots[k]]
            while slot.word is not NULL and slot.hash != hashes[k]:
                slots[k] = (slots[k] + 1) & self.mask
                slot = &self.slots[slots[k]]
            PREFETCH(slot.word)
        for k in range(n):
            slot = &self.slots[slots[k]]
            while slot.word is not NULL and not (
                slot.hash == hashes[k] and are_equal(slot.word, tokens[k])
            ):
                slots[k] = (slots[k] + 1) & self.mask
                slot = &self.slots[slots[k]]
            rows[k] = -1 if slot.word is NULL else slot.row
        return 0


cdef int64_t drop_unknown(int32_t* rows, int64_t[::1] ends) noexcept:
    """Move the rows from 0 on together, and the ends with them; count them."""
    cdef int64_t t, first, n_known = 0
    cdef Py_ssize_t i
    for i in range(len(ends) - 1):
        first = ends[i]
        ends[i] = n_known
        for t in range(first, ends[i + 1]):
            rows[n_known] = rows[t]
            n_known += rows[t] >= 0
    ends[len(ends) - 1] = n_known
    return n_known


cdef inline bint are_equal(PyObject* one, PyObject* other):
    """Compare two plain strings."""
    if one == other:
        return True
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(<object>one)
    cdef int width = PyUnicode_KIND(<object>one)
    if length != PyUnicode_GET_LENGTH(<object>other):
        return False
    if width != PyUnicode_KIND(<object>other):
        return False
    return not memcmp(
        PyUnicode_DATA(<object>one), PyUnicode_DATA(<object>other), length * width
    )


cdef struct Rows:
    const float* vectors
    Py_ssize_t stride, n  # of vectors
    const float* more  # the rows from n on
    Py_ssize_t size
    const int32_t* numbers  # of the tokens' rows
    const float* scales  # of the tokens, or NULL
    const float* weights  # of the tokens, or NULL
    Py_ssize_t n_tokens


def pool_rows(
    str pooling,
    double power,
    const float[:, :] vectors,
    const float[:, ::1] more,
    const int32_t[::1] rows,
    const int64_t[::1] ends,
    const float[::1] scales,
    const float[::1] weights,
    float[:, :] out,
):
    """Pool the rows of each document's tokens; see the twin."""
    cdef Py_ssize_t i, size = out.shape[1], n_more = 0
    cdef int64_t first, last
    cdef bint is_max = pooling == "max", is_min = pooling == "min"
    cdef bint is_mean = pooling == "mean", is_power = pooling == "power"
    cdef Rows tokens
    cdef float* pooled
    if not len(ends) - 1 == len(out) or vectors.shape[1] != size:
        raise ValueError("shapes do not fit")
    if more is not None and more.shape[1] != size:
        raise ValueError("more rows are of another size")
    if scales is not None and len(scales) != len(rows):
        raise ValueError("expected a scale for each token")
    if weights is not None and len(weights) != len(rows):
        raise ValueError("expected a weight for each token")
    if not are_ends(&ends[0], len(ends), len(rows)):
        raise ValueError("ends do not grow from 0 up to the number of tokens")
    if vectors.strides[1] != sizeof(float) or out.strides[1] != sizeof(float):
        raise ValueError("rows must lie in one piece")
    if vectors.strides[0] % <Py_ssize_t>sizeof(float):
        raise ValueError("rows must be aligned")
    if not size or not len(out):
        return
    tokens.vectors = &vectors[0, 0] if len(vectors) else NULL
    tokens.stride = vectors.strides[0] // <Py_ssize_t>sizeof(float)
    tokens.n = vectors.shape[0]
    tokens.more = tokens.scales = tokens.weights = NULL
    tokens.numbers = NULL
    if more is not None and len(more):
        tokens.more = &more[0, 0]
        n_more = len(more)
    tokens.size = size
    tokens.n_tokens = len(rows)
    if len(rows):
        tokens.numbers = &rows[0]
        if scales is not None:
            tokens.scales = &scales[0]
        if weights is not None:
            tokens.weights = &weights[0]
    if not are_below(tokens.numbers, len(rows), vectors.shape[0] + n_more):
        raise ValueError("row numbers beyond the rows")
    # Room for one document: sums of its parts, or of powers, and the largest value
    cdef double[::1] sums = np.empty(size)
    cdef float[::1] largest = np.empty(size, np.float32)
    with nogil:
        for i in range(out.shape[0]):
            first, last = ends[i], ends[i + 1]
            pooled = &out[i, 0]
            if first == last:
                memset(pooled, 0, size * sizeof(float))
            elif is_max or is_min:
                find_extremes(&tokens, first, last, is_max, pooled)
            elif is_power:
                average_powers(
                    &tokens, first, last, power, &sums[0], &largest[0], pooled
                )
            else:
                add_up(&tokens, first, last, &sums[0], pooled)
                if is_mean:
                    divide(&tokens, first, last, pooled)


cdef bint are_ends(
    const int64_t* ends, Py_ssize_t n_ends, Py_ssize_t n_tokens
) noexcept nogil:
    """Return whether offsets never decrease, and lie in [0, n_tokens]."""
    cdef bint are = 0 <= ends[0] and ends[n_ends - 1] <= n_tokens
    cdef Py_ssize_t i
    for i in range(n_ends - 1):
        are &= ends[i] <= ends[i + 1]
    return are


cdef bint are_below(
    const int32_t* numbers, Py_ssize_t n_numbers, Py_ssize_t limit
) noexcept nogil:
    """Return whether all numbers lie in [0, limit)."""
    cdef bint are = True
    cdef Py_ssize_t t
    for t in range(n_numbers):
        are &= 0 <= numbers[t] < limit
    return are


cdef inline const float* row_of(const Rows* tokens, int64_t t) noexcept nogil:
    """Point to the row of a token."""
    cdef int32_t number = tokens.numbers[t]
    if number < tokens.n:
        return tokens.vectors + number * tokens.stride
    return tokens.more + (number - tokens.n) * tokens.size


cdef inline const float* ask_ahead(const Rows* tokens, int64_t t) noexcept nogil:
    """Point to the row of a token, and ask for one that will be used soon."""
    if t + AHEAD < tokens.n_tokens:
        prefetch_row(row_of(tokens, t + AHEAD), tokens.size)
    return row_of(tokens, t)


cdef inline float factor_of(const Rows* tokens, int64_t t) noexcept nogil:
    """Return the factor of a token's row in a sum."""
    cdef float factor = 1
    if tokens.weights is not NULL:
        factor = tokens.weights[t]
    if tokens.scales is not NULL:
        factor *= tokens.scales[t]
    return factor


cdef double total_weight(
    const Rows* tokens, int64_t first, int64_t last
) noexcept nogil:
    """Add up the weights of a document's tokens."""
    cdef double total = 0
    cdef int64_t t
    if tokens.weights is NULL:
        return last - first
    for t in range(first, last):
        total += tokens.weights[t]
    return total


cdef void add_up(
    const Rows* tokens, int64_t first, int64_t last, double* sums, float* pooled
) noexcept nogil:
    """Add up the weighted rows of a document, those of a long one part by part."""
    cdef bint plain = tokens.weights is NULL and tokens.scales is NULL
    cdef bint is_long = last - first > PART
    cdef Py_ssize_t size = tokens.size, j
    cdef int64_t t, part = first
    if is_long:
        memset(sums, 0, size * sizeof(double))
    while part < last:
        memset(pooled, 0, size * sizeof(float))
        for t in range(part, min(part + PART, last)):
            if plain:
                add_row(pooled, ask_ahead(tokens, t), size)
            else:
                add_scaled_row(
                    pooled, ask_ahead(tokens, t), factor_of(tokens, t), size
                )
        if is_long:
            for j in range(size):
                sums[j] += pooled[j]
        part += PART
    if is_long:
        for j in range(size):
            pooled[j] = <float>sums[j]


cdef void divide(
    const Rows* tokens, int64_t first, int64_t last, float* pooled
) noexcept nogil:
    """Make a mean of a sum."""
    cdef float total = <float>total_weight(tokens, first, last)
    if total != 0:
        divide_row(pooled, total, tokens.size)


cdef void find_extremes(
    const Rows* tokens, int64_t first, int64_t last, bint is_max, float* pooled
) noexcept nogil:
    """Find the largest or the smallest value of each dimension."""
    cdef Py_ssize_t size = tokens.size
    cdef const float* row
    cdef float scale
    cdef int64_t t
    for t in range(first, last):
        row = ask_ahead(tokens, t)
        scale = 1 if tokens.scales is NULL else tokens.scales[t]
        if t == first:
            memset(pooled, 0, size * sizeof(float))
            add_scaled_row(pooled, row, scale, size)
        elif is_max:
            raise_to_row(pooled, row, scale, size)
        else:
            lower_to_row(pooled, row, scale, size)


cdef inline double root(double value, double power) noexcept nogil:
    """Undo a power."""
    if power == 2:
        return sqrt(value)
    if power == 3:
        return cbrt(value)
    return pow(value, 1 / power)


cdef void average_powers(
    const Rows* tokens, int64_t first, int64_t last, double power,
    double* sums, float* largest, float* pooled
) noexcept nogil:
    """Take the power mean of each dimension, scaled so that no power overflows."""
    cdef Py_ssize_t size = tokens.size, j
    cdef bint is_even = power % 2 == 0
    cdef int whole = <int>power if power <= MOST_FACTORS and power == <int>power else 0
    cdef double total = total_weight(tokens, first, last)
    cdef double weight = 1, value
    cdef float factor = 1
    cdef const float* row
    cdef int64_t t
    memset(pooled, 0, size * sizeof(float))
    if total == 0:
        return
    memset(sums, 0, size * sizeof(double))
    memset(largest, 0, size * sizeof(float))
    for t in range(first, last):
        if tokens.scales is not NULL:
            factor = tokens.scales[t]
        raise_to_size_of_row(largest, ask_ahead(tokens, t), factor, size)
    for j in range(size):
        if largest[j] == 0:
            largest[j] = 1
    for t in range(first, last):
        row = row_of(tokens, t)
        if tokens.scales is not NULL:
            factor = tokens.scales[t]
        if tokens.weights is not NULL:
            weight = tokens.weights[t]
        if whole:
            add_whole_power_of_row(sums, row, factor, largest, whole, weight, size)
            continue
        for j in range(size):
            value = (<double>(factor * row[j])) / largest[j]
            if value < 0 and not is_even:
                sums[j] -= weight * pow(-value, power)
            else:
                sums[j] += weight * pow(fabs(value), power)
    for j in range(size):
        if sums[j] != 0:
            value = root(fabs(sums[j]) / total, power) * largest[j]
            pooled[j] = <float>(-value if sums[j] < 0 else value)
