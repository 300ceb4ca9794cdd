# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Co-occurrences counted, and sparse rows times dense matrices, without Python's lock.

The same as _counts/_numpy_counting.py, which is what to read first.
"""

import numpy as np

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

__all__ = ["Windows", "multiply_rows"]

cdef extern from *:
    """
    #include <stdint.h>
    #include "_sparse_products.h"

    #if defined(_MSC_VER)
    #include <intrin.h>
    static __forceinline int lowest_bit(uint64_t bits)
    {
        unsigned long place;
        if (_BitScanForward(&place, (unsigned long)bits))
            return (int)place;
        _BitScanForward(&place, (unsigned long)(bits >> 32));
        return (int)place + 32;
    }
    #else
    #define lowest_bit(bits) __builtin_ctzll(bits)
    #endif
    """
    int lowest_bit(uint64_t bits) noexcept nogil
    void PREFETCH(const void *address) noexcept nogil
    void multiply_row(
        float *out, const int32_t *columns, const float *values, int64_t n,
        const float *dense, int64_t size
    ) noexcept nogil

ctypedef fused cell:
    int32_t
    int64_t

cdef enum:
    AHEAD = 8  # occurrences between asking for one and using it


cdef class Windows:
    """The windows around tokens, found by the word in their middle.

    Parameters
    ----------
    tokens : int32 ndarray of shape (n_tokens,)
        Rows of words.
    offsets : int64 ndarray of shape (n_documents + 1,)
    first, last : int
        The tokens in the middle of windows; these reach beyond, within a document.
    n_words : int
    window : int
        The farthest distance that counts.
    dynamic : bool
        Whether a context word at distance d counts ``window + 1 - d`` times.

    Attributes
    ----------
    ends : int64 ndarray of shape (n_words,)
        How many windows there are of the words up to each.
    reach : int
        The farthest distance at which there can be a word.
    """

    cdef const int32_t[::1] around  # tokens, with -1 between documents
    cdef const int32_t[::1] places  # of each word's occurrences, word after word
    cdef readonly object ends
    cdef const int64_t[::1] word_ends
    cdef int64_t n_words, window
    cdef readonly int64_t reach
    cdef bint dynamic

    def __init__(
        self, const int32_t[::1] tokens, const int64_t[::1] offsets, int64_t first,
        int64_t last, int64_t n_words, int64_t window, bint dynamic
    ):
        if not 0 <= first <= last <= tokens.shape[0] or offsets[0] != 0:
            raise ValueError("windows beyond the tokens")
        if offsets[offsets.shape[0] - 1] != tokens.shape[0] or np.any(np.diff(offsets) < 0):
            raise ValueError("offsets do not fit the tokens")
        if last > first and not 0 <= np.min(tokens[first:last]) <= np.max(tokens[first:last]) < n_words:
            raise ValueError("tokens beyond the words")
        self.n_words, self.window, self.dynamic = n_words, window, dynamic
        self._lay_out(tokens, offsets, first, last)

    cdef _lay_out(
        self, const int32_t[::1] tokens, const int64_t[::1] offsets, int64_t first,
        int64_t last
    ):
        """Put documents behind each other, and sort occurrences by their words."""
        cdef int64_t n_documents = offsets.shape[0] - 1
        cdef int64_t document = np.searchsorted(offsets, first, side="right") - 1
        cdef int64_t begin, end, i, n_around, longest = 0, word
        ends = np.zeros(self.n_words + 1, np.int64)
        cdef int64_t[::1] next_places = ends
        for i in range(first, last):
            next_places[tokens[i] + 1] += 1
        np.cumsum(ends, out=ends)
        self.ends = ends[1:].copy()
        self.word_ends = self.ends
        i, n_around = document, 1
        while i < n_documents and offsets[i] < last:
            longest = max(longest, offsets[i + 1] - offsets[i])
            n_around += offsets[i + 1] - offsets[i] + 1
            i += 1
        self.reach = max(min(self.window, longest - 1), 0)
        n_around = min(n_around, last - first + 2 * self.reach + i - document + 1)
        cdef int32_t[::1] around = np.empty(n_around, np.int32)
        cdef int32_t[::1] places = np.empty(last - first, np.int32)
        if n_around > 2**31 - 1:
            raise ValueError("too many tokens at once")
        cdef int64_t at = 1
        around[0] = -1
        with nogil:
            while document < n_documents and offsets[document] < last:
                begin = max(offsets[document], first - self.reach)
                end = offsets[document + 1]
                if end > last and end - last > self.reach:
                    end = last + self.reach
                for i in range(begin, end):
                    around[at] = tokens[i]
                    if first <= i < last:
                        word = tokens[i]
                        places[next_places[word]] = <int32_t>at
                        next_places[word] += 1
                    at += 1
                if end > begin:
                    around[at] = -1
                    at += 1
                document += 1
        self.around, self.places = around, places

    def count(self, int64_t first_row, int64_t last_row, dtype):
        """Return rows of the matrix of co-occurrences, in compressed sparse rows.

        Parameters
        ----------
        first_row, last_row : int
        dtype : int32 or int64
            Of the counts; it must hold them.

        Returns
        -------
        values : ndarray
        columns : int32 ndarray
            Rising in each row.
        indptr : int64 ndarray of shape (last_row - first_row + 1,)
        """
        if not 0 <= first_row <= last_row <= self.n_words:
            raise ValueError("rows beyond the words")
        cdef int64_t row, size = 0, n_before = self.word_ends[first_row - 1] if first_row else 0
        for row in range(first_row, last_row):  # as many cells as there can be
            size += min(
                (self.word_ends[row] - n_before) * min(2 * self.reach, self.n_words),
                self.n_words,
            )
            n_before = self.word_ends[row]
        indptr = np.zeros(last_row - first_row + 1, np.int64)
        columns = np.empty(size, np.int32)
        values = np.empty(size, dtype)
        bits = np.zeros(self.n_words // 64 + 1, np.uint64)
        bits = np.resize(bits, (len(bits) + 63) // 64 * 64)
        marks = np.zeros(len(bits) // 64, np.uint8)
        if np.dtype(dtype) == np.int32:
            fill[int32_t](self, first_row, last_row, np.zeros(self.n_words, np.int32), bits, marks, values, columns, indptr)
        else:
            fill[int64_t](self, first_row, last_row, np.zeros(self.n_words, np.int64), bits, marks, values, columns, indptr)
        n = indptr[-1]
        return values[:n].copy(), columns[:n].copy(), indptr


cdef fill(
    Windows windows, int64_t first_row, int64_t last_row, cell[::1] sums,
    uint64_t[::1] bits, uint8_t[::1] marks, cell[::1] values, int32_t[::1] columns,
    int64_t[::1] indptr
):
    """Count the rows, one after the other: bits and marks tell which cells have some."""
    cdef const int32_t *around = &windows.around[0]
    cdef const int32_t *places
    cdef int64_t row, i, n, d, n_marks = marks.shape[0], block, b, column, at = 0
    cdef int64_t n_places = windows.places.shape[0]
    cdef int32_t place, token
    cdef cell weight
    cdef uint64_t left
    if not n_places:
        return
    places = &windows.places[0]
    with nogil:
        for row in range(first_row, last_row):
            n = windows.word_ends[row]
            for i in range(windows.word_ends[row - 1] if row else 0, n):
                if i + AHEAD < n_places:
                    PREFETCH(around + places[i + AHEAD])
                place = places[i]
                for d in range(1, windows.reach + 1):
                    token = around[place + d]
                    if token < 0:
                        break
                    weight = <cell>(windows.window + 1 - d) if windows.dynamic else 1
                    sums[token] += weight
                    bits[token >> 6] |= <uint64_t>1 << (token & 63)
                    marks[token >> 12] = 1
                for d in range(1, windows.reach + 1):
                    token = around[place - d]
                    if token < 0:
                        break
                    weight = <cell>(windows.window + 1 - d) if windows.dynamic else 1
                    sums[token] += weight
                    bits[token >> 6] |= <uint64_t>1 << (token & 63)
                    marks[token >> 12] = 1
            for block in range(n_marks):
                if not marks[block]:
                    continue
                marks[block] = 0
                for b in range(block * 64, block * 64 + 64):
                    left = bits[b]
                    bits[b] = 0
                    while left:
                        column = b * 64 + lowest_bit(left)
                        left &= left - 1
                        columns[at] = <int32_t>column
                        values[at] = sums[column]
                        sums[column] = 0
                        at += 1
            indptr[row - first_row + 1] = at


def multiply_rows(
    const float[::1] values, const int32_t[::1] columns, const int64_t[::1] indptr,
    const float[:, ::1] dense, float[:, ::1] out
):
    """Multiply compressed sparse rows with a dense matrix.

    Parameters
    ----------
    values, columns, indptr : float32, int32 and int64 ndarrays
    dense : float32 ndarray of shape (n_columns, size)
        Its size is a multiple of 16.
    out : float32 ndarray of shape (n_rows, size)
    """
    cdef int64_t row, n_rows = out.shape[0], size = dense.shape[1]
    cdef const int32_t *all_columns = NULL
    cdef const float *all_values = NULL
    if size % 16 or not size or not dense.shape[0] or out.shape[1] != size or indptr.shape[0] != n_rows + 1:
        raise ValueError("the matrices do not fit")
    if indptr[0] or indptr[n_rows] != columns.shape[0] or values.shape[0] != columns.shape[0]:
        raise ValueError("the matrices do not fit")
    if np.any(np.diff(indptr) < 0):
        raise ValueError("the matrices do not fit")
    if columns.shape[0]:
        if not 0 <= np.min(columns) <= np.max(columns) < dense.shape[0]:
            raise ValueError("the matrices do not fit")
        all_columns, all_values = &columns[0], &values[0]
    with nogil:
        for row in range(n_rows):
            multiply_row(
                &out[row, 0], all_columns + indptr[row], all_values + indptr[row],
                indptr[row + 1] - indptr[row], &dense[0, 0], size,
            )
