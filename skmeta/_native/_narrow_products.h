/* A row of a sparse matrix times eight dense columns, and eight rows times it.
 *
 * Terms are added in the order of the row, without fused operations: the numbers are
 * those of SciPy. */
#ifndef SKMETA_NARROW_PRODUCTS_H
#define SKMETA_NARROW_PRODUCTS_H

#include <stdint.h>
#include <string.h>
#include "_wide.h"

enum { NARROW = 8, FETCH_AHEAD = 16 };

#if defined(__GNUC__) || defined(__clang__)
typedef float Narrow __attribute__((vector_size(32), aligned(4)));
#define ADD_TIMES(sum, row, value) ((sum) + (row) * (value))
#else
typedef struct { float at[NARROW]; } Narrow;
static __forceinline Narrow ADD_TIMES(Narrow sum, Narrow row, float value)
{
    for (int j = 0; j < NARROW; j++)
        sum.at[j] += row.at[j] * value;
    return sum;
}
#endif

/* Copied: rows of floats need not lie where registers are read from. */
#define LOAD(name, address) \
    Narrow name;            \
    memcpy(&name, address, sizeof(name))

/* sums = the sum of values times rows of dense. */
WIDE static void multiply_narrow(float *RESTRICT sums, const int32_t *columns,
                                 const float *values, ptrdiff_t n,
                                 const float *dense)
{
    Narrow total = {0};
    for (ptrdiff_t i = 0; i < n; i++) {
        if (i + FETCH_AHEAD < n)
            PREFETCH(dense + (ptrdiff_t)columns[i + FETCH_AHEAD] * NARROW);
        LOAD(row, dense + (ptrdiff_t)columns[i] * NARROW);
        total = ADD_TIMES(total, row, values[i]);
    }
    memcpy(sums, &total, sizeof(total));
}

/* Adds the factors times each value to the row of sums that is its column's. */
WIDE static void spread_narrow(float *RESTRICT sums, const int32_t *columns,
                               const float *values, ptrdiff_t n,
                               const float *RESTRICT factors)
{
    LOAD(kept, factors);
    for (ptrdiff_t i = 0; i < n; i++) {
        float *row = sums + (ptrdiff_t)columns[i] * NARROW;
        if (i + FETCH_AHEAD < n)
            PREFETCH(sums + (ptrdiff_t)columns[i + FETCH_AHEAD] * NARROW);
        LOAD(total, row);
        total = ADD_TIMES(total, kept, values[i]);
        memcpy(row, &total, sizeof(total));
    }
}

#endif
