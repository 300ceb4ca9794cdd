# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Which windows a round trains, on what noise, and the rows that they need."""

from libc.stdint cimport int32_t, int64_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from skmeta._native._training_types cimport MOST_STREAMS, Settings, Stream, Window

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

    /* The upper halves of some. */
    WIDE static void draw_halves(uint64_t key, uint64_t first, int n, uint32_t *halves)
    {
        for (int i = 0; i < n; i++)
            halves[i] = (uint32_t)(draw(key, first + i) >> 32);
    }
    """
    uint64_t draw(uint64_t key, uint64_t n) noexcept nogil
    void draw_halves(uint64_t key, uint64_t first, int n, uint32_t *halves) noexcept nogil


cdef inline bint read_segment(Settings *to, Stream *s) noexcept nogil:
    """Read the next segment, without the tokens that are skipped by chance."""
    cdef int64_t first
    cdef int i, n, n_kept = 0
    cdef const int32_t *tokens
    if s.now == s.last:
        return False
    first = to.segments[s.now]
    n = <int>(to.segments[s.now + 1] - first)
    tokens = to.tokens + first
    if to.segment_documents is not NULL:
        s.document = to.segment_documents[s.now]
    if to.kept is NULL:
        memcpy(s.kept, tokens, n * sizeof(int32_t))
        n_kept = n
    else:
        draw_halves(s.key, s.n_drawn, n, s.halves)
        for i in range(n):
            s.kept[n_kept] = tokens[i]
            n_kept += to.kept[tokens[i]] >= s.halves[i]
        s.n_drawn += n
    s.n_kept, s.at = n_kept, 0
    s.n_read += n
    s.now += 1
    return True


cdef inline int claim_row(Settings *to, Stream *s, int64_t key) noexcept nogil:
    """Return the number that a row has in this round; without a branch."""
    cdef uint16_t *claim = to.claims + key * MOST_STREAMS + s.number
    cdef uint32_t number = claim[0]
    cdef bint is_new = not number
    number += is_new * <uint32_t>(s.n_rows + 1)
    claim[0] = <uint16_t>number
    s.keys[s.n_rows] = key
    s.n_rows += is_new
    return <int>number - 1


cdef inline void choose_windows(Settings *to, Stream *s) noexcept nogil:
    """Choose windows of the segment that is read."""
    cdef int64_t outputs = to.n_words + to.n_documents, t
    cdef int first = s.at, last = min(s.n_kept, s.at + to.n_windows - s.n_windows)
    cdef int i, low = 0, high = 1, reach = to.window, lowest = last, highest = first
    cdef int first_tag = s.n_tags
    cdef Window *window = s.windows + s.n_windows
    cdef Window *start = window
    s.at = last
    if to.n_documents:
        for t in range(to.tag_ends[s.document], to.tag_ends[s.document + 1]):
            s.tags[s.n_tags] = claim_row(to, s, to.n_words + to.tags[t])
            s.n_tags += 1
    if to.use_words and to.shrink:
        draw_halves(s.key, s.n_drawn, last - first, s.halves)
        s.n_drawn += last - first
    for i in range(first, last):
        if to.use_words:
            if to.shrink:
                reach = to.window - <int>(
                    (s.halves[i - first] * <uint64_t>to.window) >> 32
                )
            low = i - reach if i > reach else 0
            high = i + reach + 1 if s.n_kept - i - 1 > reach else s.n_kept
            window.first, window.n_before, window.n_after = low, i - low, high - i - 1
        else:
            window.first = window.n_before = window.n_after = 0
        window.first_tag, window.n_tags = first_tag, s.n_tags - first_tag
        window.n_inputs = window.n_before + window.n_after + window.n_tags
        window.target = s.kept[i]
        if window.n_inputs:
            window += 1
            lowest, highest = min(lowest, low), max(highest, high)
    s.n_windows = <int>(window - s.windows)
    window = start
    while window < s.windows + s.n_windows:
        window.target = claim_row(to, s, outputs + window.target)
        window.first += s.n_places - lowest
        window += 1
    if to.use_words:
        for i in range(lowest, highest):
            s.places[s.n_places] = claim_row(to, s, s.kept[i])
            s.n_places += 1


cdef inline void draw_noise(Settings *to, Stream *s) noexcept nogil:
    """Draw words as noise, by the alias method."""
    cdef int64_t outputs = to.n_words + to.n_documents
    cdef uint64_t number
    cdef uint32_t place
    cdef int32_t other
    cdef int k, n = (s.n_windows + to.n_shared - 1) // to.n_shared * to.n_noise
    for k in range(n):
        number = draw(s.key, s.n_drawn + <uint64_t>k)
        place = <uint32_t>(((number >> 32) * <uint64_t>to.n_words) >> 32)
        other = -<int32_t>(<uint32_t>number >= to.shares[place])  # a mask: no branch
        s.noise[k] = claim_row(
            to, s, outputs + ((<int32_t>place & ~other) | (to.aliases[place] & other))
        )
    s.n_drawn += n


cdef inline void choose(Settings *to, Stream *s) noexcept nogil:
    """Choose the windows of a round, in place of those of the round before."""
    cdef int i
    for i in range(s.n_rows):
        to.claims[s.keys[i] * MOST_STREAMS + s.number] = 0
    s.n_rows = s.n_windows = s.n_places = s.n_tags = 0
    while s.n_windows < to.n_windows:
        if s.at < s.n_kept:
            choose_windows(to, s)
        elif not read_segment(to, s):
            break
    draw_noise(to, s)
    s.alpha = to.last_alpha
    if s.n_tokens:
        s.alpha = to.first_alpha - (to.first_alpha - to.last_alpha) * <float>(
            <double>s.n_read / s.n_tokens
        )
