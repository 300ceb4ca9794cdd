# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""What a round of training works on, and the loops of _window_updates.h."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

cdef extern from "_window_updates.h":
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
