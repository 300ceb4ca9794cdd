# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The steps of a round: windows of words and of documents against the noise."""

from libc.string cimport memcpy, memset

from skmeta._native._training_types cimport (
    LANES, MOST_INPUTS, MOST_TARGETS, Mean, Settings, Stream, Tile, Window,
    prefetch_far, spread_and_mix, subtract, train_pairs, train_tile,
)


cdef inline void train_group(
    Settings *to, Stream *s, int n, float **rows, float **into, float sign,
    int *targets, int *noise, float *losses
) noexcept nogil:
    """Train rows on words of their own, then all of them on the noise."""
    cdef Tile tile
    cdef int start = 0, j, q, row
    cdef float *words[16]
    s.n_pairs += n
    tile.n_inputs = n
    for j in range(n):
        words[j] = s.rows[targets[j]]
        tile.inputs[j] = rows[j]
    train_pairs(n, rows, into, sign, words, to.size, s.alpha, to.limit, losses)
    while start < to.n_noise:
        tile.n_targets = min(to.n_noise - start, MOST_TARGETS)
        memset(tile.weights, 0, sizeof(tile.weights))
        for q in range(tile.n_targets):
            row = noise[start + q]
            tile.targets[q] = s.rows[row]
            for j in range(n):
                if row != targets[j]:
                    tile.weights[j * MOST_TARGETS + q] = to.noise_weight
        train_tile(&tile, False, to.size, s.alpha, to.limit, losses)
        start += MOST_TARGETS


cdef inline void train_each(
    Settings *to, Stream *s, const Window *window, int *noise, float *losses
) noexcept nogil:
    """Let each input of a window predict its target and not the noise."""
    cdef Tile tile
    cdef int first = 0, start, j, q, row, n_targets = 1 + to.n_noise
    s.n_pairs += window.n_inputs
    while first < window.n_inputs:
        tile.n_inputs = min(window.n_inputs - first, MOST_INPUTS)
        memcpy(tile.inputs, window.inputs + first, tile.n_inputs * sizeof(float *))
        start = 0
        while start < n_targets:
            tile.n_targets = min(n_targets - start, MOST_TARGETS)
            memset(tile.weights, 0, sizeof(tile.weights))
            for q in range(tile.n_targets):
                row = noise[start + q - 1] if start + q else window.target
                tile.targets[q] = s.rows[row]
                if not start + q:
                    tile.weights[0] = 1
                elif row != window.target:
                    tile.weights[q] = to.noise_weight
            for j in range(1, tile.n_inputs):
                memcpy(
                    &tile.weights[j * MOST_TARGETS], tile.weights,
                    MOST_TARGETS * sizeof(float),
                )
            train_tile(&tile, start == 0, to.size, s.alpha, to.limit, losses)
            start += MOST_TARGETS
        first += MOST_INPUTS


cdef inline void train_tags(
    Settings *to, Stream *s, int n, const int *group, int *noise, float *losses
) noexcept nogil:
    """Let each tag of each window's document predict its target and not the noise."""
    cdef float *rows[16]
    cdef int targets[16]
    cdef Window *window
    cdef int j, k, n_rows = 0
    for k in range(n):
        window = s.windows + group[k]
        for j in range(window.n_inputs):
            rows[n_rows] = window.inputs[j]
            targets[n_rows] = window.target
            n_rows += 1
            if n_rows == MOST_INPUTS:
                train_group(to, s, n_rows, rows, rows, 1, targets, noise, losses)
                n_rows = 0
    if n_rows:
        train_group(to, s, n_rows, rows, rows, 1, targets, noise, losses)


cdef inline void prepare_means(
    Settings *to, Stream *s, int n, const int *group, Mean *means, float *work
) noexcept nogil:
    """Say of what to compute the means of a group of windows, and where to."""
    cdef Window *window
    cdef int i, j
    for i in range(n):
        window = s.windows + group[i]
        means[i].n_inputs, means[i].inputs = window.n_inputs, window.inputs
        means[i].counts = window.counts
        means[i].total = window.n_inputs
        if window.counts is not NULL:
            means[i].total = 0
            for j in range(window.n_inputs):
                means[i].total += window.counts[j]
        means[i].now = work + 2 * i * to.size
        means[i].before = means[i].now + to.size


cdef inline void train_means(
    Settings *to, Stream *s, int n, const int *group, const Mean *means, int *noise,
    float *losses
) noexcept nogil:
    """Let the mean of each window's inputs predict its target and not the noise."""
    cdef float *rows[16]
    cdef float *before[16]
    cdef int targets[16]
    cdef int i
    for i in range(n):
        rows[i], before[i] = means[i].now, means[i].before
        targets[i] = s.windows[group[i]].target
    train_group(to, s, n, rows, before, -1, targets, noise, losses)


cdef inline int list_group(Settings *to, Stream *s, int g, int *group) noexcept nogil:
    """List the windows of a group; return how many they are.

    Where words predict, they come from different places: windows in a row have words
    in common, and should learn from each other.
    """
    cdef int n_groups = (s.n_windows + to.n_together - 1) // to.n_together
    cdef int step = n_groups if to.is_spread else 1
    cdef int w = g if to.is_spread else g * to.n_together
    cdef int n = 0
    while g < n_groups and w < s.n_windows and n < to.n_together:
        group[n] = w
        n, w = n + 1, w + step
    return n


cdef inline void prefetch_some(Settings *to, const Stream *s, int *n, int last) noexcept nogil:
    """Ask for a stream's rows, after the first n, for the cache of the second level."""
    cdef int i
    last = min(last, s.n_rows)
    for i in range(n[0], last):
        prefetch_far(to.table + s.keys[i] * to.size, to.size)
    n[0] = max(n[0], last)


cdef inline void train_windows(
    Settings *to, Stream *s, const Stream *next, float *work
) noexcept nogil:
    """Train the windows of a round, group by group.

    Meanwhile the rows of the stream that comes next are fetched.
    """
    cdef int i, k, n, n_next, g = 0, now = 0, n_fetched = 0
    cdef int n_groups = (s.n_windows + to.n_together - 1) // to.n_together
    cdef int[2][16] groups
    cdef Mean[2][16] means
    cdef int *noise
    cdef float losses[16]
    memset(losses, 0, sizeof(losses))
    n = list_group(to, s, 0, groups[0])
    if not to.is_each:
        prepare_means(to, s, n, groups[0], means[0], work)
        spread_and_mix(0, means[1], n, means[0], to.is_mean, to.size)
    while n:
        noise = s.noise + g * to.n_together // to.n_shared * to.n_noise
        if next is not NULL:
            prefetch_some(to, next, &n_fetched, (g + 1) * next.n_rows // n_groups)
        n_next = list_group(to, s, g + 1, groups[1 - now])
        if not to.is_each:
            train_means(to, s, n, groups[now], means[now], noise, losses)
            prepare_means(to, s, n_next, groups[1 - now], means[1 - now], work)
            spread_and_mix(
                n, means[now], n_next, means[1 - now], to.is_mean, to.size
            )
        elif to.use_words:
            for k in range(n):
                train_each(to, s, s.windows + groups[now][k], noise, losses)
        else:
            train_tags(to, s, n, groups[now], noise, losses)
        n, now, g = n_next, 1 - now, g + 1
    for i in range(LANES):
        s.loss += losses[i]
    if to.ngrams is not NULL:  # what a mean has changed by goes to all its rows
        for i in range(s.n_rows):
            if s.keys[i] < to.n_words:
                subtract(
                    s.rows[i], s.starts + (s.rows[i] - s.copies), to.n_columns
                )
