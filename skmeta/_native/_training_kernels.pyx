# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Word and paragraph vectors learned by negative sampling, without Python's lock.

The same as _training/_numpy_rounds.py in NumPy, which is what to read first.
"""

import numpy as np

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t, uintptr_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

__all__ = ["Rounds", "add_ngrams"]

cdef extern from *:
    """
    #include <stdint.h>
    #include "_window_updates.h"

    #if defined(_MSC_VER)
    #include <intrin.h>
    #define NEXT(counter) _InterlockedExchangeAdd64((volatile long long *)(counter), 1)
    #define NOW(counter) _InterlockedOr64((volatile long long *)(counter), 0)
    #define PAUSE() YieldProcessor()
    #define MAKE_WAY() SwitchToThread()
    #include <windows.h>
    #else
    #include <sched.h>
    #define NEXT(counter) __atomic_fetch_add((counter), 1, __ATOMIC_ACQ_REL)
    #define NOW(counter) __atomic_load_n((counter), __ATOMIC_ACQUIRE)
    #if defined(__x86_64__) || defined(__i386__)
    #define PAUSE() __builtin_ia32_pause()
    #else
    #define PAUSE() ((void)0)
    #endif
    #define MAKE_WAY() sched_yield()
    #endif

    /* Waits until the counter has reached a number: briefly, or not at all. */
    static void wait_for(int64_t *counter, int64_t number)
    {
        for (int tries = 0; NOW(counter) < number; tries++) {
            if (tries < 200)
                PAUSE();
            else
                MAKE_WAY();
        }
    }

    /* splitmix64 of Steele, Lea and Flood: the n-th of a stream of random numbers. */
    static inline uint64_t draw(uint64_t key, uint64_t n)
    {
        uint64_t z = key + n * UINT64_C(0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
    """
    int64_t NEXT(int64_t *counter) noexcept nogil
    void wait_for(int64_t *counter, int64_t number) noexcept nogil
    uint64_t draw(uint64_t key, uint64_t n) noexcept nogil
    ctypedef struct Tile:
        int n_inputs, n_targets
        float *inputs[16]
        float *targets[8]
        float weights[128]
    void train_tile(
        const Tile *tile, bint has_positive, Py_ssize_t size, float alpha, float limit,
        float *losses
    ) noexcept nogil
    void train_pairs(
        int n, float **inputs, float **into, float sign, float **targets,
        Py_ssize_t size, float alpha, float limit, float *losses
    ) noexcept nogil
    void mean_rows(
        float *mean, int n, const int *rows, const float *base, const float *counts,
        bint is_mean, Py_ssize_t size
    ) noexcept nogil
    void spread(
        const float *now, const float *before, int n, const int *rows, float *base,
        const float *counts, bint is_mean, Py_ssize_t size
    ) noexcept nogil
    void prefetch_row(const float *row, Py_ssize_t n) noexcept nogil
    void add_rows(
        float *total, const float *table, const int32_t *rows, int n, Py_ssize_t size
    ) noexcept nogil
    void add_to(float *total, const float *row, Py_ssize_t n) noexcept nogil
    void swap_rows(float *one, float *two, Py_ssize_t n) noexcept nogil
    void add_change(
        float *total, const float *row, const float *start, Py_ssize_t n
    ) noexcept nogil
    void divide_by(float *row, float divisor, Py_ssize_t n) noexcept nogil
    void subtract(float *rows, const float *starts, Py_ssize_t n) noexcept nogil
    int MOST_INPUTS, MOST_TARGETS, LANES

cdef enum:
    PARTS = 16  # of the rows, each updated by one thread
    LAST_PART = 15
    AHEAD = 6  # rows between asking for one and using it

cdef struct Stream:  # a part of the corpus, read on from round to round
    int64_t first, last, now  # segments
    int n_kept, at  # tokens of the segment that is read
    int32_t *kept
    int32_t *local  # numbers of their rows in this round
    int document
    uint64_t key, n_drawn
    int64_t n_read, n_tokens  # of the corpus, in this epoch
    # what a round trains
    int n_rows, n_windows
    int64_t *keys  # of the rows
    float *rows
    float *starts  # words with n-grams as they were
    float *counts  # of the rows that each is the mean of
    int64_t *entry_keys  # of the rows to update, sorted by their part
    int *entry_rows
    int[PARTS + 1] part_ends
    int *inputs
    int *n_inputs
    int *first_inputs  # of each window
    int *targets
    int32_t *noise
    double loss
    int64_t n_pairs


cdef struct Settings:
    float *words
    float *ngrams
    float *documents
    float *outputs
    int64_t n_words, n_documents, n_columns
    Py_ssize_t size  # n_columns up to whole groups of LANES
    const int64_t *ngram_ends
    const int32_t *ngram_rows
    const int32_t *tokens
    const int64_t *segments
    const int32_t *segment_documents
    const int64_t *tag_ends
    const int32_t *tags
    const uint32_t *kept  # a token is kept if a draw is not above
    const uint32_t *shares  # of the alias method
    const int32_t *aliases
    bint use_words, is_each, is_mean, shrink, is_spread
    int window, n_noise, n_windows, n_shared, n_together
    float noise_weight, limit, first_alpha, last_alpha


cdef class Rounds:
    """Trains vectors round by round; see the twin."""

    cdef Settings to
    cdef Stream *streams
    cdef int n_streams
    cdef int n_slots, n_scatter_slots
    cdef int64_t n_tasks, next_task, n_done
    cdef object buffers  # kept alive
    cdef list kept_alive

    def __cinit__(self, **given):
        cdef Settings *to = &self.to
        cdef float[:, ::1] words = given["words"]
        cdef float[:, ::1] outputs = given["outputs"]
        cdef float[:, ::1] documents = given["documents"]
        cdef float[:, ::1] ngrams = given["ngrams"]
        cdef const int64_t[::1] ngram_ends = given["ngram_ends"]
        cdef const int32_t[::1] ngram_rows = given["ngram_rows"]
        cdef const int32_t[::1] tokens = given["tokens"]
        cdef const int64_t[::1] segments = given["segments"]
        cdef const int32_t[::1] segment_documents = given["segment_documents"]
        cdef const int64_t[::1] tag_ends = given["tag_ends"]
        cdef const int32_t[::1] tags = given["tags"]
        cdef const uint32_t[::1] kept = given["kept"]
        cdef const uint32_t[::1] shares = given["shares"]
        cdef const int32_t[::1] aliases = given["aliases"]
        cdef const int64_t[::1] bounds = given["bounds"]
        self.kept_alive = [given]
        check_shapes(given)
        to.words = &words[0, 0]
        to.outputs = &outputs[0, 0]
        to.n_words, to.n_columns = words.shape[0], words.shape[1]
        to.size = (to.n_columns + LANES - 1) // LANES * LANES
        to.n_documents = 0
        to.documents = to.ngrams = NULL
        to.ngram_ends = NULL
        to.ngram_rows = NULL
        to.kept = NULL
        if documents is not None:
            to.documents = &documents[0, 0]
            to.n_documents = documents.shape[0]
            to.tag_ends, to.tags = &tag_ends[0], &tags[0]
            to.segment_documents = &segment_documents[0]
        if ngrams is not None:
            to.ngrams = &ngrams[0, 0]
            to.ngram_ends, to.ngram_rows = &ngram_ends[0], &ngram_rows[0]
        if kept is not None:
            to.kept = &kept[0]
        to.tokens, to.segments = &tokens[0], &segments[0]
        to.shares, to.aliases = &shares[0], &aliases[0]
        to.use_words, to.is_each = given["use_words"], given["is_each"]
        to.is_mean, to.shrink = given["is_mean"], given["shrink"]
        to.is_spread = given["is_spread"]
        to.window, to.n_noise = given["window"], given["n_noise"]
        to.n_windows, to.n_shared = given["n_windows"], given["n_shared"]
        to.n_together = given["n_together"]
        to.noise_weight, to.limit = given["noise_weight"], given["limit"]
        self._allocate(bounds, given["longest"], given["most_tags"], given["most_ngrams"])

    def _allocate(self, const int64_t[::1] bounds, int longest, int most_tags, int64_t most_ngrams):
        cdef Settings *to = &self.to
        cdef int64_t W = to.n_windows, n = len(bounds) - 1, p
        cdef int64_t reach = min(to.window, longest) if to.use_words else 0
        cdef int64_t n_words = min(W + 2 * reach, to.n_words) if to.use_words else 0
        cdef int64_t n_tags = min(W * most_tags, to.n_documents)
        cdef int64_t n_drawn = (W + to.n_shared - 1) // to.n_shared * to.n_noise
        cdef int64_t n_out = min(W + n_drawn, to.n_words)
        cdef int64_t n_rows = n_words + n_tags + n_out
        cdef int64_t n_entries = n_rows
        if to.ngrams is not NULL:
            n_entries += min(n_words * most_ngrams, len(self.kept_alive[0]["ngram_rows"]))
        cdef int64_t n_inputs = W * (min(2 * reach, longest) + most_tags)
        self.streams = <Stream *>calloc(n, sizeof(Stream))
        self.n_streams = n
        self.n_slots = 64
        while self.n_slots < 2 * n_rows:
            self.n_slots *= 2
        self.n_scatter_slots = self.n_slots
        while self.n_scatter_slots < 2 * n_rows * n:
            self.n_scatter_slots *= 2
        memory = []
        def take(count, dtype):
            raw = np.zeros(count * np.dtype(dtype).itemsize + 64, np.uint8)
            offset = -raw.ctypes.data % 64
            memory.append(raw)
            return raw.ctypes.data + offset
        cdef Stream *s
        for p in range(n):
            s = &self.streams[p]
            s.first, s.last = bounds[p], bounds[p + 1]
            s.n_tokens = to.segments[s.last] - to.segments[s.first]
            s.kept = <int32_t *><size_t>take(longest, np.int32)
            s.local = <int32_t *><size_t>take(longest, np.int32)
            s.keys = <int64_t *><size_t>take(n_rows, np.int64)
            s.rows = <float *><size_t>take(n_rows * to.size, np.float32)
            if to.ngrams is not NULL:
                s.starts = <float *><size_t>take(n_rows * to.size, np.float32)
                s.counts = <float *><size_t>take(n_rows, np.float32)
            s.entry_keys = <int64_t *><size_t>take(n_entries, np.int64)
            s.entry_rows = <int *><size_t>take(n_entries, np.int32)
            s.inputs = <int *><size_t>take(n_inputs, np.int32)
            s.n_inputs = <int *><size_t>take(W, np.int32)
            s.first_inputs = <int *><size_t>take(W, np.int32)
            s.noise = <int32_t *><size_t>take(n_drawn, np.int32)
            s.targets = <int *><size_t>take(W, np.int32)
        self.buffers = memory

    def __dealloc__(self):
        free(self.streams)

    def start_epoch(self, keys, float first_alpha, float last_alpha):
        cdef int p
        cdef Stream *s
        self.to.first_alpha, self.to.last_alpha = first_alpha, last_alpha
        for p in range(self.n_streams):
            s = &self.streams[p]
            s.now, s.at, s.n_kept = s.first, 0, 0
            s.key, s.n_drawn = keys[p], 0
            s.n_read = s.n_pairs = 0
            s.loss = 0

    def plan(self, int64_t n_rounds):
        """Set the number of rounds that the next calls of train take together."""
        self.next_task = self.n_done = 0
        self.n_tasks = n_rounds * (self.n_streams + PARTS)

    def train(self):
        """Train, together with other threads that call it at the same time."""
        cdef int64_t task, part, begin
        cdef int64_t per_round = self.n_streams + PARTS
        cdef int64_t[::1] keys = np.empty(self.n_scatter_slots, np.int64)
        cdef uintptr_t[::1] starts = np.empty(self.n_scatter_slots, np.uintp)
        cdef int32_t[::1] rows = np.empty(self.n_slots, np.int32)
        cdef float[::1] work = np.empty(32 * self.to.size + LANES, np.float32)
        cdef float *means = <float *>((<size_t>&work[0] + 63) & ~<size_t>63)
        with nogil:
            while True:
                task = NEXT(&self.next_task)
                if task >= self.n_tasks:
                    break
                begin = task // per_round * per_round
                part = task - begin
                if part < self.n_streams:
                    wait_for(&self.n_done, begin)
                    gather(&self.to, &self.streams[part], &keys[0], &rows[0], self.n_slots)
                    train_windows(&self.to, &self.streams[part], means)
                else:
                    wait_for(&self.n_done, begin + self.n_streams)
                    scatter(
                        &self.to, self.streams, self.n_streams, part - self.n_streams,
                        &keys[0], <float **>&starts[0],
                    )
                NEXT(&self.n_done)

    @property
    def n_read(self):
        return sum([self.streams[p].n_read for p in range(self.n_streams)])

    @property
    def is_done(self):
        cdef int p
        for p in range(self.n_streams):
            if self.streams[p].now < self.streams[p].last or self.streams[p].at < self.streams[p].n_kept:
                return False
        return True

    @property
    def loss(self):
        """The loss and the number of pairs so far in the epoch."""
        cdef int p
        cdef double loss = 0
        cdef int64_t n_pairs = 0
        for p in range(self.n_streams):
            loss += self.streams[p].loss
            n_pairs += self.streams[p].n_pairs
        return loss, n_pairs


def add_ngrams(
    float[:, ::1] words,
    const float[:, ::1] ngrams,
    const int64_t[::1] ends,
    const int32_t[::1] rows,
):
    """Make each word's row the mean of itself and of its n-grams' rows."""
    cdef Py_ssize_t i, j, n_words = words.shape[0], size = words.shape[1]
    if ngrams.shape[1] != size or len(ends) != n_words + 1 or ends[0]:
        raise ValueError("shapes do not fit")
    if np.min(np.diff(ends), initial=0) < 0 or ends[n_words] != len(rows):
        raise ValueError("ends do not grow from 0 up to the number of rows")
    if not len(rows):
        return
    if not 0 <= np.min(rows) <= np.max(rows) < len(ngrams):
        raise ValueError("rows beyond the n-grams")
    with nogil:
        for i in range(n_words):
            if i + 1 < n_words:
                for j in range(ends[i + 1], ends[i + 2]):
                    prefetch_row(&ngrams[rows[j], 0], size)
            j = ends[i + 1] - ends[i]
            if j:
                add_rows(&words[i, 0], &ngrams[0, 0], &rows[ends[i]], <int>j, size)
                divide_by(&words[i, 0], <float>(j + 1), size)


def check_shapes(given):
    """Refuse arrays that would be read beyond their ends."""
    n_words, n_columns = given["words"].shape
    sizes = {name: n_words for name in ("outputs", "shares", "aliases", "kept")}
    sizes["ngram_ends"] = n_words + 1
    for name, size in sizes.items():
        if given[name] is not None and len(given[name]) != size:
            raise ValueError(f"{name} does not fit the words")
    for name in ("outputs", "documents", "ngrams"):
        if given[name] is not None and given[name].shape[1] != n_columns:
            raise ValueError(f"{name} does not fit the words")
    for name, limit in (
        ("tokens", n_words),
        ("ngram_rows", n_words if given["ngrams"] is None else len(given["ngrams"])),
        ("tags", 0 if given["documents"] is None else len(given["documents"])),
    ):
        numbers = given[name]
        if numbers is not None and len(numbers):
            if not 0 <= np.min(numbers) <= np.max(numbers) < limit:
                raise ValueError(f"{name} beyond the rows")


cdef inline float *row_of(Settings *to, int64_t key) noexcept nogil:
    """Point to a row of words, documents, outputs, n-grams: they are numbered so."""
    if key < to.n_words:
        return to.words + key * to.n_columns
    key -= to.n_words
    if key < to.n_documents:
        return to.documents + key * to.n_columns
    key -= to.n_documents
    if key < to.n_words:
        return to.outputs + key * to.n_columns
    return to.ngrams + (key - to.n_words) * to.n_columns


cdef bint read_segment(Settings *to, Stream *s) noexcept nogil:
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


cdef void draw_noise(Settings *to, Stream *s, int n) noexcept nogil:
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


cdef void gather(
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


cdef void copy_rows(Settings *to, Stream *s) noexcept nogil:
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


cdef inline void prefetch_ngrams(Settings *to, int64_t key) noexcept nogil:
    """Ask for the rows that a word's vector is made of."""
    cdef int64_t t
    if key < to.n_words:
        for t in range(to.ngram_ends[key], to.ngram_ends[key + 1]):
            prefetch_row(
                to.ngrams + to.ngram_rows[t] * to.n_columns, to.n_columns
            )


cdef void sort_entries(Settings *to, Stream *s) noexcept nogil:
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


cdef inline void put(Stream *s, int64_t key, int row) noexcept nogil:
    """Put an entry in its place; part_ends become those of the part before."""
    cdef int place = s.part_ends[key & LAST_PART]
    s.part_ends[key & LAST_PART] = place + 1
    s.entry_keys[place] = key
    s.entry_rows[place] = row


cdef void train_windows(Settings *to, Stream *s, float *means) noexcept nogil:
    """Train the windows of a round on their copies, group by group.

    Where words predict, windows of a group come from different places: those in a row
    have words in common, and should learn from each other.
    """
    cdef int w, n, i, g, n_groups, step
    cdef int[16] group
    cdef int32_t *noise
    cdef float alpha = to.last_alpha
    cdef float losses[16]
    memset(losses, 0, sizeof(losses))
    if s.n_tokens:
        alpha = to.first_alpha - (to.first_alpha - to.last_alpha) * <float>(
            <double>s.n_read / s.n_tokens
        )
    n_groups = (s.n_windows + to.n_together - 1) // to.n_together
    step = n_groups if to.is_spread else 1
    for g in range(n_groups):
        noise = s.noise + g * to.n_together // to.n_shared * to.n_noise
        n, w = 0, g if to.is_spread else g * to.n_together
        while w < s.n_windows and n < to.n_together:
            group[n] = w
            n, w = n + 1, w + step
        if not to.is_each:
            train_means(to, s, n, group, noise, means, alpha, losses)
        elif to.use_words:
            train_each(to, s, n, group, noise, alpha, losses)
        else:
            train_tags(to, s, n, group, noise, alpha, losses)
    for w in range(LANES):
        s.loss += losses[w]
    if to.ngrams is not NULL:  # what a mean has changed by goes to all its rows
        for i in range(s.n_rows):
            if s.keys[i] < to.n_words:
                subtract(s.rows + i * to.size, s.starts + i * to.size, to.n_columns)


cdef void train_each(
    Settings *to, Stream *s, int n, const int *group, int32_t *noise, float alpha,
    float *losses
) noexcept nogil:
    """Let each input of each window predict the window's target and not the noise."""
    cdef Tile tile
    cdef int *inputs
    cdef int i, k, first, start, j, q, row, n_targets = 1 + to.n_noise
    for k in range(n):
        i = group[k]
        inputs = s.inputs + s.first_inputs[i]
        s.n_pairs += s.n_inputs[i]
        first = 0
        while first < s.n_inputs[i]:
            tile.n_inputs = min(s.n_inputs[i] - first, MOST_INPUTS)
            for j in range(tile.n_inputs):
                tile.inputs[j] = s.rows + inputs[first + j] * to.size
            start = 0
            while start < n_targets:
                tile.n_targets = min(n_targets - start, MOST_TARGETS)
                memset(tile.weights, 0, sizeof(tile.weights))
                for q in range(tile.n_targets):
                    row = noise[start + q - 1] if start + q else s.targets[i]
                    tile.targets[q] = s.rows + row * to.size
                    if not start + q:
                        tile.weights[0] = 1
                    elif row != s.targets[i]:
                        tile.weights[q] = to.noise_weight
                for j in range(1, tile.n_inputs):
                    memcpy(
                        &tile.weights[j * MOST_TARGETS], tile.weights,
                        MOST_TARGETS * sizeof(float),
                    )
                train_tile(&tile, start == 0, to.size, alpha, to.limit, losses)
                start += MOST_TARGETS
            first += MOST_INPUTS


cdef void train_means(
    Settings *to, Stream *s, int n, const int *group, int32_t *noise, float *means,
    float alpha, float *losses
) noexcept nogil:
    """Let the mean of each window's inputs predict its target and not the noise."""
    cdef float *rows[16]
    cdef float *before[16]
    cdef int targets[16]
    cdef const float *counts = s.counts if to.ngrams is not NULL else NULL
    cdef int i, w
    for i in range(n):
        w = group[i]
        rows[i], before[i] = means + i * to.size, means + (n + i) * to.size
        targets[i] = s.targets[w]
        mean_rows(
            rows[i], s.n_inputs[w], s.inputs + s.first_inputs[w], s.rows, counts,
            to.is_mean, to.size,
        )
    memcpy(before[0], means, n * to.size * sizeof(float))
    train_group(to, s, n, rows, before, -1, targets, noise, alpha, losses)
    for i in range(n):
        w = group[i]
        spread(
            rows[i], before[i], s.n_inputs[w], s.inputs + s.first_inputs[w], s.rows,
            counts, to.is_mean, to.size,
        )


cdef void train_tags(
    Settings *to, Stream *s, int n, const int *group, int32_t *noise, float alpha,
    float *losses
) noexcept nogil:
    """Let each tag of each window's document predict its target and not the noise."""
    cdef float *rows[16]
    cdef int targets[16]
    cdef int *inputs
    cdef int i, j, k, n_rows = 0
    for k in range(n):
        i = group[k]
        inputs = s.inputs + s.first_inputs[i]
        for j in range(s.n_inputs[i]):
            rows[n_rows] = s.rows + inputs[j] * to.size
            targets[n_rows] = s.targets[i]
            n_rows += 1
            if n_rows == MOST_INPUTS:
                train_group(
                    to, s, n_rows, rows, rows, 1, targets, noise, alpha, losses
                )
                n_rows = 0
    if n_rows:
        train_group(to, s, n_rows, rows, rows, 1, targets, noise, alpha, losses)


cdef void train_group(
    Settings *to, Stream *s, int n, float **rows, float **into, float sign,
    int *targets, int32_t *noise, float alpha, float *losses
) noexcept nogil:
    """Train rows on words of their own, then all of them on the noise."""
    cdef Tile tile
    cdef int start = 0, j, q, row
    cdef float *words[16]
    s.n_pairs += n
    tile.n_inputs = n
    for j in range(n):
        words[j] = s.rows + targets[j] * to.size
        tile.inputs[j] = rows[j]
    train_pairs(n, rows, into, sign, words, to.size, alpha, to.limit, losses)
    while start < to.n_noise:
        tile.n_targets = min(to.n_noise - start, MOST_TARGETS)
        memset(tile.weights, 0, sizeof(tile.weights))
        for q in range(tile.n_targets):
            row = noise[start + q]
            tile.targets[q] = s.rows + row * to.size
            for j in range(n):
                if row != targets[j]:
                    tile.weights[j * MOST_TARGETS + q] = to.noise_weight
        train_tile(&tile, False, to.size, alpha, to.limit, losses)
        start += MOST_TARGETS


cdef inline bint is_alone(Settings *to, int64_t key) noexcept nogil:
    """Return whether a row itself is trained, not the mean that it is a part of."""
    return to.ngrams is NULL or to.n_words <= key < 2 * to.n_words + to.n_documents


cdef void scatter(
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
