# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""What a round of training works on, and the loops of _window_updates.h."""

from libc.stdint cimport int32_t, int64_t, uint16_t, uint32_t, uint64_t

cdef extern from "_window_updates.h":
    ctypedef struct Tile:
        int n_inputs, n_targets
        float *inputs[16]
        float *targets[8]
        float weights[128]
    ctypedef struct Mean:
        int n_inputs
        float **inputs
        float *counts  # of rows that each input is the mean of, or NULL
        float total
        float *now
        float *before
    void train_tile(
        const Tile *tile, bint has_positive, Py_ssize_t size, float alpha, float limit,
        float *losses
    ) noexcept nogil
    void train_pairs(
        int n, float **inputs, float **into, float sign, float **targets,
        Py_ssize_t size, float alpha, float limit, float *losses
    ) noexcept nogil
    void spread_and_mix(
        int n_trained, const Mean *trained, int n_next, Mean *next, bint is_mean,
        Py_ssize_t size
    ) noexcept nogil
    void prefetch_row(const float *row, Py_ssize_t n) noexcept nogil
    void prefetch_far(const float *row, Py_ssize_t n) noexcept nogil
    void copy_row(float *copy, const float *row, Py_ssize_t size) noexcept nogil
    void add_rows(
        float *total, const float *table, const int32_t *rows, int n, Py_ssize_t size
    ) noexcept nogil
    void add_to(float *total, const float *row, Py_ssize_t n) noexcept nogil
    void add_up(float *row, float **copies, int n, Py_ssize_t size) noexcept nogil
    void divide_by(float *row, float divisor, Py_ssize_t n) noexcept nogil
    void subtract(float *rows, const float *starts, Py_ssize_t n) noexcept nogil
    int MOST_INPUTS, MOST_TARGETS, LANES

cdef enum:
    PARTS = 16  # of the n-grams' rows, each updated by one thread
    LAST_PART = 15
    MOST_STREAMS = 8
    LAST_STREAM = 7

cdef struct Window:
    int first, n_before, n_after  # places of the words around
    int first_tag, n_tags
    int target  # the number of its row
    int n_inputs
    float **inputs
    float *counts

cdef struct Sum:  # a row that several streams have trained
    int64_t key
    uint16_t[8] claims

cdef struct Stream:  # a part of the corpus, read on from round to round
    int number
    int64_t first, last, now  # segments
    int n_kept, at  # tokens of the segment that is read
    int32_t *kept
    uint32_t *halves  # of random numbers
    int document
    uint64_t key, n_drawn
    int64_t n_read, n_tokens  # of the corpus, in this epoch
    # the windows of a round
    float alpha
    int n_windows, n_rows, n_places, n_tags, n_sets
    Window *windows
    int64_t *keys  # of the rows
    int *places  # the rows of tokens that are read
    int *tags
    int *noise
    # what they train
    float **rows
    float *copies
    int *copied  # rows
    float *starts  # words with n-grams as they were
    float *counts  # of the rows that each is the mean of
    float **inputs
    float *input_counts
    int n_sums
    Sum *sums  # which this stream's task adds up
    float **entries  # n-grams to update, sorted by their part
    int *entry_rows
    int[PARTS + 1] part_ends
    double loss
    int64_t n_pairs


cdef struct Settings:
    float *table  # words, documents, outputs: their rows have keys in this order
    uint16_t *claims  # 1 + the number that a key's row has in each stream, or 0
    float *ngrams
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
