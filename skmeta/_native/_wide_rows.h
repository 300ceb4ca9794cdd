/* What is done to one row of floats.
 *
 * Additions go in the order of the tokens whatever the width of registers: results do
 * not depend on the processor. */
#ifndef SKMETA_WIDE_ROWS_H
#define SKMETA_WIDE_ROWS_H

#include "_wide.h"

WIDE static void add_row(float *RESTRICT sum, const float *RESTRICT row, ptrdiff_t n)
{
    for (ptrdiff_t j = 0; j < n; j++)
        sum[j] += row[j];
}

WIDE static void add_scaled_row(float *RESTRICT sum, const float *RESTRICT row,
                                float factor, ptrdiff_t n)
{
    for (ptrdiff_t j = 0; j < n; j++)
        sum[j] += factor * row[j];
}

WIDE static void raise_to_row(float *RESTRICT largest, const float *RESTRICT row,
                              float factor, ptrdiff_t n)
{
    for (ptrdiff_t j = 0; j < n; j++) {
        float value = factor * row[j];
        largest[j] = value > largest[j] ? value : largest[j];
    }
}

WIDE static void lower_to_row(float *RESTRICT smallest, const float *RESTRICT row,
                              float factor, ptrdiff_t n)
{
    for (ptrdiff_t j = 0; j < n; j++) {
        float value = factor * row[j];
        smallest[j] = value < smallest[j] ? value : smallest[j];
    }
}

WIDE static void divide_row(float *row, float divisor, ptrdiff_t n)
{
    for (ptrdiff_t j = 0; j < n; j++)
        row[j] /= divisor;
}

WIDE static void raise_to_size_of_row(float *RESTRICT largest,
                                      const float *RESTRICT row, float factor,
                                      ptrdiff_t n)
{
    for (ptrdiff_t j = 0; j < n; j++) {
        float value = factor * row[j];
        value = value < 0 ? -value : value;
        largest[j] = value > largest[j] ? value : largest[j];
    }
}

/* Adds weight * (factor * row / divisors) ** power. */
WIDE static void add_whole_power_of_row(double *RESTRICT sum, const float *RESTRICT row,
                                        float factor, const float *RESTRICT divisors,
                                        int power, double weight, ptrdiff_t n)
{
    enum { WIDTH = 64 };
    double ratio[WIDTH], raised[WIDTH];
    for (ptrdiff_t start = 0; start < n; start += WIDTH) {
        ptrdiff_t width = n - start < WIDTH ? n - start : WIDTH;
        for (ptrdiff_t j = 0; j < width; j++) {
            ratio[j] = (double)(factor * row[start + j]) / divisors[start + j];
            raised[j] = weight * ratio[j];
        }
        for (int k = 1; k < power; k++)
            for (ptrdiff_t j = 0; j < width; j++)
                raised[j] *= ratio[j];
        for (ptrdiff_t j = 0; j < width; j++)
            sum[start + j] += raised[j];
    }
}

static void prefetch_row(const float *row, ptrdiff_t n)
{
    const char *end = (const char *)(row + n);
    for (const char *line = (const char *)row; line < end; line += 64)
        PREFETCH(line);
}

#endif
