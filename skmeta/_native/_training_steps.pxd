# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The steps of a round: windows of words and of documents against the noise."""

from libc.stdint cimport int32_t
from libc.string cimport memcpy, memset

from skmeta._native._training_types cimport (
    LANES, MOST_INPUTS, MOST_TARGETS, Settings, Stream, Tile, mean_rows, spread,
    subtract, train_pairs, train_tile,
)


cdef inline void train_group(
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


cdef inline void train_each(
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


cdef inline void train_means(
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


cdef inline void train_tags(
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


cdef inline void train_windows(Settings *to, Stream *s, float *means) noexcept nogil:
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
