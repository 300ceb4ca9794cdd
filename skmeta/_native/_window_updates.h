/* Negative sampling on the rows of one window.
 *
 * inputs are the rows that predict, targets the word to predict (label 1) and words
 * drawn as noise (label 0). A row is padded to whole groups of LANES floats. Additions
 * go in the same order for any number of threads. */
#ifndef SKMETA_WINDOW_UPDATES_H
#define SKMETA_WINDOW_UPDATES_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#include "_wide.h"

enum { LANES = 16, MOST_INPUTS = 16, MOST_TARGETS = 8, BLOCK = 8 };

#if defined(__GNUC__) || defined(__clang__)
#define INLINE static inline __attribute__((always_inline))
typedef float Lanes __attribute__((vector_size(64), aligned(64)));
typedef float AnyLanes __attribute__((vector_size(64), aligned(4)));
typedef float Quad __attribute__((vector_size(16), aligned(16)));
typedef float AnyQuad __attribute__((vector_size(16), aligned(4)));
#else
#define INLINE static __forceinline
#endif
#define WIDE_FMA CLONES("avx512f", "arch=haswell", "default")

typedef struct {
    int n_inputs, n_targets; /* n_targets of this tile */
    float *inputs[MOST_INPUTS];
    float *targets[MOST_TARGETS];
    float weights[MOST_INPUTS * MOST_TARGETS]; /* of the pairs; 0: left out */
} Tile;

/* The logistic function of x, and the loss softplus(-x): e ** -|x| is a power of two
   times a polynomial (of Cephes, for single precision). */
