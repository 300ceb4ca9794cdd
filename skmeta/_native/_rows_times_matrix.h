/* A product of matrices whose rows round the same in any company.
 *
 * Each element is one sum in the order of the matrix's rows, whatever other rows there
 * are: BLAS promises that for products of one shape only. */
#ifndef SKMETA_ROWS_TIMES_MATRIX_H
#define SKMETA_ROWS_TIMES_MATRIX_H

#include <string.h>
#include "_wide.h"

#define TILE 16 /* columns */

#if defined(__GNUC__) || defined(__clang__)
typedef float Tile __attribute__((vector_size(TILE * sizeof(float))));
#define ADD(sum, number, row) ((sum) += (number) * (row))
#define ZERO(sum) ((sum) = (Tile){0})
#else
typedef struct { float values[TILE]; } Tile;
#define ADD(sum, number, row) \
    do { \
        for (int lane = 0; lane < TILE; lane++) \
            (sum).values[lane] += (number) * (row).values[lane]; \
    } while (0)
#define ZERO(sum) memset(&(sum), 0, sizeof(Tile))
#endif

#if defined(__GNUC__) || defined(__clang__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

/* n_rows rows and n_tiles tiles of columns, both constants where it is called: the sums
 * stay in registers. */
INLINE void sum_tiles(
    const int n_rows, const int n_tiles, ptrdiff_t k, ptrdiff_t m, const float *rows,
    const float *matrix, float *products, int add)
{
    Tile sums[4], parts[4];
    for (int i = 0; i < n_rows * n_tiles; i++)
        ZERO(sums[i]);
    for (ptrdiff_t i = 0; i < k; i++) {
        memcpy(parts, matrix + i * m, n_tiles * sizeof(Tile));
        for (int row = 0; row < n_rows; row++)
            for (int tile = 0; tile < n_tiles; tile++)
                ADD(sums[row * n_tiles + tile], rows[row * k + i], parts[tile]);
    }
    for (int row = 0; row < n_rows; row++) {
        float found[4 * TILE];
        float *target = products + row * m;
        memcpy(found, &sums[row * n_tiles], n_tiles * sizeof(Tile));
        for (int j = 0; j < n_tiles * TILE; j++)
            target[j] = add ? target[j] + found[j] : found[j];
    }
}

/* The last columns, fewer than a tile. */
INLINE void sum_edge(
    const int n_rows, ptrdiff_t width, ptrdiff_t k, ptrdiff_t m, const float *rows,
    const float *matrix, float *products, int add)
{
    for (int row = 0; row < n_rows; row++) {
        float *target = products + row * m;
        ptrdiff_t j = 0;
        for (; j + 4 <= width; j += 4) {
            float sums[4] = {0, 0, 0, 0};
            for (ptrdiff_t i = 0; i < k; i++)
                for (int lane = 0; lane < 4; lane++)
                    sums[lane] += rows[row * k + i] * matrix[i * m + j + lane];
            for (int lane = 0; lane < 4; lane++)
                target[j + lane] = add ? target[j + lane] + sums[lane] : sums[lane];
        }
        for (; j < width; j++) {
            float sum = 0;
            for (ptrdiff_t i = 0; i < k; i++)
                sum += rows[row * k + i] * matrix[i * m + j];
            target[j] = add ? target[j] + sum : sum;
        }
    }
}

/* rows (n x k) times matrix (k x m): n x m, added to what is there or put in its
 * place. */
WIDE static void rows_times_matrix(
    ptrdiff_t n, ptrdiff_t k, ptrdiff_t m, const float *rows, const float *matrix,
    float *products, int add)
{
    ptrdiff_t row = 0, column;
    for (; row + 4 <= n; row += 4) {
        const float *some = rows + row * k;
        float *targets = products + row * m;
        for (column = 0; column + TILE <= m; column += TILE)
            sum_tiles(4, 1, k, m, some, matrix + column, targets + column, add);
        sum_edge(4, m - column, k, m, some, matrix + column, targets + column, add);
    }
    for (; row < n; row++) {
        const float *one = rows + row * k;
        float *target = products + row * m;
        for (column = 0; column + 4 * TILE <= m; column += 4 * TILE)
            sum_tiles(1, 4, k, m, one, matrix + column, target + column, add);
        for (; column + TILE <= m; column += TILE)
            sum_tiles(1, 1, k, m, one, matrix + column, target + column, add);
        sum_edge(1, m - column, k, m, one, matrix + column, target + column, add);
    }
}

/* The product of two vectors, in TILE sums that are added up in pairs. */
INLINE float dot_product(ptrdiff_t n, const float *one, const float *two)
{
    float sums[TILE] = {0};
    ptrdiff_t i = 0;
    for (; i + TILE <= n; i += TILE)
        for (int lane = 0; lane < TILE; lane++)
            sums[lane] += one[i + lane] * two[i + lane];
    for (int lane = 0; i < n; i++, lane++)
        sums[lane] += one[i] * two[i];
    for (int width = TILE / 2; width; width /= 2)
        for (int lane = 0; lane < width; lane++)
            sums[lane] += sums[lane + width];
    return sums[0];
}

/* matrix (n x k) times a vector: n products. */
WIDE static void matrix_times_vector(
    ptrdiff_t n, ptrdiff_t k, const float *matrix, const float *vector, float *products)
{
    for (ptrdiff_t i = 0; i < n; i++)
        products[i] = dot_product(k, matrix + i * k, vector);
}

#endif
