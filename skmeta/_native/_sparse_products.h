/* Rows of a sparse matrix times a dense one.
 *
 * A row's terms are added in the order of its columns, whoever computes it. */
#ifndef SKMETA_SPARSE_PRODUCTS_H
#define SKMETA_SPARSE_PRODUCTS_H

#include <stdint.h>
#include <string.h>
#include "_wide.h"

enum { GROUP = 16, FETCH_AHEAD = 12 };

#if defined(__GNUC__) || defined(__clang__)
typedef float Group __attribute__((vector_size(64), aligned(4)));
#define TIMES(sum, row, value) ((sum) + (row) * (value))
#define GROUP_INLINE static inline __attribute__((always_inline))
#else
typedef struct { float at[GROUP]; } Group;
#define GROUP_INLINE static __forceinline
static __forceinline Group TIMES(Group sum, Group row, float value)
{
    for (int j = 0; j < GROUP; j++)
        sum.at[j] += row.at[j] * value;
    return sum;
}
#endif
#define WIDE_PRODUCTS CLONES("avx512f", "arch=haswell", "default")

/* N_GROUPS groups of columns: their sums stay in registers. */
#define MULTIPLY(N_GROUPS)                                                       \
    {                                                                            \
        Group sums[N_GROUPS];                                                    \
        memset(sums, 0, sizeof(sums));                                           \
        for (int64_t i = 0; i < n; i++) {                                        \
            if (i + FETCH_AHEAD < n)                                             \
                for (int g = 0; g < N_GROUPS; g++)                               \
                    PREFETCH(dense + columns[i + FETCH_AHEAD] * size + g * GROUP);\
            const float *row = dense + columns[i] * size;                        \
            for (int g = 0; g < N_GROUPS; g++) {                                 \
                Group terms;                                                     \
                memcpy(&terms, row + g * GROUP, sizeof(terms));                  \
                sums[g] = TIMES(sums[g], terms, values[i]);                      \
            }                                                                    \
        }                                                                        \
        memcpy(out, sums, sizeof(sums));                                         \
    }

/* out = the sum of values times rows of dense, whose size is a multiple of GROUP. */
WIDE_PRODUCTS static void multiply_row(float *out, const int32_t *columns,
                                       const float *values, int64_t n,
                                       const float *dense, int64_t size)
{
    int64_t start = 0;
    const float *all = dense;
    float *all_out = out;
    for (; start + 4 * GROUP <= size; start += 4 * GROUP) {
        dense = all + start;
        out = all_out + start;
        MULTIPLY(4)
    }
    for (; start < size; start += GROUP) {
        dense = all + start;
        out = all_out + start;
        MULTIPLY(1)
    }
}

#endif