INLINE float logistic_and_loss(float x, float *loss)
{
    float size = x < 0 ? -x : x;
    size = size < 80.0f ? size : 80.0f;
    float n = -1.44269504f * size + 12582912.0f; /* rounds to a whole number */
    int32_t power;
    memcpy(&power, &n, 4);
    power = (power - 0x4B400000 + 127) << 23;
    float scale;
    memcpy(&scale, &power, 4);
    n -= 12582912.0f;
    float r = (-size - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = (p * r * r + r + 1.0f) * scale;
    float inverse = 1.0f / (1.0f + p);
    /* log(1 + p) = 2 artanh(p / (2 + p)), by its series up to (1/3) ** 11 */
    float z = p / (2.0f + p), zz = z * z;
    float series = 1.0f / 11.0f;
    series = series * zz + 1.0f / 9.0f;
    series = series * zz + 1.0f / 7.0f;
    series = series * zz + 1.0f / 5.0f;
    series = series * zz + 1.0f / 3.0f;
    series = 2.0f * z * (series * zz + 1.0f);
    *loss = series + (x < 0 ? -x : 0.0f) + (x - x); /* not finite where x is not */
    return x < 0 ? p * inverse : inverse;
}

/* Turns scores into the steps of each pair, LANES at a time; adds losses. A label is 1
   for words to predict, -1 for noise. */
INLINE void derive(float *scores, const float *labels, const float *weights,
                   float alpha, float limit, float *losses)
{
    for (int q = 0; q < LANES; q++) {
        float loss, score = scores[q];
        float predicted = logistic_and_loss(labels[q] * score, &loss);
        float size = score < 0 ? -score : score;
        float step = alpha * weights[q] * labels[q] * (1.0f - predicted);
        scores[q] = size < limit ? step : 0.0f;
        losses[q] += weights[q] * loss;
    }
}

INLINE Quad fold(Lanes v)
{
    Quad q[4];
    memcpy(q, &v, sizeof v);
    return (q[0] + q[1]) + (q[2] + q[3]);
}

INLINE void score(const Tile *tile, int m, ptrdiff_t size, float *scores)
{
    _Alignas(64) float parts[MOST_INPUTS * MOST_TARGETS * 4];
    int j = 0;
    for (; j + 1 < tile->n_inputs; j += 2) {
        Lanes a[MOST_TARGETS], b[MOST_TARGETS];
        for (int q = 0; q < m; q++)
            a[q] = b[q] = (Lanes){0};
        const float *one = tile->inputs[j], *two = tile->inputs[j + 1];
        for (ptrdiff_t k = 0; k < size; k += LANES) {
            Lanes x = *(const Lanes *)(one + k), y = *(const Lanes *)(two + k);
            for (int q = 0; q < m; q++) {
                Lanes t = *(const Lanes *)(tile->targets[q] + k);
                a[q] += x * t;
                b[q] += y * t;
            }
        }
        for (int q = 0; q < m; q++) {
            *(Quad *)(parts + (j * MOST_TARGETS + q) * 4) = fold(a[q]);
            *(Quad *)(parts + ((j + 1) * MOST_TARGETS + q) * 4) = fold(b[q]);
        }
    }
    if (j < tile->n_inputs) {
        Lanes a[MOST_TARGETS];
        for (int q = 0; q < m; q++)
            a[q] = (Lanes){0};
        const float *one = tile->inputs[j];
        for (ptrdiff_t k = 0; k < size; k += LANES) {
            Lanes x = *(const Lanes *)(one + k);
            for (int q = 0; q < m; q++)
                a[q] += x * *(const Lanes *)(tile->targets[q] + k);
        }
        for (int q = 0; q < m; q++)
            *(Quad *)(parts + (j * MOST_TARGETS + q) * 4) = fold(a[q]);
        memset(scores + (j + 1) * MOST_TARGETS, 0, MOST_TARGETS * sizeof(float));
    }
    for (j = 0; j < tile->n_inputs; j++)
        for (int q = 0; q < MOST_TARGETS; q++) {
            const float *p = parts + (j * MOST_TARGETS + q) * 4;
            scores[j * MOST_TARGETS + q] =
                q < m ? (p[0] + p[1]) + (p[2] + p[3]) : 0.0f;
        }
}

/* inputs += steps targets, targets += steps' inputs, both of the old values. */
INLINE void update(const Tile *tile, int m, ptrdiff_t size, const float *steps)
{
    for (ptrdiff_t k = 0; k < size; k += LANES) {
        Lanes t[MOST_TARGETS], sums[MOST_TARGETS];
        for (int q = 0; q < m; q++) {
            sums[q] = (Lanes){0};
            t[q] = *(const Lanes *)(tile->targets[q] + k);
        }
        for (int j = 0; j < tile->n_inputs; j++) {
            Lanes old = *(const Lanes *)(tile->inputs[j] + k), change = {0};
            for (int q = 0; q < m; q++) {
                float step = steps[j * MOST_TARGETS + q];
                change += step * t[q];
                sums[q] += step * old;
            }
            *(Lanes *)(tile->inputs[j] + k) = old + change;
        }
        for (int q = 0; q < m; q++) /* read again: a word may be drawn twice */
            *(Lanes *)(tile->targets[q] + k) += sums[q];
    }
}

INLINE void train_tile_of(const Tile *tile, int m, int has_positive, ptrdiff_t size,
                          float alpha, float limit, float *losses)
{
    _Alignas(64) float scores[MOST_INPUTS * MOST_TARGETS], labels[LANES];
    for (int q = 0; q < LANES; q++)
        labels[q] = has_positive && q % MOST_TARGETS == 0 ? 1.0f : -1.0f;
    score(tile, m, size, scores);
    for (int j = 0; j < tile->n_inputs; j += 2)
        derive(scores + j * MOST_TARGETS, labels, tile->weights + j * MOST_TARGETS,
               alpha, limit, losses);
    update(tile, m, size, scores);
}

/* Trains the rows of a tile, target 0 with label 1 if has_positive; adds the pairs'
   losses to losses, LANES sums. */
WIDE_FMA static void train_tile(const Tile *tile, int has_positive, ptrdiff_t size,
                                float alpha, float limit, float *losses)
{
    switch (tile->n_targets) { /* in registers where the compiler knows how many */
#define CASE(m) \
    case m: train_tile_of(tile, m, has_positive, size, alpha, limit, losses); break;
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)
#undef CASE
    }
}

