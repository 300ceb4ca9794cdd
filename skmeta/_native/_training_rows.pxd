# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Which rows a round trains: copies for each stream, and their way back."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from skmeta._native._training_types cimport (
    LAST_PART, PARTS, Settings, Stream, add_change, add_rows, add_to, divide_by,
    prefetch_row, row_of, swap_rows,
)

cdef extern from *:
    """
    #include <stdint.h>

    /* splitmix64 of Steele, Lea and Flood: the n-th of a stream of random numbers. */
    static inline uint64_t draw(uint64_t key, uint64_t n)
    {
        uint64_t z = key + n * UINT64_C(0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
    """
    uint64_t draw(uint64_t key, uint64_t n) noexcept nogil

cdef enum:
    AHEAD = 6  # rows between asking for one and using it


cdef inline bint read_segment(Settings *to, Stream *s) noexcept nogil:
    """Read the next segment, without the tokens that are skipped by chance."""
    cdef int64_t t, first, last
    cdef uint64_t number
    if s.now == s.last:
        return False
    first, last = to.segments[s.now], to.segments[s.now + 1]
    if to.segment_documents is not NULL:
        s.document = to.segment_documents[s.now]
    s.n_kept = s.at = 0
    if to.kept is NULL:
        memcpy(s.kept, to.tokens + first, (last - first) * sizeof(int32_t))
        s.n_kept = <int>(last - first)
    else:
        for t in range(first, last):
            number = draw(s.key, s.n_drawn + <uint64_t>(t - first))
            s.kept[s.n_kept] = to.tokens[t]
            s.n_kept += to.kept[to.tokens[t]] >= <uint32_t>(number >> 32)
        s.n_drawn += last - first
    s.n_read += last - first
    s.now += 1
    return True


cdef inline void draw_noise(Settings *to, Stream *s, int n) noexcept nogil:
    """Draw words as noise, by the alias method."""
    cdef uint64_t number
    cdef uint32_t place
    cdef int32_t other
    cdef int k
    for k in range(n):
        number = draw(s.key, s.n_drawn + <uint64_t>k)
        place = <uint32_t>(((number >> 32) * <uint64_t>to.n_words) >> 32)
        other = -<int32_t>(<uint32_t>number >= to.shares[place])  # a mask: no branch
        s.noise[k] = (<int32_t>place & ~other) | (to.aliases[place] & other)
    s.n_drawn += n


cdef inline int find_row(
    Settings *to, Stream *s, int64_t key, int64_t *keys, int32_t *rows, int n_slots
) noexcept nogil:
    """Find the row that a key has in this round."""
    cdef uint32_t slot = <uint32_t>((<uint64_t>key * <uint64_t>0x9E3779B97F4A7C15) >> 40) & (n_slots - 1)
    while keys[slot] != -1:
        if keys[slot] == key:
            return rows[slot]
        slot = (slot + 1) & (n_slots - 1)
    keys[slot] = key
    rows[slot] = s.n_rows
    s.keys[s.n_rows] = key
    prefetch_row(row_of(to, key), to.n_columns)
    s.n_rows += 1
    return s.n_rows - 1


cdef inline void prefetch_ngrams(Settings *to, int64_t key) noexcept nogil:
    """Ask for the rows that a word's vector is made of."""
    cdef int64_t t
    if key < to.n_words:
        for t in range(to.ngram_ends[key], to.ngram_ends[key + 1]):
            prefetch_row(
                to.ngrams + to.ngram_rows[t] * to.n_columns, to.n_columns
            )


cdef inline void copy_rows(Settings *to, Stream *s) noexcept nogil:
    """Copy the rows of a round, padded; a word with n-grams is their mean."""
    cdef int i, n
    cdef int64_t key, first
    cdef float *row
    for i in range(s.n_rows):
        key = s.keys[i]
        row = s.rows + i * to.size
        if to.ngrams is NULL:
            memcpy(row, row_of(to, key), to.n_columns * sizeof(float))
            continue
        if i + 1 < s.n_rows:
            prefetch_ngrams(to, s.keys[i + 1])
        memcpy(row, row_of(to, key), to.n_columns * sizeof(float))
        s.counts[i] = 1
        if key < to.n_words:
            first = to.ngram_ends[key]
            n = <int>(to.ngram_ends[key + 1] - first)
            add_rows(row, to.ngrams, to.ngram_rows + first, n, to.n_columns)
            s.counts[i] += n
            divide_by(row, s.counts[i], to.n_columns)
            memcpy(s.starts + i * to.size, row, to.n_columns * sizeof(float))


cdef inline void put(Stream *s, int64_t key, int row) noexcept nogil:
    """Put an entry in its place; part_ends become those of the part before."""
    cdef int place = s.part_ends[key & LAST_PART]
    s.part_ends[key & LAST_PART] = place + 1
    s.entry_keys[place] = key
    s.entry_rows[place] = row


