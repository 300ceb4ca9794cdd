# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Word and paragraph vectors learned by negative sampling, without Python's lock.

The same as _training/_numpy_rounds.py in NumPy, which is what to read first. A round
chooses windows (_training_windows.pxd), finds where their rows are to be trained
(_training_rows.pxd) and trains them (_training_steps.pxd).
"""

import numpy as np

from libc.stdint cimport UINT16_MAX, int32_t, int64_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free

from skmeta._native._training_rows cimport add_sums, add_to_ngrams, take_rows
from skmeta._native._training_steps cimport train_windows
from skmeta._native._training_types cimport (
    LANES, MOST_STREAMS, PARTS, Settings, Stream, Sum, Window, add_rows, divide_by,
    prefetch_row,
)
from skmeta._native._training_windows cimport choose

__all__ = ["Rounds", "add_ngrams", "fill_aliases"]

cdef extern from *:
    """
    #include <stdint.h>

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
    """
    int64_t NEXT(int64_t *counter) noexcept nogil
    void wait_for(int64_t *counter, int64_t number) noexcept nogil


cdef class Rounds:
    """Trains vectors round by round; see the twin."""

    cdef Settings to
    cdef Stream *streams
    cdef int n_streams, n_threads
    cdef int64_t n_tasks, next_task, n_done
    cdef list buffers  # kept alive
    cdef dict given

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
        self.given, self.buffers = given, []
        check_shapes(given)
        to.n_words, to.n_columns = words.shape[0], words.shape[1]
        to.size = (to.n_columns + LANES - 1) // LANES * LANES
        to.n_documents = 0
        to.ngrams = NULL
        to.ngram_ends = NULL
        to.ngram_rows = NULL
        to.kept = NULL
        if documents is not None:
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
        self._copy_rows()
        self._allocate(bounds, given["longest"], given["most_tags"], given["most_ngrams"])

    cdef size_t take(self, int64_t n_bytes):
        """Take memory that begins with a line of the cache."""
        raw = np.empty(n_bytes + 64, np.uint8)
        self.buffers.append(raw)
        return raw.ctypes.data + -raw.ctypes.data % 64

    def _copy_rows(self):
        """Copy words, documents and outputs, padded to whole lines of the cache."""
        cdef Settings *to = &self.to
        cdef int64_t n = 2 * to.n_words + to.n_documents
        to.table = <float *>self.take(n * to.size * sizeof(float))
        table = np.asarray(<float[:n, :to.size]>to.table)
        first = 0
        for rows in self._row_arrays():
            table[first : first + len(rows), : to.n_columns] = rows
            first += len(rows)
        table[:, to.n_columns :] = 0

    def _row_arrays(self):
        kinds = ("words", "documents", "outputs")
        return [self.given[kind] for kind in kinds if self.given[kind] is not None]

    def write_back(self):
        """Copy trained rows to the arrays that are trained."""
        cdef Settings *to = &self.to
        cdef int64_t n = 2 * to.n_words + to.n_documents
        table = np.asarray(<float[:n, :to.size]>to.table)
        first = 0
        for rows in self._row_arrays():
            rows[:] = table[first : first + len(rows), : to.n_columns]
            first += len(rows)

    def _allocate(self, const int64_t[::1] bounds, int longest, int most_tags, int64_t most_ngrams):
        cdef Settings *to = &self.to
        cdef int64_t W = to.n_windows, n = len(bounds) - 1, p
        cdef int64_t reach = min(to.window, longest) if to.use_words else 0
        cdef int64_t n_words = min(W + 2 * reach, to.n_words) if to.use_words else 0
        cdef int64_t n_tags = min(W * most_tags, to.n_documents)
        cdef int64_t n_drawn = (W + to.n_shared - 1) // to.n_shared * to.n_noise
        cdef int64_t n_out = min(W + n_drawn, to.n_words)
        cdef int64_t n_rows = n_words + n_tags + n_out
        cdef int64_t n_entries = 0
        if n > MOST_STREAMS or n_rows > UINT16_MAX:
            raise ValueError(f"{n} streams of {n_rows} rows: too many")
        if to.ngrams is not NULL:
            n_entries = n_words + min(
                n_words * most_ngrams, len(self.given["ngram_rows"])
            )
        cdef int64_t n_inputs = W * (min(2 * reach, longest) + most_tags)
        self.streams = <Stream *>calloc(n, sizeof(Stream))
        self.n_streams = n
        claims = np.zeros((2 * to.n_words + to.n_documents) * MOST_STREAMS, np.uint16)
        self.buffers.append(claims)
        to.claims = <uint16_t *><size_t>claims.ctypes.data
        cdef Stream *s
        for p in range(n):
            s = &self.streams[p]
            s.number = p
            s.first, s.last = bounds[p], bounds[p + 1]
            s.n_tokens = to.segments[s.last] - to.segments[s.first]
            s.kept = <int32_t *>self.take(longest * sizeof(int32_t))
            s.halves = <uint32_t *>self.take(max(longest, W) * sizeof(uint32_t))
            s.windows = <Window *>self.take(W * sizeof(Window))
            s.keys = <int64_t *>self.take((n_rows + 1) * sizeof(int64_t))
            s.places = <int *>self.take((W + 2 * reach) * sizeof(int))
            s.tags = <int *>self.take(W * most_tags * sizeof(int))
            s.noise = <int *>self.take(n_drawn * sizeof(int))
            s.rows = <float **>self.take(n_rows * sizeof(float *))
            s.copies = <float *>self.take(n_rows * to.size * sizeof(float))
            s.copied = <int *>self.take((n_rows + 1) * sizeof(int))
            s.inputs = <float **>self.take(n_inputs * sizeof(float *))
            s.sums = <Sum *>self.take(n_rows * sizeof(Sum))
            if to.ngrams is not NULL:
                s.starts = <float *>self.take(n_rows * to.size * sizeof(float))
                s.counts = <float *>self.take(n_rows * sizeof(float))
                s.input_counts = <float *>self.take(n_inputs * sizeof(float))
                s.entries = <float **>self.take(n_entries * sizeof(float *))
                s.entry_rows = <int *>self.take(n_entries * sizeof(int))

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
            choose(&self.to, s)

    def plan(self, int64_t n_rounds, int n_threads=1):
        """Set how many rounds the next calls of train take, in how many threads."""
        self.n_threads = n_threads
        self.next_task = self.n_done = 0
        self.n_tasks = n_rounds * self.tasks_a_round()

    cdef int64_t tasks_a_round(self):
        return 2 * self.n_streams + (PARTS if self.to.ngrams is not NULL else 0)

    def train(self):
        """Train, together with other threads that call it at the same time.

        First each stream trains; then rows that several have trained are added up, and
        each stream chooses its next windows.
        """
        cdef int64_t task, part, begin
        cdef int64_t per_round = self.tasks_a_round()
        cdef Stream *s
        cdef float[::1] buffer = np.empty(32 * self.to.size + LANES, np.float32)
        cdef float *work = <float *>((<size_t>&buffer[0] + 63) & ~<size_t>63)
        with nogil:
            while True:
                task = NEXT(&self.next_task)
                if task >= self.n_tasks:
                    break
                begin = task // per_round * per_round
                part = task - begin
                if part < self.n_streams:
                    wait_for(&self.n_done, begin)
                    take_rows(&self.to, self.streams + part, part >= self.n_threads)
                    s = self.streams + part + self.n_threads
                    if part + self.n_threads >= self.n_streams:
                        s = NULL
                    train_windows(&self.to, self.streams + part, s, work)
                elif part < 2 * self.n_streams:
                    wait_for(&self.n_done, begin + self.n_streams)
                    s = self.streams + part - self.n_streams
                    add_sums(&self.to, self.streams, self.n_streams, s)
                    choose(&self.to, s)
                else:
                    wait_for(&self.n_done, begin + self.n_streams)
                    add_to_ngrams(
                        &self.to, self.streams, self.n_streams,
                        part - 2 * self.n_streams,
                    )
                NEXT(&self.n_done)

    @property
    def n_read(self):
        return sum([self.streams[p].n_read for p in range(self.n_streams)])

    @property
    def is_done(self):
        cdef int p
        for p in range(self.n_streams):
            if self.streams[p].n_windows:
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


def fill_aliases(double[::1] left, int32_t[::1] aliases):
    """Let places with more than their share stand in for others; see alias_table."""
    cdef Py_ssize_t i, n = len(left), n_small = 0, n_large = 0
    if len(aliases) != n:
        raise ValueError("shapes do not fit")
    cdef int32_t[::1] small = np.empty(n, np.int32)
    cdef int32_t[::1] large = np.empty(n, np.int32)
    cdef int32_t place, alias
    for i in range(n):
        if left[i] < 1:
            small[n_small] = i
            n_small += 1
        else:
            large[n_large] = i
            n_large += 1
    while n_small and n_large:
        n_small -= 1
        place, alias = small[n_small], large[n_large - 1]
        aliases[place] = alias
        left[alias] -= 1 - left[place]
        if left[alias] < 1:
            n_large -= 1
            small[n_small] = alias
            n_small += 1
    for i in range(n_small):
        left[small[i]] = 1
    for i in range(n_large):
        left[large[i]] = 1


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