/* Trains each input row on a word of its own to predict, up to LANES of them. What an
   input is to change by is added to a row of its own, times sign: to the input itself,
   or taken from its copy, where the noise is to be told from the input as it was. */
WIDE_FMA static void train_pairs(int n, float *const *inputs, float *const *into,
                                 float sign, float *const *targets, ptrdiff_t size,
                                 float alpha, float limit, float *losses)
{
    _Alignas(64) float parts[LANES * 4], steps[LANES], labels[LANES], weights[LANES];
    for (int j = 0; j < n; j++) {
        Lanes sum = {0};
        for (ptrdiff_t k = 0; k < size; k += LANES)
            sum += *(const Lanes *)(inputs[j] + k) * *(const Lanes *)(targets[j] + k);
        *(Quad *)(parts + 4 * j) = fold(sum);
    }
    for (int j = 0; j < LANES; j++) {
        const float *p = parts + 4 * j;
        labels[j] = 1.0f;
        weights[j] = j < n ? 1.0f : 0.0f;
        steps[j] = j < n ? (p[0] + p[1]) + (p[2] + p[3]) : 0.0f;
    }
    derive(steps, labels, weights, alpha, limit, losses);
    for (int j = 0; j < n; j++)
        for (ptrdiff_t k = 0; k < size; k += LANES) {
            Lanes *target = (Lanes *)(targets[j] + k);
            Lanes old = *(const Lanes *)(inputs[j] + k);
            *(Lanes *)(into[j] + k) += sign * steps[j] * *target;
            *target += steps[j] * old;
        }
}

/* What the mean, or sum, of some rows was before its training, and is now. */
typedef struct {
    int n_inputs;
    float **inputs;
    float *counts; /* of rows that each input is the mean of; or NULL */
    float total;   /* of the counts */
    float *now, *before;
} Mean;

/* Adds what a mean has changed by to its inputs; of a sum, an equal share. */
INLINE void spread(const Mean *mean, int m, ptrdiff_t k, int is_mean)
{
    Lanes steps[BLOCK];
    float share = is_mean ? 1.0f : 1.0f / mean->total;
    for (int b = 0; b < m; b++) {
        ptrdiff_t at = k + b * LANES;
        steps[b] = *(Lanes *)(mean->now + at) - *(Lanes *)(mean->before + at);
        steps[b] *= share;
    }
    for (int j = 0; j < mean->n_inputs; j++) {
        float *row = mean->inputs[j] + k;
        for (int b = 0; b < m; b++)
            *(Lanes *)(row + b * LANES) += steps[b];
    }
}

INLINE void mix(const Mean *mean, int m, ptrdiff_t k, int is_mean)
{
    Lanes sums[BLOCK];
    float share = is_mean ? 1.0f / mean->total : 1.0f;
    for (int b = 0; b < m; b++)
        sums[b] = (Lanes){0};
    for (int j = 0; j < mean->n_inputs; j++) {
        const float *row = mean->inputs[j] + k;
        if (mean->counts)
            for (int b = 0; b < m; b++)
                sums[b] += *(const Lanes *)(row + b * LANES) * mean->counts[j];
        else
            for (int b = 0; b < m; b++)
                sums[b] += *(const Lanes *)(row + b * LANES);
    }
    for (int b = 0; b < m; b++) {
        ptrdiff_t at = k + b * LANES;
        *(Lanes *)(mean->now + at) = *(Lanes *)(mean->before + at) =
            sums[b] * share;
    }
}

/* Spreads the changes of means and computes the next ones, some columns at a time:
   mostly of the same rows, which stay in the cache of the first level. */