cdef inline void sort_entries(Settings *to, Stream *s) noexcept nogil:
    """Sort the rows to update by the part that they belong to."""
    cdef int i, part, n_entries = 0
    cdef int64_t key, t, first_ngram = 2 * to.n_words + to.n_documents
    memset(s.part_ends, 0, (PARTS + 1) * sizeof(int))
    for i in range(s.n_rows):
        key = s.keys[i]
        s.part_ends[1 + (key & LAST_PART)] += 1
        if to.ngrams is not NULL and key < to.n_words:
            for t in range(to.ngram_ends[key], to.ngram_ends[key + 1]):
                s.part_ends[1 + ((first_ngram + to.ngram_rows[t]) & LAST_PART)] += 1
    for part in range(PARTS):
        s.part_ends[part + 1] += s.part_ends[part]
    for i in range(s.n_rows):
        key = s.keys[i]
        put(s, key, i)
        if to.ngrams is not NULL and key < to.n_words:
            for t in range(to.ngram_ends[key], to.ngram_ends[key + 1]):
                put(s, first_ngram + to.ngram_rows[t], i)


cdef inline void gather(
    Settings *to, Stream *s, int64_t *keys, int32_t *rows, int n_slots
) noexcept nogil:
    """Choose the windows of a round, and copy the rows that they need."""
    cdef int i, j, w, low, high, reach, n, k, last
    cdef int64_t outputs = to.n_words + to.n_documents, t
    cdef int *inputs = s.inputs
    cdef uint64_t number
    memset(keys, 255, n_slots * sizeof(int64_t))
    s.n_rows = s.n_windows = 0
    while s.n_windows < to.n_windows:
        if s.at == s.n_kept:
            if not read_segment(to, s):
                break
            continue
        last = min(s.n_kept, s.at + to.n_windows - s.n_windows)
        low = max(0, s.at - to.window) if s.at > to.window else 0
        high = s.n_kept if s.n_kept - last < to.window else last + to.window
        for j in range(low, high):
            s.local[j] = -1
        for i in range(s.at, last):
            n = 0
            if to.use_words:
                reach = to.window
                if to.shrink:
                    number = draw(s.key, s.n_drawn)
                    s.n_drawn += 1
                    reach -= <int>(((number >> 32) * <uint64_t>to.window) >> 32)
                low = i - reach if i > reach else 0
                high = i + reach + 1 if s.n_kept - i - 1 > reach else s.n_kept
                for j in range(low, high):
                    if j == i:
                        continue
                    if s.local[j] < 0:
                        s.local[j] = find_row(to, s, s.kept[j], keys, rows, n_slots)
                    inputs[n] = s.local[j]
                    n += 1
            if to.documents is not NULL:
                for t in range(to.tag_ends[s.document], to.tag_ends[s.document + 1]):
                    inputs[n] = find_row(to, s, to.n_words + to.tags[t], keys, rows, n_slots)
                    n += 1
            if not n:
                continue
            s.first_inputs[s.n_windows] = <int>(inputs - s.inputs)
            inputs += n
            s.n_inputs[s.n_windows] = n
            s.targets[s.n_windows] = find_row(
                to, s, outputs + s.kept[i], keys, rows, n_slots
            )
            s.n_windows += 1
        s.at = last
    n = (s.n_windows + to.n_shared - 1) // to.n_shared * to.n_noise
    draw_noise(to, s, n)
    for k in range(n):
        s.noise[k] = find_row(to, s, outputs + s.noise[k], keys, rows, n_slots)
    copy_rows(to, s)
    sort_entries(to, s)


cdef inline bint is_alone(Settings *to, int64_t key) noexcept nogil:
    """Return whether a row itself is trained, not the mean that it is a part of."""
    return to.ngrams is NULL or to.n_words <= key < 2 * to.n_words + to.n_documents


cdef inline void scatter(
    Settings *to, Stream *streams, int n_streams, int part, int64_t *keys, float **starts
) noexcept nogil:
    """Add to a part of the rows what they have changed by in each stream, in order.

    The first stream that has trained a row is given its old numbers in exchange for the
    new ones, and the others find them there.
    """
    cdef int p, e, first, n_alone = 0
    cdef uint32_t slot, last_slot = 63
    cdef int64_t key
    cdef Stream *s
    cdef float *row
    cdef float *into
    for p in range(n_streams):
        s = &streams[p]
        for e in range(s.part_ends[part - 1] if part else 0, s.part_ends[part]):
            n_alone += is_alone(to, s.entry_keys[e])
    while <int>last_slot < 2 * n_alone:
        last_slot = 2 * last_slot + 1
    memset(keys, 255, (last_slot + 1) * sizeof(int64_t))
    for p in range(n_streams):
        s = &streams[p]
        first = s.part_ends[part - 1] if part else 0
        for e in range(first, s.part_ends[part]):
            if e + AHEAD < s.part_ends[part]:
                prefetch_row(row_of(to, s.entry_keys[e + AHEAD]), to.n_columns)
            key = s.entry_keys[e]
            row, into = s.rows + s.entry_rows[e] * to.size, row_of(to, key)
            if not is_alone(to, key):
                add_to(into, row, to.n_columns)
                continue
            slot = <uint32_t>((<uint64_t>key * <uint64_t>0x9E3779B97F4A7C15) >> 40) & last_slot
            while keys[slot] != -1 and keys[slot] != key:
                slot = (slot + 1) & last_slot
            if keys[slot] == key:
                add_change(into, row, starts[slot], to.n_columns)
            else:
                keys[slot], starts[slot] = key, row
                swap_rows(into, row, to.n_columns)
