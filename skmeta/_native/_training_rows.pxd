# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Where the rows of a round are trained, and how what several trained is added up.

A row that only one stream needs is trained where it is. Of the others each stream has a
copy, and so it has of words with n-grams, which are means.
"""

from libc.stdint cimport int64_t, uint16_t
from libc.string cimport memcpy, memset

from skmeta._native._training_types cimport (
    LAST_PART, LAST_STREAM, MOST_STREAMS, PARTS, Settings, Stream, Sum, Window,
    add_rows, add_to, add_up, copy_row, divide_by, prefetch_far, prefetch_row,
)


cdef inline bint is_shared(const uint16_t *claims, int number) noexcept nogil:
    """Return whether other streams need a row too."""
    cdef uint16_t others = 0
    cdef int q
    for q in range(MOST_STREAMS):
        others |= claims[q] if q != number else 0
    return others != 0


cdef inline bint is_first(const uint16_t *claims, int64_t key, int number) noexcept nogil:
    """Return whether a stream is the first that needs a row, counted from the key on."""
    cdef int q, n_before = (number - <int>key) & LAST_STREAM
    for q in range(n_before):
        if claims[(key + q) & LAST_STREAM]:
            return False
    return True


cdef inline void prefetch_ngrams(Settings *to, int64_t key) noexcept nogil:
    """Ask for the rows that a word's vector is made of."""
    cdef int64_t t
    for t in range(to.ngram_ends[key], to.ngram_ends[key + 1]):
        prefetch_row(to.ngrams + to.ngram_rows[t] * to.n_columns, to.n_columns)


cdef inline void mix_ngrams(Settings *to, Stream *s, int i, int64_t key) noexcept nogil:
    """Turn a copy of a word's row into the mean with its n-grams."""
    cdef int64_t first = to.ngram_ends[key]
    cdef int n = <int>(to.ngram_ends[key + 1] - first)
    cdef float *row = s.rows[i]
    add_rows(row, to.ngrams, to.ngram_rows + first, n, to.n_columns)
    s.counts[i] = 1 + n
    divide_by(row, s.counts[i], to.n_columns)
    copy_row(s.starts + (row - s.copies), row, to.size)


cdef inline void take_rows(
    Settings *to, Stream *s, bint is_fetched
) noexcept nogil:
    """Find where to train the rows of a round."""
    cdef int i, k, n_copied = 0
    cdef bint is_copy
    cdef int64_t key
    cdef float *row
    cdef uint16_t *claims
    cdef Sum *own = s.sums
    for i in range(s.n_rows):
        key = s.keys[i]
        row = to.table + key * to.size
        claims = to.claims + key * MOST_STREAMS
        if not is_fetched:
            prefetch_far(row, to.size)
        is_copy = is_shared(claims, s.number)
        is_copy |= to.ngrams is not NULL and key < to.n_words
        s.rows[i] = s.copies + n_copied * to.size if is_copy else row
        s.copied[n_copied] = i
        n_copied += is_copy
    for k in range(n_copied):
        i = s.copied[k]
        key = s.keys[i]
        copy_row(s.rows[i], to.table + key * to.size, to.size)
        if to.ngrams is not NULL:
            s.counts[i] = 1
            if k + 1 < n_copied and s.keys[s.copied[k + 1]] < to.n_words:
                prefetch_ngrams(to, s.keys[s.copied[k + 1]])
            if key < to.n_words:
                mix_ngrams(to, s, i, key)
                continue
        claims = to.claims + key * MOST_STREAMS
        if is_first(claims, key, s.number):
            own.key = key
            memcpy(own.claims, claims, MOST_STREAMS * sizeof(uint16_t))
            own += 1
    s.n_sums = <int>(own - s.sums)
    if to.ngrams is not NULL:
        sort_entries(to, s)
    list_inputs(to, s)


cdef inline void list_inputs(Settings *to, Stream *s) noexcept nogil:
    """List the rows that predict in each window."""
    cdef int w, i, n, row
    cdef Window *window
    cdef float **inputs = s.inputs
    cdef float *counts = s.input_counts
    cdef int *places
    for w in range(s.n_windows):
        window = s.windows + w
        window.inputs, window.counts = inputs, NULL
        n = 0
        places = s.places + window.first
        for i in range(window.n_before):
            inputs[n + i] = s.rows[places[i]]
        places += window.n_before + 1
        n += window.n_before
        for i in range(window.n_after):
            inputs[n + i] = s.rows[places[i]]
        n += window.n_after
        for i in range(window.n_tags):
            inputs[n + i] = s.rows[s.tags[window.first_tag + i]]
        if to.ngrams is not NULL:
            window.counts = counts
            places = s.places + window.first
            for i in range(window.n_before + 1 + window.n_after):
                if i != window.n_before:
                    counts[0] = s.counts[places[i]]
                    counts += 1
        inputs += window.n_inputs


cdef inline void add_sums(
    Settings *to, Stream *streams, int n_streams, Stream *own
) noexcept nogil:
    """Add up what streams have changed rows by, those of one stream's list."""
    cdef int i, q, n
    cdef Sum *of
    cdef float *rows[MOST_STREAMS]
    for i in range(own.n_sums):
        of = own.sums + i
        n = 0
        for q in range(n_streams):
            if of.claims[q]:
                rows[n] = streams[q].rows[of.claims[q] - 1]
                n += 1
        add_up(to.table + of.key * to.size, rows, n, to.size)


cdef inline void put(Stream *s, int64_t key, float *into, int row) noexcept nogil:
    """Put an entry in its place; part_ends become those of the part before."""
    cdef int place = s.part_ends[key & LAST_PART]
    s.part_ends[key & LAST_PART] = place + 1
    s.entries[place] = into
    s.entry_rows[place] = row


cdef inline void sort_entries(Settings *to, Stream *s) noexcept nogil:
    """Sort words and n-grams to update by the part that they belong to."""
    cdef int i, part
    cdef int64_t key, t
    memset(s.part_ends, 0, (PARTS + 1) * sizeof(int))
    for i in range(s.n_rows):
        key = s.keys[i]
        if key < to.n_words:
            s.part_ends[1 + (key & LAST_PART)] += 1
            for t in range(to.ngram_ends[key], to.ngram_ends[key + 1]):
                s.part_ends[1 + (to.ngram_rows[t] & LAST_PART)] += 1
    for part in range(PARTS):
        s.part_ends[part + 1] += s.part_ends[part]
    for i in range(s.n_rows):
        key = s.keys[i]
        if key < to.n_words:
            put(s, key, to.table + key * to.size, i)
            for t in range(to.ngram_ends[key], to.ngram_ends[key + 1]):
                put(
                    s, to.ngram_rows[t], to.ngrams + to.ngram_rows[t] * to.n_columns, i
                )


cdef enum:
    AHEAD = 6  # rows between asking for one and using it


cdef inline void add_to_ngrams(
    Settings *to, Stream *streams, int n_streams, int part
) noexcept nogil:
    """Add to a part of words and n-grams what their means have changed by."""
    cdef int p, e
    cdef Stream *s
    for p in range(n_streams):
        s = &streams[p]
        for e in range(s.part_ends[part - 1] if part else 0, s.part_ends[part]):
            if e + AHEAD < s.part_ends[part]:
                prefetch_row(s.entries[e + AHEAD], to.n_columns)
            add_to(s.entries[e], s.rows[s.entry_rows[e]], to.n_columns)