WIDE_FMA static void spread_and_mix(int n_trained, const Mean *trained, int n_next,
                                    Mean *next, int is_mean, ptrdiff_t size)
{
    for (ptrdiff_t k = 0; k < size; k += BLOCK * LANES)
        switch ((size - k) / LANES) {
#define LOOPS(m) \
    for (int i = 0; i < n_trained; i++) \
        spread(trained + i, m, k, is_mean); \
    for (int i = 0; i < n_next; i++) \
        mix(next + i, m, k, is_mean); \
    break;
            case 1: LOOPS(1)
            case 2: LOOPS(2)
            case 3: LOOPS(3)
            case 4: LOOPS(4)
            case 5: LOOPS(5)
            case 6: LOOPS(6)
            case 7: LOOPS(7)
            default: LOOPS(BLOCK)
#undef LOOPS
        }
}

static inline void prefetch_row(const float *row, ptrdiff_t n)
{
    for (ptrdiff_t k = 0; k < n; k += LANES)
        PREFETCH(row + k);
}

/* sum += the rows of the table, each block of columns in registers. */
WIDE static void add_rows(float *sum, const float *table, const int32_t *rows, int n,
                          ptrdiff_t size)
{
    ptrdiff_t k = 0;
    for (; k + 2 * LANES <= size; k += 2 * LANES) {
        AnyLanes a = *(const AnyLanes *)(sum + k);
        AnyLanes b = *(const AnyLanes *)(sum + k + LANES);
        for (int j = 0; j < n; j++) {
            const float *row = table + (ptrdiff_t)rows[j] * size + k;
            a += *(const AnyLanes *)row;
            b += *(const AnyLanes *)(row + LANES);
        }
        *(AnyLanes *)(sum + k) = a;
        *(AnyLanes *)(sum + k + LANES) = b;
    }
    for (; k + 4 <= size; k += 4) {
        AnyQuad a = *(const AnyQuad *)(sum + k);
        for (int j = 0; j < n; j++)
            a += *(const AnyQuad *)(table + (ptrdiff_t)rows[j] * size + k);
        *(AnyQuad *)(sum + k) = a;
    }
    for (; k < size; k++)
        for (int j = 0; j < n; j++)
            sum[k] += table[(ptrdiff_t)rows[j] * size + k];
}

WIDE static void add_to(float *RESTRICT sum, const float *RESTRICT row, ptrdiff_t n)
{
    for (ptrdiff_t k = 0; k < n; k++)
        sum[k] += row[k];
}

static inline void prefetch_far(const float *row, ptrdiff_t n)
{
    for (ptrdiff_t k = 0; k < n; k += LANES)
        PREFETCH_FAR(row + k);
}

WIDE static void copy_row(float *RESTRICT copy, const float *RESTRICT row,
                          ptrdiff_t size)
{
    for (ptrdiff_t k = 0; k < size; k += LANES)
        *(Lanes *)(copy + k) = *(const Lanes *)(row + k);
}

/* Adds to a row what its copies have changed by, in order. */
WIDE static void add_up(float *row, float *const *copies, int n, ptrdiff_t size)
{
    for (ptrdiff_t k = 0; k < size; k += LANES) {
        Lanes start = *(const Lanes *)(row + k);
        Lanes sum = *(const Lanes *)(copies[0] + k);
        for (int j = 1; j < n; j++)
            sum += *(const Lanes *)(copies[j] + k) - start;
        *(Lanes *)(row + k) = sum;
    }
}

WIDE static void divide_by(float *row, float divisor, ptrdiff_t n)
{
    for (ptrdiff_t k = 0; k < n; k++)
        row[k] /= divisor;
}

/* Leaves what the row has changed by. */
WIDE static void subtract(float *RESTRICT row, const float *RESTRICT start, ptrdiff_t n)
{
    for (ptrdiff_t k = 0; k < n; k++)
        row[k] -= start[k];
}

#endif
